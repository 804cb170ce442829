//! Sweeps of faults: what is planted, what is silent, and what each leaves behind.

mod back;
mod deadlock;
mod disk;
mod kinds;
mod subject;
