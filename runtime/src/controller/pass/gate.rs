//! Whether a pass may start another request.

use kube::Resource;
use kube::runtime::reflector::ObjectRef;

use super::Pass;
use crate::cluster::Cluster;
use crate::error::Closed;
use crate::execute::Gate;
use crate::guard::Guarded;
use crate::observe::Subject;

/// Closes when the resource is gone or changed, the lease is in doubt, or the process stops (B6).
pub(super) struct PassGate<'a, C: Cluster> {
    pub(super) pass: &'a Pass<C>,
    pub(super) who: ObjectRef<Guarded<C>>,
    pub(super) subject: &'a Subject,
}

impl<C: Cluster> Gate for PassGate<'_, C> {
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
                    && !self.pass.is_paused(&sound.cr) =>
            {
                Ok(())
            }
            _ => Err(Closed::Superseded),
        }
    }
}
