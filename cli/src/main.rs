//! The binary: parse the arguments, run the command, print its result.

use std::panic;
use std::process::ExitCode;

use clap::Parser;
use dsoi::args::Cli;
use dsoi::command;
use dsoi::ui::{self, Ui};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let ui = Ui::new(&cli.common);
    let name = command::name(&cli.command);
    // The message is ours to print: as text or as JSON, and once.
    panic::set_hook(Box::new(|_| {}));
    match panic::catch_unwind(|| command::run(&cli)) {
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

fn usage(error: &clap::Error) -> ExitCode {
    let json = std::env::args().any(|arg| arg == "--output=json")
        || std::env::args()
            .zip(std::env::args().skip(1))
            .any(|(flag, value)| flag == "--output" && value == "json");
    if json && error.use_stderr() {
        ui::usage(&error.render().to_string());
    } else {
        // A closed stream takes the help with it: there is no one left to tell.
        let _ = error.print();
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}
