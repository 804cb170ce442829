//! Live traffic beside a migration: what it touches, and the faults that it meets.

mod back_off;
mod rollout;
mod touched;
mod verdicts;

use std::error::Error;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;
