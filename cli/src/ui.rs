//! The only place that prints: data on stdout, everything else on stderr.

mod colour;
mod wait;

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use serde_json::{Value, json};

use crate::args::{Color, Common, Output};
use crate::command::{Failure, Report, Warnings, chain};
use crate::diagnostic::{Problems, Severity, github, print, sarif};
use crate::manifest::{Rejected, Source};

pub use self::wait::{Wait, doing};

/// Version of the JSON envelope; grows when a key changes its meaning or goes away.
const ENVELOPE: &str = "dsoi.dev/output/v1";

/// How to print.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag by itself")]
pub struct Ui {
    output: Output,
    /// Whether the standard error has colours, and the standard output.
    color: bool,
    color_out: bool,
    quiet: bool,
    verbose: bool,
    /// What the files that are named are relative to.
    directory: PathBuf,
}

impl Ui {
    pub fn new(common: &Common) -> Self {
        let (color, color_out) = match common.color {
            Color::Always => (true, true),
            Color::Never => (false, false),
            Color::Auto => (
                io::stderr().is_terminal()
                    && AutoStream::choice(&io::stderr()) != ColorChoice::Never,
                io::stdout().is_terminal()
                    && AutoStream::choice(&io::stdout()) != ColorChoice::Never,
            ),
        };
        Self {
            output: common.output,
            color,
            color_out,
            quiet: common.quiet,
            verbose: common.verbose,
            directory: common.directory.clone(),
        }
    }

    /// Shows that a command is at work, on a terminal, until the result is dropped.
    pub fn wait(&self, command: &str) -> Wait {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        if self.quiet || self.output == Output::Json || dumb || !io::stderr().is_terminal() {
            return Wait::silent();
        }
        Wait::shown(&format!("dsoi {command}"))
    }

    /// A unified diff, on the standard output.
    fn diff(&self, diff: &str) -> io::Result<()> {
        if self.color_out {
            stdout(&colour::diff(diff))
        } else {
            stdout(diff)
        }
    }

    /// Says what a command has done.
    ///
    /// # Errors
    /// What was asked for cannot be written.
    pub fn report(&self, command: &str, report: &Report) -> io::Result<()> {
        match self.output {
            Output::Text => {
                stdout(&report.text)?;
                if self.color_out {
                    stdout(&colour::classes(&report.classes))?;
                } else {
                    stdout(&report.classes)?;
                }
                self.diff(&report.diff)?;
                if !self.quiet {
                    if let Some(warnings) = &report.warnings {
                        let text =
                            print::warnings(&warnings.problems, &warnings.source, self.color);
                        stderr(&text);
                        if self.verbose {
                            stderr(&print::explanations(&warnings.problems));
                        }
                    }
                    report
                        .notes
                        .iter()
                        .for_each(|note| stderr(&format!("{note}\n")));
                }
            }
            Output::Json => {
                let mut done = json!({ "apiVersion": ENVELOPE, "command": command, "ok": true, "data": report.data });
                if let Some(warnings) = &report.warnings {
                    done["warnings"] =
                        print::json(&warnings.problems, &warnings.source)["problems"].take();
                }
                envelope(&done)?;
            }
            Output::Sarif | Output::Github => {
                if let Some(Warnings { source, problems }) = &report.warnings {
                    self.listed(problems, source, Severity::Warning)?;
                }
            }
        }
        Ok(())
    }

    /// Problems in a form for one kind of program.
    fn listed(&self, problems: &Problems, source: &Source, severity: Severity) -> io::Result<()> {
        // As seen from where dsoi was started, which is where such a program looks for it.
        let path = if self.directory == Path::new(".") {
            source.name().to_owned()
        } else {
            self.directory.join(source.name()).display().to_string()
        };
        let path = path.strip_prefix("./").unwrap_or(&path);
        let path = if cfg!(windows) {
            path.replace('\\', "/")
        } else {
            path.to_owned()
        };
        if self.output == Output::Sarif {
            envelope(&sarif::log(problems, source, &path, severity))
        } else {
            stdout(&github::commands(problems, source, &path, severity))
        }
    }

    /// Says that what was asked for could not be written.
    pub fn unwritten(error: &io::Error) {
        stderr(&format!(
            "error: failed to write to the standard output: {error}\n"
        ));
    }

