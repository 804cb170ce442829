//! Servers, templates and clones against real servers: every kind passes the same tests.

mod conformance;
mod left_behind;
mod refusals;
mod subject;
mod templates;
mod volume;
