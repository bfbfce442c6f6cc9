//! How much a change asks of whoever runs clusters.

use std::fmt;

/// The worst that a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nobody notices, or only who asked for it.
    Safe,
    /// Pods restart, or resources mean something else than before.
    Rolling,
    /// What is stored, or what people wrote, is refused or lost.
    Breaking,
    /// Somebody may do more than before.
    Security,
}

impl Class {
    /// All of them, the harmless first.
    pub const ALL: [Self; 4] = [Self::Safe, Self::Rolling, Self::Breaking, Self::Security];

    /// Its name, on the command line too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Rolling => "rolling",
            Self::Breaking => "breaking",
            Self::Security => "security",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
