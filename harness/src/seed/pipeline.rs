//! Blocks of rows, generated on several threads, delivered in order.

use std::sync::Arc;
use std::thread;

use tokio::sync::mpsc;

use super::encode::{self, ColumnType};
use crate::scenario::seed::{Generator, TableRows};

/// The columns to write: the place of each in the table's recipes, and its type.
pub(super) type Layout = Vec<(usize, ColumnType)>;

/// Some rows, ready to send.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    pub(super) rows: u64,
}

/// A cell that its column can not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadCell {
    /// The place in the layout.
    pub(super) place: usize,
    pub(super) row: u64,
    pub(super) message: String,
}

/// How large a block should be.
const BLOCK_BYTES: usize = 512 << 10;
/// How many finished blocks wait for each thread.
const WAITING: usize = 2;

/// Appends one row in the binary format.
#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "a table has at most 1600 columns")]
pub(super) fn write_row(rows: &TableRows<'_>, layout: &Layout, row: u64, out: &mut Vec<u8>) -> Result<(), BadCell> {
    out.extend_from_slice(&(layout.len() as i16).to_be_bytes());
    for (place, (column, kind)) in layout.iter().enumerate() {
        encode::write(&rows.cell(*column, row), kind, out).map_err(|message| BadCell { place, row, message })?;
    }
    Ok(())
}

/// The blocks of one table, in the order of their rows.
///
/// Thread k of n makes the blocks k, k + n, k + 2n, … and waits when two of them lie unread, so that memory is bounded
/// and reading the threads in turn restores the order. Dropping this ends the threads.
#[derive(Debug)]
pub(super) struct Blocks {
    threads: Vec<mpsc::Receiver<Result<Block, BadCell>>>,
    next: u64,
    count: u64,
}

/// A thread ended before its work did.
#[derive(Debug)]
pub(super) struct Stopped;

impl Blocks {
    /// Starts `threads` threads on the table at place `table`.
    pub(super) fn start(
        generator: &Arc<Generator>,
        table: usize,
        layout: &Arc<Layout>,
        threads: usize,
    ) -> Result<Self, Stopped> {
        let rows = generator.at(table).ok_or(Stopped)?;
        let per_block = rows_per_block(&rows, layout);
        let (total, count) = (rows.rows(), rows.rows().div_ceil(per_block));
        let threads = u64::try_from(threads).unwrap_or(1).clamp(1, count.max(1));
        let mut receivers = Vec::new();
        for first in 0..threads {
            let (sender, receiver) = mpsc::channel(WAITING);
            let (generator, layout) = (Arc::clone(generator), Arc::clone(layout));
            let work = move || {
                let Some(rows) = generator.at(table) else { return };
                let mut size = BLOCK_BYTES + (BLOCK_BYTES >> 3);
                let mut block = first;
                while block < count {
                    let start = block * per_block;
                    let made = make(&rows, &layout, start..total.min(start + per_block), size);
                    size = made.as_ref().map_or(size, |made| made.bytes.len() + (made.bytes.len() >> 4));
                    let failed = made.is_err();
                    // No one reads any more, or nothing after a bad cell will be read.
                    if sender.blocking_send(made).is_err() || failed {
                        return;
                    }
                    block += threads;
                }
            };
            thread::Builder::new().name("seed".to_owned()).spawn(work).map_err(|_| Stopped)?;
            receivers.push(receiver);
        }
        Ok(Self { threads: receivers, next: 0, count })
    }

    /// The next block; `None` after the last.
    pub(super) async fn next(&mut self) -> Option<Result<Result<Block, BadCell>, Stopped>> {
        if self.next == self.count {
            return None;
        }
        let threads = self.threads.len() as u64;
        let turn = usize::try_from(self.next % threads.max(1)).ok()?;
        self.next += 1;
        Some(self.threads.get_mut(turn)?.recv().await.ok_or(Stopped))
    }
}

fn make(rows: &TableRows<'_>, layout: &Layout, range: std::ops::Range<u64>, size: usize) -> Result<Block, BadCell> {
    let count = range.end - range.start;
    let mut bytes = Vec::with_capacity(size);
    for row in range {
        write_row(rows, layout, row, &mut bytes)?;
    }
    Ok(Block { bytes, rows: count })
}

/// As many rows as fill a block, judged by the first few.
fn rows_per_block(rows: &TableRows<'_>, layout: &Layout) -> u64 {
    let sample = rows.rows().clamp(1, 16);
    let mut bytes = Vec::new();
    for row in 0..sample {
        if write_row(rows, layout, row, &mut bytes).is_err() {
            break;
        }
    }
    let block = BLOCK_BYTES as u64;
    (block * sample / (bytes.len() as u64).max(1)).clamp(1, 1 << 14)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::seed::{Column, Fake, Scale, Seed, TableSeed};

    fn generator() -> Arc<Generator> {
        let table = TableSeed::in_public("t", 80_000)
            .column("id", Column::serial(1))
            .column("name", Column::fake(Fake::Name).null_rate(0.1))
            .column("small", Column::integer(1..=80_000));
        Arc::new(Seed::new(2024).table(table).generator(Scale::ONE).unwrap())
    }

    fn layout(small: ColumnType) -> Arc<Layout> {
        Arc::new(vec![(0, ColumnType::Int8), (1, ColumnType::Text), (2, small)])
    }

    /// All bytes, or the bad cell, and how many blocks came.
    async fn read(threads: usize, layout: &Arc<Layout>) -> (Result<Vec<u8>, BadCell>, usize) {
        let mut blocks = Blocks::start(&generator(), 0, layout, threads).unwrap();
        let (mut bytes, mut count) = (Vec::new(), 0);
        while let Some(block) = blocks.next().await {
            match block.unwrap() {
                Ok(block) => bytes.extend(block.bytes),
                Err(bad) => return (Err(bad), count),
            }
            count += 1;
        }
        (Ok(bytes), count)
    }

    #[tokio::test]
    async fn the_stream_is_the_same_whatever_the_number_of_threads() {
        let layout = layout(ColumnType::Int4);
        let (one, count) = read(1, &layout).await;
        assert!(count > 3, "one block proves nothing");
        for threads in [2, 3, 8] {
            assert!(read(threads, &layout).await.0 == one, "seed 2024, {threads} threads");
        }
    }

    #[tokio::test]
    async fn the_first_bad_cell_is_the_same_whatever_the_number_of_threads() {
        let layout = layout(ColumnType::Int2);
        let (one, _) = read(1, &layout).await;
        assert_eq!(one.as_ref().map_err(|bad| bad.place), Err(2));
        assert_eq!(read(3, &layout).await.0, one);
    }
}
