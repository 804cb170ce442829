//! The 24 tables become 118, proven on two servers, and refuted wherever a fault is planted.

mod data;
mod matrix;
mod planted;
mod support;
