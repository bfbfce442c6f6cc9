//! Which resource has which object (NC-16).
//!
//! In: all resources of a kind. Out: who else has the object of one of them. The one that has it
//! stays; of two that both only ask for it the older one gets it.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use super::Item;
use super::own::{Names, remembered};
use super::parents::parent_of;
use crate::external::External;
use crate::guard::{Guarded, Sound};
use crate::problem::Problem;
use crate::spec::ExternalStatus;

/// Longer names are no names.
const LONGEST: usize = 1024;

/// What a resource has or asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Claim {
    /// Where two objects of one name are one.
    within: String,
    id: String,
    /// First the one that has it, then the older one.
    rank: (bool, String, String),
}

/// What resources claim, by namespace and name, of the version that was looked at.
#[derive(Default)]
pub(super) struct Claims(Mutex<HashMap<(String, String), Known>>);

/// A version of a resource, and what it claims.
type Known = (String, Option<Claim>);

impl Claims {
    /// The other resource that has the object of this one.
    pub(super) fn rival<K: External>(
        &self,
        own: &Sound<K, ExternalStatus>,
        names: &Names,
        all: &[std::sync::Arc<Item<K>>],
    ) -> Option<String> {
        let mine = self.of(own, names)?;
        all.iter()
            .filter_map(|other| match &**other {
                Guarded::Sound(other) if other.cr.meta().uid != own.cr.meta().uid => Some(other),
                _ => None,
            })
            .find(|other| {
                self.of(other, names).is_some_and(|theirs| {
                    theirs.id == mine.id && theirs.within == mine.within && theirs.rank < mine.rank
                })
            })
            .map(|other| format!("{}/{}", other.cr.cr_namespace(), other.cr.cr_name()))
    }

    pub(super) fn forget(&self, namespace: &str, name: &str) {
        let mut claims = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        claims.remove(&(namespace.to_owned(), name.to_owned()));
    }

    fn of<K: External>(&self, sound: &Sound<K, ExternalStatus>, names: &Names) -> Option<Claim> {
        let meta = sound.cr.meta();
        let key = (
            meta.namespace.clone().unwrap_or_default(),
            meta.name.clone().unwrap_or_default(),
        );
        let version = format!(
            "{} {}",
            meta.uid.as_deref().unwrap_or_default(),
            meta.resource_version.as_deref().unwrap_or_default()
        );
        {
            let claims = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((known, claim)) = claims.get(&key)
                && *known == version
            {
                return claim.clone();
            }
        }
        let claim = claim(sound, names);
        let mut claims = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        claims.insert(key, (version, claim.clone()));
        claim
    }
}

fn claim<K: External>(sound: &Sound<K, ExternalStatus>, names: &Names) -> Option<Claim> {
    let meta = sound.cr.meta();
    let held = remembered(sound, names);
    let is_held = held.is_some();
    let id = match held {
        Some(id) => id,
        // One that is on its way out asks for nothing any more.
        None if meta.deletion_timestamp.is_some() => return None,
        None => id_of(&sound.cr).ok()?,
    };
    let created = meta
        .creation_timestamp
        .as_ref()
        .map_or_else(String::new, |created| created.0.to_string());
    Some(Claim {
        within: within(&sound.cr),
        id,
        rank: (!is_held, created, meta.uid.clone().unwrap_or_default()),
    })
}

/// The cluster that the object lives in, or the whole application.
fn within<K: External>(cr: &K) -> String {
    if let Some(parent) = parent_of(cr) {
        return format!("{}/{parent}", cr.cr_namespace());
    }
    let server = catch_unwind(AssertUnwindSafe(|| cr.server(None)));
    match server {
        Ok(Some(server)) => server.within(cr.cr_namespace()),
        _ => String::new(),
    }
}

/// The name that the resource gives its object, if it can be one.
pub(super) fn id_of<K: External>(cr: &K) -> Result<String, Problem> {
    let id = catch_unwind(AssertUnwindSafe(|| cr.id())).unwrap_or_else(|_| {
        Err(Problem {
            path: "spec".to_owned(),
            message: "the operator failed on this resource; that is a mistake in it".to_owned(),
        })
    })?;
    let wrong = if id.is_empty() {
        "is empty"
    } else if id == "." || id == ".." {
        "is a step in a path"
    } else if id.len() > LONGEST {
        "is longer than 1024 bytes"
    } else if id.chars().any(char::is_control) {
        "has a control character"
    } else {
        return Ok(id);
    };
    Err(Problem {
        path: "spec".to_owned(),
        message: format!("the object's name in the application {wrong}"),
    })
}
