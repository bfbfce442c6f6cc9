//! Tells about a resource that cannot be looked after: in the log, in an event, once each.

use kube::{Resource, ResourceExt};

use super::{Pass, reference};
use crate::cluster::Cluster;
use crate::event::Notice;
use crate::guard::{Guarded, Sound};
use crate::observe::Subject;
use crate::problem::{Problem, Problems};

impl<C: Cluster> Pass<C> {
    pub(super) fn tell_unsound(&self, resource: &Guarded<C>, problem: &str) {
        let meta = resource.meta();
        let namespace = meta.namespace.clone().unwrap_or_default();
        if self.process.settings.denies(&namespace) {
            return;
        }
        let key = (namespace, resource.name_any());
        let is_new = self.tracks.with(&key, |track| {
            track.begin(
                meta.uid.as_deref().unwrap_or_default(),
                meta.generation.unwrap_or_default(),
            );
            track.tell(problem)
        });
        if !is_new {
            return;
        }
        let resource = resource.object_ref(&());
        tracing::warn!(
            resource = format!("{}/{}", key.0, key.1),
            problem,
            "a resource is not of its type and is left alone"
        );
        self.process
            .metrics
            .trouble(&C::kind(&()), "UndecodableResource");
        let notice = warning("UndecodableResource", "Decode", problem);
        self.announcer.announce(&resource, &notice);
    }

    /// Tells what the resource says in vain (SE-12).
    pub(super) fn tell_notes(&self, sound: &Sound<C>, subject: &Subject, notes: &[Problem]) {
        let key = (subject.namespace.clone(), subject.name.clone());
        let lines: Vec<String> = notes.iter().map(ToString::to_string).collect();
        let text = lines.join("; ");
        if self.tracks.with(&key, |track| track.note(&text)) {
            let notice = warning("SettingWithoutEffect", "Build", &text);
            self.announcer.announce(&reference(&sound.cr), &notice);
        }
    }

    pub(super) fn tell_invalid(&self, sound: &Sound<C>, subject: &Subject, problems: &Problems) {
        let key = (subject.namespace.clone(), subject.name.clone());
        let text = problems.to_string();
        self.process
            .metrics
            .trouble(&C::kind(&()), "InvalidResource");
        if self.tracks.with(&key, |track| track.tell(&text)) {
            tracing::warn!(
                resource = format!("{}/{}", key.0, key.1),
                problems = text,
                "a resource is refused"
            );
            let notice = warning("InvalidResource", "Build", &text);
            self.announcer.announce(&reference(&sound.cr), &notice);
        }
    }
}

fn warning(reason: &'static str, action: &'static str, note: &str) -> Notice {
    Notice {
        warning: true,
        reason,
        action,
        note: note.to_owned(),
        child: None,
    }
}
