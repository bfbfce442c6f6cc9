//! One verb per file. A verb turns arguments into calls and their result into a [`Report`]; it owns no logic and prints nothing.

pub mod add;
pub mod check;
pub mod completion;
pub mod doctor;
pub mod explain;
pub mod import;
pub mod init;
pub mod man;
mod other;
pub mod plan;
pub mod preview;
pub mod remove;
pub mod rename;
pub mod schema;
pub mod update;
pub mod version;

use std::error::Error;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::args::{AddCommand, Cli, Command, Output, RemoveCommand, RenameCommand};
use crate::diagnostic::Problems;
use crate::manifest::{MAX_BYTES, Rejected, Source};
use crate::update::Whereabouts;

/// What a command has to say when it is done.
#[derive(Debug, Default)]
pub struct Report {
    /// For stdout: what was asked for.
    pub text: String,
    /// The same, as a unified diff.
    pub diff: String,
    /// For stdout too: lines that begin with a class of change.
    pub classes: String,
    /// For stderr, a line each: what was done, and what to do next.
    pub notes: Vec<String>,
    /// For stderr: what is odd in a manifest without being wrong.
    pub warnings: Option<Warnings>,
    /// The same for programs.
    pub data: serde_json::Value,
    /// Whether something is left for the user, though the command did what it should: the exit code is 1.
    pub unsettled: bool,
}

impl Report {
    /// Adds lines about what was done, in front of what to do next.
    pub fn note(&mut self, lines: impl IntoIterator<Item = String>) {
        let mut notes = self.notes.iter();
        let next = notes.position(|note| note.starts_with("next:"));
        let at = next.unwrap_or(self.notes.len());
        self.notes.splice(at..at, lines);
    }
}

/// What is odd in a manifest without being wrong.
#[derive(Debug)]
pub struct Warnings {
    pub source: Source,
    pub problems: Problems,
}

/// Why a command could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Mistakes in the manifest.
    #[error("the manifest `{}` has mistakes", .0.source.name())]
    Manifest(Box<Rejected>),
    #[error("failed to read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// The input or the project is at fault, and not the manifest's text.
    #[error("{message}")]
    Project {
        message: String,
        help: Option<String>,
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// Files of the project that stand in the way.
    #[error("{message}")]
    Files {
        message: String,
        help: Option<String>,
        /// Each file for programs: its path, and why.
        files: Vec<serde_json::Value>,
        /// What was asked for all the same: the difference, for stdout.
        diff: Option<String>,
    },
    /// Changes that need a yes, and did not get one.
    #[error("{message}")]
    Refused {
        message: String,
        help: Option<String>,
        /// Each change for programs.
        changes: Vec<serde_json::Value>,
        /// What was asked for all the same: the difference, for stdout.
        diff: Option<String>,
    },
    /// Something else, with what there is to say beside it: that something was put back, or what a change would cost.
    #[error("{failure}")]
    Beside {
        lines: Vec<String>,
        /// The same for programs, under a key of its own.
        key: &'static str,
        data: serde_json::Value,
        failure: Box<Failure>,
    },
    /// The project's operator cannot be built; cargo says why.
    #[error("the operator of this project cannot be built")]
    Build { said: String },
    /// The project's operator refuses what it was asked, in its own words.
    #[error("the operator of this project refuses the resource")]
    Operator {
        said: String,
        /// What it exited with.
        code: u8,
    },
    /// The command line asks for what there is not.
    #[error("{message}")]
    Usage {
        message: String,
        help: Option<String>,
    },
    /// What must not happen: a fault of dsoi.
    #[error("{message}")]
    Bug {
        message: String,
        source: Option<Box<dyn Error + Send + Sync>>,
    },
}

impl Failure {
    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Manifest(_)
            | Self::Read { .. }
            | Self::Project { .. }
            | Self::Files { .. }
            | Self::Refused { .. }
            | Self::Build { .. } => 1,
            Self::Operator { code, .. } => *code,
            Self::Usage { .. } => 2,
            Self::Bug { .. } => 70,
            Self::Beside { failure, .. } => failure.exit_code(),
        }
    }

    /// What to do about it, where that can be said.
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Project { help, .. }
            | Self::Files { help, .. }
            | Self::Refused { help, .. }
            | Self::Usage { help, .. } => help.as_deref(),
            Self::Read { .. } => Some("`-f FILE` names another file, `-C DIR` another directory"),
            Self::Build { .. } => {
                Some("`cargo build` says the same; the code is the project's own")
            }
            Self::Manifest(_) | Self::Operator { .. } | Self::Bug { .. } => None,
            Self::Beside { failure, .. } => failure.help(),
        }
    }

    /// Mistakes in a manifest; of a file that is none, and that an import reads, what to do with it.
    pub fn manifest(source: &Source, problems: Problems) -> Self {
        let problems = other::instead(source, source.text()).unwrap_or(problems);
        Self::Manifest(Box::new(Rejected {
            source: source.clone(),
            problems,
        }))
    }
}

