//! Rows as the server sends them in binary COPY: keys and an eight-byte hash, in the order of the keys.

use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use sqlx::PgConnection;

use super::merge::{Group, Grouper, KeyPart, KeyedRow};
use crate::observe::ObserveError;

/// What a binary COPY begins with (PostgreSQL manual, COPY, "Binary Format").
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";

/// Which key columns are integers; the others are text.
pub(super) type KeyKinds = Vec<KeyKind>;

/// How a key's column is sent and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    Integer,
    Text,
}

/// One side of a comparison: its groups, one at a time.
pub(super) struct Groups<'c, B> {
    what: String,
    kinds: KeyKinds,
    rest: Rest,
    chunks: BoxStream<'c, Result<B, sqlx::Error>>,
    buffer: Vec<u8>,
    read: usize,
    header: Header,
    grouper: Grouper,
}

/// How far the stream has been read.
#[derive(PartialEq, Eq)]
enum Header {
    Expected,
    Read,
    Ended,
}

/// What is streamed beside a row's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Its hash, eight bytes.
    Hash,
    /// This many fields, whose bytes are compared as they are.
    Fields(usize),
}

/// Starts to stream `select key…, rest…`, sorted by key.
pub(super) async fn open<'c>(
    connection: &'c mut PgConnection,
    select: &str,
    kinds: KeyKinds,
    rest: Rest,
    what: String,
) -> Result<Groups<'c, impl AsRef<[u8]>>, ObserveError> {
    let copy = format!("copy ({select}) to stdout (format binary)");
    let chunks = connection.copy_out_raw(&copy).await.map_err(ObserveError::reading(what.clone()))?;
    let (buffer, grouper) = (Vec::new(), Grouper::default());
    Ok(Groups { what, kinds, rest, chunks, buffer, read: 0, header: Header::Expected, grouper })
}

impl<B: AsRef<[u8]>> Groups<'_, B> {
    /// The next key's rows, `None` at the end of the stream.
    pub(super) async fn next(&mut self) -> Result<Option<Group>, ObserveError> {
        loop {
            while let Some(row) = self.parse().map_err(|found| self.unexpected(found))? {
                if let Some(group) = self.grouper.push(row).map_err(|_| self.unexpected("its keys are not sorted"))? {
                    return Ok(Some(group));
                }
            }
            let Some(chunk) = self.chunks.try_next().await.map_err(ObserveError::reading(self.what.clone()))? else {
                return if self.header == Header::Ended {
                    Ok(self.grouper.finish())
                } else {
                    Err(self.unexpected("the stream ended early"))
                };
            };
            self.buffer.drain(..self.read);
            self.read = 0;
            self.buffer.extend_from_slice(chunk.as_ref());
        }
    }

    fn unexpected(&self, found: &str) -> ObserveError {
        ObserveError::Unexpected { what: self.what.clone(), found: found.to_owned() }
    }

    /// A whole row from the buffer, or `None` when more bytes are needed.
    fn parse(&mut self) -> Result<Option<KeyedRow>, &'static str> {
        let mut input = Input(self.buffer.get(self.read..).unwrap_or_default());
        let available = input.0.len();
        if self.header == Header::Expected {
            let Some(signature) = input.take(SIGNATURE.len()) else { return Ok(None) };
            if signature != SIGNATURE {
                return Err("it is not a binary COPY");
            }
            let Some(extension) = input.take(4).and_then(|_flags| input.length()) else { return Ok(None) };
            if input.take(usize::try_from(extension).unwrap_or(0)).is_none() {
                return Ok(None);
            }
            self.header = Header::Read;
            self.read += available - input.0.len();
        }
        if self.header == Header::Ended {
            return Ok(None);
        }
        let before = input.0.len();
        match read_row(&mut input, &self.kinds, self.rest)? {
            Parsed::Short => Ok(None),
            Parsed::End => {
                self.header = Header::Ended;
                Ok(None)
            }
            Parsed::Row(row) => {
                self.read += before - input.0.len();
                Ok(Some(row))
            }
        }
    }
}

impl Rest {
    fn fields(self) -> usize {
        match self {
            Self::Hash => 1,
            Self::Fields(count) => count,
        }
    }
}

/// What stands at the front of the buffer.
enum Parsed {
    Row(KeyedRow),
    End,
    Short,
}

