//! Proves a PostgreSQL migration before production does.
//!
//! # The flow
//!
//! A [`scenario`] says what to migrate, by which paths, and what must hold. It is checked and hashed into a plan,
//! the only thing [`run`] takes. A [`server`] is started, the baseline and its [`seed`] are built into a sealed
//! template ([`database`]), and every use gets a clone. The runner [observes](observe) the baseline, [applies](apply)
//! the steps, observes again, rolls back, observes, applies again. What was seen are [`facts`]; [`judge`] turns facts
//! into findings without touching a database; the [`record`] holds both, and a [`report`] is a function of it.
//!
//! # Layers
//!
//! A module uses only what stands to its left or above; `tests/architecture.rs` holds it.
//!
//! ```text
//! pure   sql ◄ schema ◄ scenario ◄ facts ◄ judge ◄ record ◄ report
//! I/O    load, server ◄ database ◄ { seed · observe · apply } ◄ run
//! edge   { cli · testing }
//! ```

pub mod apply;
pub mod cli;
pub mod database;
pub mod facts;
pub mod judge;
pub mod load;
pub mod observe;
pub mod record;
pub mod report;
pub mod run;
pub mod scenario;
pub mod schema;
pub mod seed;
pub mod server;
pub mod sql;
pub mod testing;
