//! What can go wrong around a test's control plane, as sentences.

use std::{error::Error as _, fmt, io, path::Path, path::PathBuf, time::Duration};

use kube::core::Status;

/// Why a control plane, a proxy or an operator process is not there, or refused.
///
/// Its `Debug` is the sentence and its causes, since that is what `unwrap` and a failing test print.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Neither the programs nor a way to build them was found.
    #[error(
        "the control plane's programs ({missing}) were not found and cannot be built without Go: \
         install Go 1.26 or later, or set DSOI_CONTROL_PLANE to a folder that holds them"
    )]
    NoGo {
        /// The programs that are missing, separated by commas.
        missing: String,
    },
    /// The Go that was found cannot build the programs.
    #[error("the control plane needs Go 1.26 or later, and `go` answered: {answer}")]
    OldGo {
        /// What `go env GOVERSION` printed.
        answer: String,
    },
    /// A folder that was named on purpose does not exist.
    #[error("{variable} names `{}`, which is not a folder", path.display())]
    NoFolder {
        /// The environment variable.
        variable: &'static str,
        /// Its value.
        path: PathBuf,
    },
    /// There is no place to keep what is built.
    #[error("neither XDG_CACHE_HOME nor HOME is set, so there is no cache folder to build into")]
    NoCache,
    /// `go build` failed.
    #[error("failed to build {program}:\n{output}")]
    Build {
        /// The program or module.
        program: String,
        /// The end of what `go` printed.
        output: String,
    },
    /// A file or process operation failed.
    #[error("failed to {act}")]
    Io {
        /// What was done, and to what.
        act: String,
        /// The system's answer.
        source: io::Error,
    },
    /// A certificate could not be made.
    #[error("failed to make the control plane's certificates")]
    Certificates {
        /// The generator's answer.
        #[from]
        source: rcgen::Error,
    },
    /// The stages that kwok shipped are not the ones that this module adapts.
    #[error("the kwok stages cannot be adapted: {reason}")]
    Stages {
        /// What is different.
        reason: String,
    },
    /// A process ended although it should run.
    #[error("{program} ended ({status}); the end of its log:\n{log}")]
    Exited {
        /// The program.
        program: String,
        /// How it ended.
        status: String,
        /// The last lines that it printed.
        log: String,
    },
    /// Something did not come true in time.
    #[error("after {after:?}, still not true: {what}")]
    TimedOut {
        /// What was waited for.
        what: String,
        /// How long.
        after: Duration,
    },
    /// A manifest is not YAML, or not a Kubernetes object.
    #[error("the manifest cannot be read: {reason}")]
    Manifest {
        /// What is wrong with it.
        reason: String,
    },
    /// The API server refused, or could not be reached.
    #[error("failed to {act}")]
    Api {
        /// What was asked of the server.
        act: String,
        /// Its answer.
        #[source]
        source: Box<kube::Error>,
    },
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl Error {
    /// The API server's own answer, if it refused a request.
    pub fn status(&self) -> Option<&Status> {
        match self {
            Self::Api { source, .. } => match &**source {
                kube::Error::Api(status) => Some(status),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn api(act: impl Into<String>) -> impl FnOnce(kube::Error) -> Self {
        let act = act.into();
        move |source| Self::Api {
            act,
            source: Box::new(source),
        }
    }

    pub(super) fn io(act: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let act = format!("{act} `{}`", path.display());
        move |source| Self::Io { act, source }
    }
}
