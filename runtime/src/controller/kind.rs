//! A kind of custom resource, whatever its type: what the process needs of a controller.

use futures::future::BoxFuture;

use serde_json::Value;

use crate::check::Verdict;
use crate::operator::Process;

/// One kind and its controller.
pub(crate) trait Kind: Send {
    /// As in `kind:`.
    fn name(&self) -> String;
    /// `group/version`, as in `apiVersion:`.
    fn api_version(&self) -> String;
    /// The `CustomResourceDefinition`, as YAML.
    fn crd(&self) -> &'static str;
    /// What is wrong with a resource, and the children that it would have.
    fn check(&self, resource: &Value, operator: &str) -> Verdict;
    /// Runs until the process stops.
    fn run(self: Box<Self>, process: Process) -> BoxFuture<'static, ()>;
}
