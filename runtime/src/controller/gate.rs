//! Whether a pass may start another request.

use kube::Resource;
use kube::core::NamespaceResourceScope;
use kube::runtime::reflector::{ObjectRef, Store};

use super::own;
use crate::error::Closed;
use crate::execute::Gate;
use crate::guard::Guarded;
use crate::observe::Subject;
use crate::operator::Process;

/// Closes when the resource is gone, going, changed or paused, the lease is in doubt, or the process
/// stops (B6, NC-4).
pub(crate) struct ResourceGate<'a, K, S>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + 'static,
    S: Clone + 'static,
{
    process: &'a Process,
    store: &'a Store<Guarded<K, S>>,
    /// The annotation that makes the operator leave the resource alone.
    paused: &'a str,
    subject: &'a Subject,
    who: ObjectRef<Guarded<K, S>>,
}

impl<'a, K, S> ResourceGate<'a, K, S>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + 'static,
    S: Clone + 'static,
{
    pub(crate) fn new(
        process: &'a Process,
        store: &'a Store<Guarded<K, S>>,
        paused: &'a str,
        subject: &'a Subject,
    ) -> Self {
        Self {
            process,
            store,
            paused,
            subject,
            who: ObjectRef::new(&subject.name).within(&subject.namespace),
        }
    }
}

impl<K, S> Gate for ResourceGate<'_, K, S>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Send + Sync + 'static,
    S: Clone + Send + Sync + 'static,
{
    fn check(&self) -> Result<(), Closed> {
        self.process.may_write()?;
        let resource = self.store.get(&self.who).ok_or(Closed::Gone)?;
        let meta = resource.meta();
        if meta.uid.as_deref() != Some(self.subject.uid.as_str())
            || meta.deletion_timestamp.is_some()
        {
            return Err(Closed::Gone);
        }
        match &*resource {
            Guarded::Sound(sound)
                if meta.generation.unwrap_or_default() == self.subject.generation
                    && !own::is_set(&sound.cr, self.paused) =>
            {
                Ok(())
            }
            _ => Err(Closed::Superseded),
        }
    }
}
