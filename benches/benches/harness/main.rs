//! What the harness itself costs: each of its works against the bare operation by hand, in the same run.
//!
//! Both sides of a row are measured in turn and printed as one table at the end; criterion is given the very same
//! samples, one group a work, for its report.

mod batch;
mod bench;
mod by_hand;
mod clone;
mod cpu;
mod faults;
mod fingerprint;
mod memory;
mod parity;
mod run;
mod seed;
mod start;
mod watch;

use bench::Bench;
use pgproof_benches::Failure;

fn main() -> Result<(), Failure> {
    let mut bench = Bench::of_this_process()?;
    let works = [
        start::measure,
        clone::measure,
        fingerprint::measure,
        parity::measure,
        seed::measure,
        run::measure,
        watch::measure,
        batch::measure,
        faults::measure,
        memory::measure,
    ];
    // One work that can not be measured does not take the others' figures along.
    let failures: Vec<Failure> = works.iter().filter_map(|measure| measure(&mut bench).err()).collect();
    bench.finish()?;
    failures.into_iter().next().map_or(Ok(()), Err)
}