    /// Says why a command has failed.
    pub fn failure(&self, command: &str, failure: &Failure) {
        match (self.output, failure) {
            // Whether or not it can be told, it has failed.
            (Output::Json, _) => drop(envelope(&self::failure(command, failure))),
            (Output::Sarif | Output::Github, Failure::Manifest(rejected)) => {
                let Rejected { problems, source } = &**rejected;
                drop(self.listed(problems, source, Severity::Error));
            }
            (Output::Sarif, _) if failure.exit_code() != 2 => {
                drop(envelope(&sarif::failed(&chain(failure))));
            }
            (Output::Github, _) if failure.exit_code() != 2 => {
                drop(stdout(&github::failed(&chain(failure))));
            }
            (Output::Text, Failure::Beside { lines, failure, .. }) => {
                for line in lines {
                    stderr(&format!("{line}\n"));
                }
                self.failure(command, failure);
            }
            (Output::Text, Failure::Manifest(rejected)) => {
                let mut text = print::text(&rejected.problems, &rejected.source, self.color);
                // The others never write.
                if ["init", "update", "add", "remove", "rename", "import"].contains(&command) {
                    text.truncate(text.trim_end().len());
                    text.push_str(", nothing was written\n");
                }
                stderr(&text);
                if self.verbose {
                    stderr(&print::explanations(&rejected.problems));
                }
            }
            (Output::Text, Failure::Operator { said, .. }) => stderr(said),
            _ => {
                if let Failure::Files {
                    diff: Some(diff), ..
                }
                | Failure::Refused {
                    diff: Some(diff), ..
                } = failure
                {
                    // Whether or not it can be shown, the command has failed.
                    drop(self.diff(diff));
                }
                let mut text = format!("error: {}\n", chain(failure));
                if let Failure::Build { said } = failure {
                    text.push_str(said);
                }
                if let Some(help) = failure.help() {
                    text.extend([format!("help: {help}\n")]);
                }
                if matches!(failure, Failure::Bug { .. }) {
                    text.push_str(BUG);
                }
                stderr(&colour::error(&text, self.color));
            }
        }
    }

    /// Says that dsoi itself has failed.
    pub fn bug(&self, command: &str, what: &str) {
        self.failure(
            command,
            &Failure::Bug {
                message: what.to_owned(),
                source: None,
            },
        );
    }
}

const BUG: &str = "this is a bug in dsoi; please report it with the manifest that shows it\n";

/// An error of the command line, for programs.
pub fn usage(command: &str, message: &str) {
    let failure = Failure::Usage {
        message: message.trim().trim_start_matches("error: ").to_owned(),
        help: None,
    };
    // Whether or not it can be told, the command line is wrong.
    drop(envelope(&self::failure(command, &failure)));
}

fn failure(command: &str, failure: &Failure) -> Value {
    if let Failure::Beside {
        key, data, failure, ..
    } = failure
    {
        let mut value = self::failure(command, failure);
        value["error"][*key] = data.clone();
        return value;
    }
    let kind = match failure {
        Failure::Manifest(_) => "manifest",
        Failure::Read { .. } => "read",
        Failure::Project { .. } | Failure::Files { .. } => "project",
        Failure::Refused { .. } => "refused",
        Failure::Build { .. } => "build",
        Failure::Operator { .. } => "operator",
        Failure::Usage { .. } => "usage",
        Failure::Bug { .. } | Failure::Beside { .. } => "bug",
    };
    let mut error = json!({ "kind": kind, "message": chain(failure), "help": failure.help() });
    if let (Failure::Manifest(rejected), Some(error)) = (failure, error.as_object_mut())
        && let Value::Object(problems) = print::json(&rejected.problems, &rejected.source)
    {
        error.extend(problems);
    }
    if let Failure::Build { said } | Failure::Operator { said, .. } = failure {
        error["said"] = json!(said);
    }
    if let Failure::Files { files, diff, .. } = failure {
        error["files"] = json!(files);
        error["diff"] = json!(diff);
    }
    if let Failure::Refused { changes, diff, .. } = failure {
        error["changes"] = json!(changes);
        error["diff"] = json!(diff);
    }
    json!({ "apiVersion": ENVELOPE, "command": command, "ok": false, "error": error })
}

fn envelope(value: &Value) -> io::Result<()> {
    stdout(&format!("{value:#}\n"))
}

fn stdout(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever closed the other end has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

fn stderr(text: &str) {
    // There is no one left to tell.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
