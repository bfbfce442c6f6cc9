//! What a pass has before it when it looks at upgrades.

use crate::build::Desired;
use crate::execute::Gate;
use crate::observe::Observed;

/// Namespace and name of a resource.
pub(super) type Key = (String, String);

/// What is desired and observed of a resource, and by which leave something is written.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) key: &'a Key,
    pub(super) gate: &'a dyn Gate,
    pub(super) desired: &'a Desired,
    pub(super) observed: &'a Observed,
}
