//! What an operator says of an external kind.

use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::http::{HttpRemote, Wire};
use super::remote::Remote;
use super::server::Server;
use crate::problem::{Problem, Problems};
use crate::spec::ExternalPolicy;

/// The custom resource of an external kind: what the generated `api` module tells about it.
pub trait ExternalResource:
    Resource<DynamicType = (), Scope = NamespaceResourceScope>
    + Clone
    + Debug
    + Serialize
    + DeserializeOwned
    + Send
    + Sync
    + 'static
{
    /// The `CustomResourceDefinition`, as YAML.
    const CRD: &'static str;

    /// The resource's name.
    fn cr_name(&self) -> &str {
        self.meta().name.as_deref().unwrap_or_default()
    }

    /// The resource's namespace.
    fn cr_namespace(&self) -> &str {
        self.meta().namespace.as_deref().unwrap_or_default()
    }
}

/// A kind whose resources stand for objects of an application.
///
/// All but [`remote`](Self::remote)'s result is pure: the same resource gives the same answers.
pub trait External: ExternalResource {
    /// The kind of the cluster that the object lives in; [`NoParent`] where there is none.
    type Parent: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + Debug
        + DeserializeOwned
        + Send
        + Sync
        + 'static;

    /// What keeps a resource until its object is gone; empty for `<group>/<kind in lower case>`.
    const FINALIZER: &'static str = "";
    const POLICY: ExternalPolicy = ExternalPolicy::DEFAULT;
    /// The status also has one condition as flat fields: `type`, `status`, `reason`, `message` and
    /// `lastUpdateTime` (PN-16).
    const FLAT_CONDITION: bool = false;

    /// The parent's name, in the namespace of the resource.
    fn parent(&self) -> Option<String> {
        None
    }

    /// Under which name the application knows the object. Once the object is there, it stays
    /// (NC-10).
    ///
    /// # Errors
    /// The resource gives no name.
    fn id(&self) -> Result<String, Problem>;

    /// Where the application listens; none for a kind that is reached otherwise.
    fn server(&self, _parent: Option<&Self::Parent>) -> Option<Server> {
        None
    }

    /// What is asked of the application about this object.
    ///
    /// # Errors
    /// The resource is not what its schema could not say.
    fn remote(target: &Target<Self>) -> Result<Box<dyn Remote>, Problem>;

    /// The manifest's fields of the status, written after every success.
    fn status_fields(_target: &Target<Self>) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// Checks that the schema of the custom resource cannot make.
    fn validate(&self, _problems: &mut Problems) {}
}

/// One object of an application, as a resource asks for it.
pub struct Target<K: External> {
    pub cr: Arc<K>,
    pub parent: Option<Arc<K::Parent>>,
    /// The object's name. What is remembered wins over what the resource says.
    pub id: String,
    pub(super) wire: Option<Arc<Wire>>,
}

impl<K: External> Target<K> {
    /// An object that nobody speaks to yet: for looking at its calls.
    pub fn offline(cr: K, parent: Option<K::Parent>) -> Result<Self, Problem> {
        Ok(Self {
            id: cr.id()?,
            cr: Arc::new(cr),
            parent: parent.map(Arc::new),
            wire: None,
        })
    }

    /// Speaks HTTP to the resource's [`server`](External::server).
    pub fn http(&self) -> HttpRemote {
        HttpRemote::new(self.wire.clone())
    }
}

impl<K: External> Clone for Target<K> {
    fn clone(&self) -> Self {
        Self {
            cr: Arc::clone(&self.cr),
            parent: self.parent.clone(),
            id: self.id.clone(),
            wire: self.wire.clone(),
        }
    }
}

/// The parent of kinds that have none.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct NoParent {
    metadata: ObjectMeta,
}

impl Resource for NoParent {
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn group((): &()) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn version((): &()) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn plural((): &()) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}
