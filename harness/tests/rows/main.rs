//! Fingerprints, differing rows, answers and change counters, against a real server.

mod answers;
mod blind_spots;
mod counters;
mod differing;
mod prints;
mod subject;
