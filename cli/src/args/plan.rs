//! `dsoi plan`.

use clap::Args;

use super::{KUBERNETES, Runtime};

/// `dsoi plan`
#[derive(Debug, Default, Args)]
pub struct PlanArgs {
    /// As if the runtime crate were taken from elsewhere from now on
    #[arg(long, value_name = "vendor|path=DIR|version=V|git=URL")]
    pub runtime: Option<Runtime>,
    /// As if the operator were built with the types of this version of Kubernetes from now on
    #[arg(long, value_name = "VERSION", value_parser = KUBERNETES)]
    pub k8s: Option<String>,
}
