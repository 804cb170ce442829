//! The medallion migration: proven on clean and on dirty data, and refuted wherever a fault is planted.

mod back;
mod backfill;
mod checks;
mod jobs;
mod matrix;
mod planted;
mod support;
mod traffic;
mod variants;