fn read_row(input: &mut Input<'_>, kinds: &[KeyKind], rest: Rest) -> Result<Parsed, &'static str> {
    let Some(count) = input.take(2) else { return Ok(Parsed::Short) };
    match <[u8; 2]>::try_from(count).map(i16::from_be_bytes) {
        Ok(-1) => return Ok(Parsed::End),
        Ok(count) if usize::try_from(count) == Ok(kinds.len() + rest.fields()) => {}
        _ => return Err("its rows have another number of columns"),
    }
    let mut key = Vec::with_capacity(kinds.len());
    for kind in kinds {
        let Some(field) = input.field() else { return Ok(Parsed::Short) };
        key.push(match (field, kind) {
            (None, _) => KeyPart::Null,
            (Some(bytes), KeyKind::Integer) => KeyPart::Integer(integer(bytes)?),
            (Some(bytes), KeyKind::Text) => {
                KeyPart::Text(str::from_utf8(bytes).map_err(|_| "a key is not UTF-8")?.to_owned())
            }
        });
    }
    if let Rest::Fields(count) = rest {
        let start = input.0;
        for _ in 0..count {
            if input.field().is_none() {
                return Ok(Parsed::Short);
            }
        }
        let length = start.len() - input.0.len();
        let content = start.get(..length).unwrap_or_default().to_vec();
        return Ok(Parsed::Row(KeyedRow { key, hash: 0, content }));
    }
    match input.field() {
        None => Ok(Parsed::Short),
        Some(None) => Err("a row has no hash"),
        Some(Some(bytes)) => Ok(Parsed::Row(KeyedRow { key, hash: integer(bytes)?, content: Vec::new() })),
    }
}

fn integer(bytes: &[u8]) -> Result<i64, &'static str> {
    bytes.try_into().map(i64::from_be_bytes).map_err(|_| "an integer is not eight bytes long")
}

/// Bytes still to be read.
struct Input<'b>(&'b [u8]);

impl<'b> Input<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn length(&mut self) -> Option<i32> {
        self.take(4)?.try_into().ok().map(i32::from_be_bytes)
    }

    /// A field with its length in front: `Some(None)` for NULL, `None` when it is not all there yet.
    #[expect(clippy::option_option, reason = "NULL and not-yet are two things")]
    fn field(&mut self) -> Option<Option<&'b [u8]>> {
        match usize::try_from(self.length()?) {
            Ok(length) => self.take(length).map(Some),
            Err(_) => Some(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(rows: &[(Option<&str>, i64)]) -> Vec<u8> {
        let mut bytes = [SIGNATURE, &[0; 8]].concat();
        for (key, hash) in rows {
            bytes.extend(2_i16.to_be_bytes());
            match key {
                None => bytes.extend((-1_i32).to_be_bytes()),
                Some(key) => {
                    bytes.extend(i32::try_from(key.len()).unwrap().to_be_bytes());
                    bytes.extend(key.as_bytes());
                }
            }
            bytes.extend(8_i32.to_be_bytes());
            bytes.extend(hash.to_be_bytes());
        }
        bytes.extend((-1_i16).to_be_bytes());
        bytes
    }

    async fn read(bytes: &[u8], chunk: usize) -> Result<Vec<Group>, ObserveError> {
        let chunks: Vec<_> = bytes.chunks(chunk).map(|chunk| Ok(chunk.to_vec())).collect();
        let mut groups = Groups {
            what: "a stream".to_owned(),
            kinds: vec![KeyKind::Text],
            rest: Rest::Hash,
            chunks: Box::pin(futures_util::stream::iter(chunks)),
            buffer: Vec::new(),
            read: 0,
            header: Header::Expected,
            grouper: Grouper::default(),
        };
        let mut all = Vec::new();
        while let Some(group) = groups.next().await? {
            all.push(group);
        }
        Ok(all)
    }

    #[tokio::test]
    async fn rows_are_the_same_wherever_the_stream_is_cut() {
        let bytes = copy(&[(Some(""), 2), (Some("a,b"), 3), (Some("a,b"), 4), (Some("é"), 5), (None, i64::MIN)]);
        let whole = read(&bytes, bytes.len()).await.unwrap();
        assert_eq!(whole.iter().map(|group| group.rows).collect::<Vec<_>>(), [1, 2, 1, 1]);
        assert_eq!(whole.last().unwrap().hash, i64::MIN);
        for chunk in 1..bytes.len() {
            assert_eq!(read(&bytes, chunk).await.unwrap(), whole, "cut every {chunk} bytes");
        }
    }

    #[tokio::test]
    async fn a_stream_that_ends_early_is_an_error_and_not_a_short_table() {
        let bytes = copy(&[(Some("a"), 1), (Some("b"), 2)]);
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length], 7).await.is_err(), "cut after {length} bytes");
        }
    }
}
