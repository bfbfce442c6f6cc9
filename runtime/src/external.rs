//! Kinds whose truth lies outside of Kubernetes: a schema, a table, a topic, a setting of a running
//! application.
//!
//! ```text
//! CR ─gate→ ─claim→ observe ─decide→ Act ─create | update | delete→ ─report→ one status write, events
//! ```
//!
//! An operator implements [`External`]: who the object is, where the application listens, and what
//! is asked of it as a [`Remote`]: declared HTTP calls ([`HttpRemote`]), or four functions by hand.
//! Finalizer, adoption, identity, drift, deletion, waiting and telling are this module's business.

mod body;
mod compare;
mod controller;
mod http;
mod kind;
mod plan;
mod remote;
mod server;

pub use self::body::{encode, parse_json, present, segment, text_at};
pub use self::controller::ExternalController;
pub use self::http::{Call, HttpRemote, Method};
pub use self::kind::{External, ExternalResource, NoParent, Target};
pub use self::remote::{Remote, RemoteError, Seen};
pub use self::server::{Auth, Server};
