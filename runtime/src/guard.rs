//! A custom resource as the server has it, decoded or not (OK-30).
//!
//! In: the JSON of one object. Out: the typed resource, or its metadata and the path at which it is
//! not of its type; so one that does not decode hurts no other. Only one object at a time is held as
//! text, and `managedFields` are dropped: a resource may be a megabyte.

use std::borrow::Cow;
use std::fmt::Debug;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use kube::core::NamespaceResourceScope;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::spec::ClusterStatus;

/// One object of the kind `C`.
#[derive(Clone, Debug)]
pub(crate) enum Guarded<C, S = ClusterStatus> {
    Sound(Box<Sound<C, S>>),
    Unsound(Box<Unsound>),
}

/// A resource of its type, and its status as far as it can be read.
#[derive(Clone, Debug)]
pub(crate) struct Sound<C, S = ClusterStatus> {
    pub(crate) cr: C,
    pub(crate) status: Option<S>,
}

/// A resource that is not of its type.
#[derive(Clone, Debug)]
pub(crate) struct Unsound {
    meta: ObjectMeta,
    /// Where, and what is wrong: `spec.nodes[0].replicas: invalid type: string "x", expected i32`.
    pub(crate) problem: String,
}

#[derive(Deserialize)]
struct OnlyMetadata {
    metadata: ObjectMeta,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "S: DeserializeOwned"))]
struct OnlyStatus<S> {
    #[serde(default = "nothing")]
    status: Option<S>,
}

fn nothing<S>() -> Option<S> {
    None
}

impl<'de, C, S> Deserialize<'de> for Guarded<C, S>
where
    C: Resource<DynamicType = ()> + DeserializeOwned,
    S: DeserializeOwned,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let mut json = serde_json::Deserializer::from_str(text.get());
        match serde_path_to_error::deserialize::<_, C>(&mut json) {
            Ok(mut cr) => {
                cr.meta_mut().managed_fields = None;
                // A status that somebody else wrote in another shape is written anew.
                let status = serde_json::from_str::<OnlyStatus<S>>(text.get())
                    .ok()
                    .and_then(|only| only.status);
                Ok(Self::Sound(Box::new(Sound { cr, status })))
            }
            Err(error) => {
                let only: OnlyMetadata =
                    serde_json::from_str(text.get()).map_err(serde::de::Error::custom)?;
                let mut meta = only.metadata;
                meta.managed_fields = None;
                Ok(Self::Unsound(Box::new(Unsound {
                    meta,
                    problem: error.to_string(),
                })))
            }
        }
    }
}

impl<C, S> Resource for Guarded<C, S>
where
    C: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
{
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        C::kind(&())
    }

    fn group((): &()) -> Cow<'_, str> {
        C::group(&())
    }

    fn version((): &()) -> Cow<'_, str> {
        C::version(&())
    }

    fn plural((): &()) -> Cow<'_, str> {
        C::plural(&())
    }

    fn meta(&self) -> &ObjectMeta {
        match self {
            Self::Sound(sound) => sound.cr.meta(),
            Self::Unsound(unsound) => &unsound.meta,
        }
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        match self {
            Self::Sound(sound) => sound.cr.meta_mut(),
            Self::Unsound(unsound) => &mut unsound.meta,
        }
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::Pod;
    use serde_json::json;

    use super::*;

    fn decode(object: &serde_json::Value) -> Guarded<Pod> {
        serde_json::from_str(&object.to_string()).unwrap()
    }

    #[test]
    fn an_object_of_another_shape_keeps_its_name_and_says_where_it_is_wrong() {
        let object =
            json!({"metadata": {"name": "a", "uid": "u"}, "spec": {"containers": [{"name": 7}]}});
        let Guarded::Unsound(unsound) = decode(&object) else {
            panic!("it decoded");
        };
        assert_eq!(unsound.meta.name.as_deref(), Some("a"));
        assert!(
            unsound.problem.starts_with("spec.containers[0].name: "),
            "{}",
            unsound.problem
        );
    }

    #[test]
    fn managed_fields_are_not_kept() {
        let object = json!({"metadata": {"name": "a", "managedFields": [{"manager": "m"}]}, "spec": {"containers": []}});
        assert_eq!(decode(&object).meta().managed_fields, None);
    }
}
