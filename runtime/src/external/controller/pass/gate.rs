//! Whether a pass may start another request.

use kube::Resource;
use kube::runtime::reflector::ObjectRef;

use super::super::Item;
use super::super::own;
use super::Pass;
use crate::error::Closed;
use crate::execute::Gate;
use crate::external::External;
use crate::guard::Guarded;
use crate::observe::Subject;

/// Closes when the resource is gone, going, changed or paused, the lease is in doubt, or the process
/// stops (NC-4).
pub(super) struct ObjectGate<'a, K: External> {
    pub(super) pass: &'a Pass<K>,
    pub(super) who: ObjectRef<Item<K>>,
    pub(super) subject: &'a Subject,
}

impl<K: External> Gate for ObjectGate<'_, K> {
    fn check(&self) -> Result<(), Closed> {
        self.pass.process.may_write()?;
        let resource = self.pass.store.get(&self.who).ok_or(Closed::Gone)?;
        let meta = resource.meta();
        if meta.uid.as_deref() != Some(self.subject.uid.as_str())
            || meta.deletion_timestamp.is_some()
        {
            return Err(Closed::Gone);
        }
        match &*resource {
            Guarded::Sound(sound)
                if meta.generation.unwrap_or_default() == self.subject.generation
                    && !own::is_set(&sound.cr, &self.pass.names.paused) =>
            {
                Ok(())
            }
            _ => Err(Closed::Superseded),
        }
    }
}
