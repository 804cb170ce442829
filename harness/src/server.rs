//! Where a PostgreSQL comes from: spawned here (embedded), from a container (docker), or somebody else's (external).
//!
//! A [`Provider`] turns a [`Source`] and a [`Request`] into a [`Server`]. What was started here is stopped and removed
//! when the [`Server`] is stopped or dropped, when this process is killed, and at the latest by the next [`sweep`].
//! Nothing here knows about templates, plans or migrations, and no password is ever written into a message.

mod answers;
mod cluster;
mod connector;
mod docker;
mod embedded;
mod engine;
mod error;
mod external;
mod harm;
mod hint;
mod installation;
mod launch;
mod owner;
mod places;
mod postmaster;
mod provider;
mod proxy;
mod replica;
mod request;
mod room;
mod run_directory;
mod running;
mod settings;
mod source;
mod sweep;
mod tools;
mod url;
mod volume;
mod watchdog;
mod words;

pub use connector::{Connector, ServerKind};
pub use engine::is_ready;
pub use error::ServerError;
pub use installation::Installation;
pub use owner::{Life, Owner};
pub use places::Places;
pub use provider::Provider;
pub use proxy::Proxy;
pub use replica::Replica;
pub use request::{Durability, Placement, Request};
pub use running::Server;
pub use source::{Consent, DEFAULT_IMAGE, Source, SourceError};
pub use sweep::{Kept, SweepReport, sweep};
pub use url::{ServerUrl, ServerUrlError};
pub use volume::{can_bound_a_volume, has_memory_for};
pub use words::in_words;
