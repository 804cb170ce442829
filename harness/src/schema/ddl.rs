//! From objects to the SQL that makes them.
//!
//! Every kind that the catalog can hold is written here, one file a family. The texts rely on nothing but a
//! `search_path` that is empty: all names are qualified. Roles are named, never made: they belong to the server.

mod automation;
mod constraint;
mod foreign;
mod grant;
mod list;
mod name;
mod namespace;
mod operator;
mod piece;
mod relation;
mod replication;
mod routine;
mod sequence;
mod text_search;
mod types;
mod view;
mod writer;

pub(in crate::schema) use automation::set_state;
pub(in crate::schema) use grant::{granted_all, revoked};
pub(in crate::schema) use list::{option_names, split_outside, storage_options};
pub(in crate::schema) use name::{addressed, command_word, parent, qualified};
pub(in crate::schema) use piece::Piece;
pub(in crate::schema) use relation::{Identity, column_line, column_settings, identity_sequence, table_settings};
pub(in crate::schema) use routine::dollar_quoted;
pub(in crate::schema) use sequence::{WithType, parameters};
pub(in crate::schema) use writer::{Writer, Written, comment_behind, comments};
