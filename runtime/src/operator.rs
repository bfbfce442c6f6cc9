//! The process: settings, client, lease, signals, endpoints, controllers.
//!
//! In: the command line and the environment. Out: an exit code. It starts without API server or
//! `CustomResourceDefinition` and waits for them; it stops by starting nothing more, finishing what
//! is in flight, and giving the lease back last.

mod cli;
mod offline;
mod process;
mod run;
mod settings;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use crate::cluster::Cluster;
use crate::controller::{Controller, Kind};

pub(crate) use self::process::Process;
use self::settings::Defaults;
pub(crate) use self::settings::MetricsSettings;

/// An operator: its name, its kinds, and what its manifest says beside the defaults.
///
/// Flags and environment win over what is said here.
pub struct Operator {
    name: &'static str,
    version: &'static str,
    kinds: Vec<Box<dyn Kind>>,
    defaults: Defaults,
}

impl Operator {
    /// An operator of this name, which is also its field manager and must never change.
    pub fn new(name: &'static str, version: &'static str) -> Self {
        Self {
            defaults: Defaults::new(name),
            name,
            version,
            kinds: Vec::new(),
        }
    }

    /// Adds a kind of custom resource.
    pub fn controller<C: Cluster>(mut self, controller: Controller<C>) -> Self {
        self.kinds.push(Box::new(controller));
        self
    }

    /// Adds a kind whose objects lie outside of Kubernetes.
    #[cfg(feature = "external")]
    pub fn external<K: crate::external::External>(
        mut self,
        controller: crate::external::ExternalController<K>,
    ) -> Self {
        self.kinds.push(Box::new(controller));
        self
    }

    /// The Lease that replicas elect a leader by. The default is the operator's name.
    pub fn lease(mut self, name: impl Into<String>) -> Self {
        self.defaults.lease = name.into();
        self
    }

    /// Namespaces whose resources are left alone.
    pub fn deny<N: Into<String>>(mut self, namespaces: impl IntoIterator<Item = N>) -> Self {
        self.defaults.deny = namespaces.into_iter().map(Into::into).collect();
        self
    }

    /// The namespaces that are watched. The default is all.
    pub fn watch<N: Into<String>>(mut self, namespaces: impl IntoIterator<Item = N>) -> Self {
        self.defaults.watch = namespaces.into_iter().map(Into::into).collect();
        self
    }

    /// How often a resource is looked at when nothing happens. The default is ten minutes.
    pub fn resync(mut self, every: Duration) -> Self {
        self.defaults.resync = every;
        self
    }

    /// Runs the command that the command line names; without one, the operator.
    pub fn main(self) -> ExitCode {
        self.main_from(std::env::args_os())
    }

    /// [`Operator::main`] with these arguments, the first of which is the program's name.
    pub fn main_from<A: Into<OsString>>(self, arguments: impl IntoIterator<Item = A>) -> ExitCode {
        cli::main(self, arguments.into_iter().map(Into::into))
    }
}
