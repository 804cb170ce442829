//! The checks over made-up facts: no database, one fact changed at a time.

mod affordable;
mod compatible;
mod fixture;
mod locks;
mod online;
mod parity;
mod plans;
mod quick;
mod resumable;
mod reversible;
mod rollout;
mod schema;
mod verdict;
