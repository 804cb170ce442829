//! What the reader of the catalog sees on a real server.

mod dumped;
mod faults;
mod majors;
mod migrated;
mod named;
mod positions;
mod restored;
mod rich;
mod workbench;
