//! What the reader of the catalog sees on a real server.

mod faults;
mod majors;
mod positions;
mod restored;
mod rich;
mod workbench;
