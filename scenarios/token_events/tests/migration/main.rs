//! The `token_events` migration: proven on clean and on dirty data, and refuted wherever a fault is planted.

mod back;
mod fresh;
mod interrupted;
mod matrix;
mod planted;
mod support;
mod traffic;
