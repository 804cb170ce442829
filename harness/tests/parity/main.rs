//! Two servers compared: what differs is named, what is the same is silent, and nothing is written.

mod buckets;
mod command;
mod maps;
mod servers;
mod subject;
