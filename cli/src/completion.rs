//! What a shell offers in the middle of a command line.
//!
//! In: the words so far, from a script that [`script`] printed and that asks dsoi at every press of the key. Out: what could stand
//! there, one form per shell, on stdout. It reads the manifest of the project and nothing else, and it says nothing of its own:
//! whoever is typing has not asked for anything yet.

mod offer;

use std::ffi::OsString;
use std::io;
use std::panic;
use std::process::ExitCode;

use clap_complete::CompleteEnv;
use clap_complete::env::Shells;

use self::offer::Typed;

/// The variable by which a script says that it asks, and which shell it is. Not the usual `COMPLETE`, which others may have set.
const VARIABLE: &str = "DSOI_COMPLETE";

/// The script that has a shell ask dsoi.
///
/// # Errors
/// There is no such shell.
pub fn script(shell: &str) -> io::Result<String> {
    let shells = Shells::builtins();
    let of_shell = shells
        .completer(shell)
        .ok_or_else(|| io::Error::other(format!("there is no script of `{shell}`")))?;
    let mut script = Vec::new();
    // By its name, so that a script outlives the place where dsoi was when it was printed.
    of_shell.write_registration(VARIABLE, "dsoi", "dsoi", "dsoi", &mut script)?;
    let text = String::from_utf8(script).map_err(io::Error::other)?;
    Ok(format!("{}\n", text.trim()))
}

/// Answers a shell; `None` where it is no shell that asks.
pub fn answer() -> Option<ExitCode> {
    std::env::var_os(VARIABLE)?;
    // Even a bug must not write into a line that somebody is typing.
    panic::set_hook(Box::new(|_| {}));
    let answered = panic::catch_unwind(|| {
        let words: Vec<OsString> = std::env::args_os().collect();
        let typed = Typed::new(&words);
        CompleteEnv::with_factory(|| offer::command(&typed))
            .var(VARIABLE)
            .bin("dsoi")
            .completer("dsoi")
            .try_complete(words.clone(), std::env::current_dir().ok().as_deref())
    });
    match answered {
        Ok(Ok(true)) => Some(ExitCode::SUCCESS),
        // The variable is there, and empty or `0`.
        Ok(Ok(false)) => None,
        Ok(Err(_)) | Err(_) => Some(ExitCode::FAILURE),
    }
}
