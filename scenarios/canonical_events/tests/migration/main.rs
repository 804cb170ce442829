//! The canonical events migration: proven on both paths and every kind of data, and refuted wherever a fault is planted.

mod agree;
mod jobs;
mod matrix;
mod planted;
mod rollback;
mod rollout;
mod support;