/// Runs the command.
///
/// # Errors
/// Whatever the command could not do.
pub fn run(cli: &Cli) -> Result<Report, Failure> {
    let directory = &cli.common.directory;
    if matches!(cli.common.output, Output::Sarif | Output::Github)
        && !matches!(cli.command, Command::Check(_))
    {
        return Err(Failure::Usage {
            message: "`--output sarif` and `--output github` are forms of mistakes in a manifest"
                .to_owned(),
            help: Some("`dsoi check` has them; every command has text and json".to_owned()),
        });
    }
    match &cli.command {
        Command::Init(args) => init::run(args, directory),
        Command::Update(args) => update::run(args, directory),
        Command::Plan(args) => plan::run(args, directory),
        Command::Add(AddCommand::NodeType(args)) => add::node_type(args, directory),
        Command::Remove(RemoveCommand::NodeType(args)) => remove::node_type(args, directory),
        Command::Rename(RenameCommand::NodeType(args)) => rename::node_type(args, directory),
        Command::Preview(args) => preview::run(args, directory, cli.common.output),
        Command::Check(args) => check::run(args, directory),
        Command::Explain(args) => explain::run(args, directory),
        Command::Schema(args) => schema::run(args),
        Command::Import(command) => import::run(command, directory),
        Command::Completion(args) => completion::run(args),
        Command::Man(args) => man::run(args, directory),
        Command::Doctor(args) => Ok(doctor::run(args, directory)),
        Command::Version => Ok(version::run()),
    }
}

/// The verb, as the user typed it.
pub fn name(command: &Command) -> &'static str {
    match command {
        Command::Init(_) => "init",
        Command::Update(_) => "update",
        Command::Plan(_) => "plan",
        Command::Add(_) => "add",
        Command::Remove(_) => "remove",
        Command::Rename(_) => "rename",
        Command::Preview(_) => "preview",
        Command::Check(_) => "check",
        Command::Explain(_) => "explain",
        Command::Schema(_) => "schema",
        Command::Import(_) => "import",
        Command::Completion(_) => "completion",
        Command::Man(_) => "man",
        Command::Doctor(_) => "doctor",
        Command::Version => "version",
    }
}

/// An error and its causes, in one sentence.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.extend([format!(": {error}")]);
        cause = error.source();
    }
    text
}

/// Refuses a directory that is none of a project.
///
/// # Errors
/// It is none; the message says where one is, or how one is made.
pub fn in_project(directory: &Path) -> Result<(), Failure> {
    let here = Whereabouts::of(directory);
    match here.message() {
        None => Ok(()),
        Some(message) => Err(Failure::Project {
            message,
            help: here.help(),
            source: None,
        }),
    }
}

/// Reads the manifest of a project, or another one that is named.
///
/// # Errors
/// As [`read_source`]; where none is named, that this is no project.
pub fn read_manifest(directory: &Path, file: &Path) -> Result<Source, Failure> {
    let is_named = file != Path::new("dsoi.yaml");
    if !is_named && !directory.join(file).exists() {
        with_manifest(directory)?;
    }
    read_source(directory, file)
}

/// Refuses a directory that is none of a project, where a manifest would do.
///
/// # Errors
/// As [`in_project`].
pub fn with_manifest(directory: &Path) -> Result<(), Failure> {
    in_project(directory).map_err(|failure| match failure {
        Failure::Project {
            message,
            help,
            source,
        } => Failure::Project {
            message,
            help: help.map(|help| format!("{help}; `-f FILE` names a manifest alone")),
            source,
        },
        failure => failure,
    })
}

/// Reads a manifest's file; never more of it than a manifest may have.
///
/// # Errors
/// The file cannot be read, or is no text of a manifest's size.
pub fn read_source(directory: &Path, file: &Path) -> Result<Source, Failure> {
    // The path as the user would type it.
    let path = if directory == Path::new(".") {
        file.to_owned()
    } else {
        directory.join(file)
    };
    let failed = |source| Failure::Read {
        path: path.clone(),
        source,
    };
    let mut bytes = Vec::new();
    let limit = MAX_BYTES as u64 + 1;
    let open = File::open(&path).map_err(failed)?;
    open.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    let start = String::from_utf8_lossy(&bytes).into_owned();
    Source::new(file.display().to_string(), bytes).map_err(|mut rejected| {
        if let Some(problems) = other::instead(&rejected.source, &start) {
            rejected.problems = problems;
        }
        Failure::Manifest(rejected)
    })
}
