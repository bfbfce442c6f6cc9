//! Which workload a node runs under.

use std::fmt;

use serde::{Deserialize, Serialize};

/// `StatefulSet` or `Deployment`. The older spelling `Statefulset` is read too (DS-46).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum WorkloadKind {
    #[serde(alias = "Statefulset")]
    StatefulSet,
    Deployment,
}

impl WorkloadKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StatefulSet => "StatefulSet",
            Self::Deployment => "Deployment",
        }
    }
}

impl fmt::Display for WorkloadKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_stateful_set_are_read_and_nothing_else_is() {
        let read = |text: &str| serde_json::from_value::<WorkloadKind>(text.into());
        assert_eq!(read("StatefulSet").unwrap(), WorkloadKind::StatefulSet);
        assert_eq!(read("Statefulset").unwrap(), WorkloadKind::StatefulSet);
        assert_eq!(read("Deployment").unwrap(), WorkloadKind::Deployment);
        assert!(read("DaemonSet").is_err());
        assert!(read("statefulset").is_err());
    }
}
