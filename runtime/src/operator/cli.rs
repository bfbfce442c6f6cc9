//! The command line of an operator: `run`, `crd`, `render`, `preview` and `check`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use super::settings::{Flags, Settings};
use super::{Operator, offline, run};
use crate::names;

/// The settings or a custom resource are at fault, or something failed.
const FAILED: u8 = 1;
/// The command line is no command.
const USAGE: u8 = 2;

#[derive(Parser)]
#[command(disable_help_subcommand = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Subcommand)]
enum Command {
    /// Run the operator (the default)
    Run(Box<Flags>),
    /// Print the definitions of the custom resources
    Crd,
    /// Print the objects that custom resources are made of, without an API server
    Render(Render),
    /// Say what a change of custom resources would come to, without an API server
    ///
    /// With `--from`: which objects change, in which order node types are upgraded, and which pods restart. The resources of that
    /// file are taken to run as they are written; what else happens on a cluster, nobody knows beforehand.
    /// Without it: the objects, as `render` prints them.
    Preview(Preview),
    /// Say what is wrong with custom resources, without an API server
    ///
    /// Looks at their shape, at their references, at the rules of the definition and at the objects they would be made of, also
    /// across the resources of the file. What only a cluster knows, such as admission by others, is left to it.
    Check(File),
}

#[derive(Args)]
struct File {
    /// One custom resource or several, as YAML documents; `-` for standard input
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
}

#[derive(Args)]
struct Render {
    #[command(flatten)]
    file: File,
    /// The namespace of resources that name none
    #[arg(short, long, default_value = names::DEFAULT_NAMESPACE)]
    namespace: String,
}

#[derive(Args)]
struct Preview {
    #[command(flatten)]
    file: File,
    /// The same resources as they are now; those of the same kind, namespace and name are compared
    #[arg(long, value_name = "OLD")]
    from: Option<PathBuf>,
    /// The namespace of resources that name none
    #[arg(short, long, default_value = names::DEFAULT_NAMESPACE)]
    namespace: String,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

/// How a command prints what it found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// Runs one command.
pub(super) fn main(operator: Operator, arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let command = CommandLine::command()
        .name(operator.name)
        .version(operator.version)
        .about(format!("The operator {}", operator.name));
    let parsed = command
        .try_get_matches_from(arguments)
        .and_then(|matches| CommandLine::from_arg_matches(&matches));
    let line = match parsed {
        Ok(line) => line,
        Err(error) => return refuse(&error),
    };
    match line.command {
        None => start(operator, line.flags),
        Some(Command::Run(flags)) => start(operator, *flags),
        Some(Command::Crd) => offline::crd(&operator),
        Some(Command::Render(render)) => {
            offline::render(&operator, &render.file.file, &render.namespace)
        }
        Some(Command::Preview(asked)) => offline::preview(
            &operator,
            &asked.file.file,
            asked.from.as_deref(),
            &asked.namespace,
            asked.output,
        ),
        Some(Command::Check(file)) => offline::check(&operator, &file.file),
    }
}

fn start(operator: Operator, flags: Flags) -> ExitCode {
    let settings = Settings::new(flags, &operator.defaults);
    run::run(operator, settings)
}

fn refuse(error: &clap::Error) -> ExitCode {
    // Without standard output or error there is nobody to tell.
    drop(error.print());
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => ExitCode::from(FAILED),
        _ => ExitCode::from(USAGE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_bad_value_is_an_error_of_the_settings_and_not_of_usage() {
        let error = CommandLine::try_parse_from(["op", "--reconcile-wait", "abc"])
            .err()
            .unwrap();
        assert_eq!(error.kind(), ErrorKind::ValueValidation);
        assert!(error.to_string().contains("`abc` is no duration"));
    }
}
