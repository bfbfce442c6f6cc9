//! The binary: parse the arguments, run the command, print its result. Shells that complete a command line are answered before.

use std::ffi::OsString;
use std::panic;
use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ColorChoice, FromArgMatches};
use dsoi::args::{self, Cli};
use dsoi::command;
use dsoi::completion;
use dsoi::ui::{self, Ui};

fn main() -> ExitCode {
    if let Some(code) = completion::answer() {
        return code;
    }
    let command = args::command().color(match typed("color").as_deref() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    });
    let parsed = command.try_get_matches();
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return usage(&hinted(error)),
    };
    let ui = Ui::new(&cli.common);
    let name = command::name(&cli.command);
    // The message is ours to print: as text or as JSON, and once.
    panic::set_hook(Box::new(|_| {}));
    let waiting = ui.wait(name);
    let result = panic::catch_unwind(|| command::run(&cli));
    drop(waiting);
    match result {
        Ok(Ok(report)) => match ui.report(name, &report) {
            Ok(()) => ExitCode::from(u8::from(report.unsettled)),
            Err(error) => {
                Ui::unwritten(&error);
                ExitCode::from(1)
            }
        },
        Ok(Err(failure)) => {
            ui.failure(name, &failure);
            ExitCode::from(failure.exit_code())
        }
        Err(panic) => {
            let message = panic.downcast_ref::<String>().map(String::as_str);
            let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
            ui.bug(
                name,
                message.unwrap_or("dsoi has failed for no known reason"),
            );
            ExitCode::from(70)
        }
    }
}

/// An error that names the flag, where a file stands alone.
fn hinted(mut error: clap::Error) -> clap::Error {
    let file = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => return error,
    };
    // The verbs that read one that is named.
    let takes = ["check", "explain", "init", "preview"];
    let verb = verb();
    let is_file = !file.starts_with('-') && (Path::new(&file).is_file() || file.contains(".y"));
    if error.kind() == ErrorKind::UnknownArgument
        && is_file
        && verb.is_some_and(|verb| takes.contains(&verb.as_str()))
    {
        let tip = format!("a file is named by a flag: '-f {file}'");
        error.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(vec![tip.into()]),
        );
    }
    error
}

fn usage(error: &clap::Error) -> ExitCode {
    let json = typed("output").is_some_and(|form| form == "json");
    if json && error.use_stderr() {
        ui::usage(
            verb().as_deref().unwrap_or_default(),
            &error.render().to_string(),
        );
    } else {
        // A closed stream takes the help with it: there is no one left to tell.
        let _ = error.print();
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

/// The verb of a command line that cannot be read; `None` where it has none of ours.
fn verb() -> Option<String> {
    let known = args::command();
    let mut args = std::env::args_os().skip(1);
    while let Some(arg) = args.next() {
        let arg = arg.to_string_lossy();
        if ["-C", "--directory", "--output", "--color"].contains(&arg.as_ref()) {
            args.next();
        } else if !arg.starts_with('-') {
            return known
                .find_subcommand(arg.as_ref())
                .map(|verb| verb.get_name().to_owned());
        }
    }
    None
}

/// The value of a flag as it was typed, for what is said of a command line that cannot be read.
fn typed(flag: &str) -> Option<String> {
    let flag = format!("--{flag}");
    let mut args = std::env::args_os().skip(1).map(OsString::into_string);
    while let Some(arg) = args.next() {
        // What is no text is none of these.
        let arg = arg.unwrap_or_default();
        if arg == flag {
            return args.next()?.ok();
        }
        if let Some(value) = arg
            .strip_prefix(&flag)
            .and_then(|rest| rest.strip_prefix('='))
        {
            return Some(value.to_owned());
        }
    }
    None
}
