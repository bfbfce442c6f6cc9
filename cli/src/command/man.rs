//! `dsoi man`: manual pages, one of each command.

use std::io::{self, Write as _};
use std::path::Path;

use clap::Command;
use clap_mangen::Man;
use serde_json::json;

use super::{Failure, Report};
use crate::args::{self, ManArgs, examples};

/// Prints a page, or writes all of them.
///
/// # Errors
/// There is no such command, or the directory cannot be written.
pub fn run(args: &ManArgs, directory: &Path) -> Result<Report, Failure> {
    if let Some(dir) = &args.dir {
        return written(&directory.join(dir), dir);
    }
    let mut command = args::command();
    command.build();
    let mut found = &command;
    for word in &args.command {
        found = found.find_subcommand(word).ok_or_else(|| Failure::Usage {
            message: format!("dsoi has no command `{}`", args.command.join(" ")),
            help: Some("`dsoi --help` lists them".to_owned()),
        })?;
    }
    let page = page(found, &args.command.join(" "))?;
    Ok(Report {
        data: json!({ "command": args.command.join(" "), "page": page }),
        text: page,
        ..Report::default()
    })
}

/// Writes the pages of all commands into `dir`, which was typed as `shown`.
fn written(dir: &Path, shown: &Path) -> Result<Report, Failure> {
    let mut command = args::command();
    command.build();
    let mut pages = Vec::new();
    all(&command, "", &mut pages)?;
    std::fs::create_dir_all(dir).map_err(|error| failed(shown, error))?;
    for (name, page) in &pages {
        // Renamed into its place: a page is whole or as it was, and a link is replaced instead of followed.
        put(dir, name, page).map_err(|error| failed(&shown.join(name), error))?;
    }
    let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
    Ok(Report {
        notes: vec![
            format!("the page of each command is in `{}`", shown.display()),
            "next: man dsoi, if `manpath` has the directory above it".to_owned(),
        ],
        data: json!({ "directory": shown, "files": names }),
        ..Report::default()
    })
}

fn put(dir: &Path, name: &str, page: &str) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(page.as_bytes())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let readable = std::fs::Permissions::from_mode(0o644);
        file.as_file().set_permissions(readable)?;
    }
    file.persist(dir.join(name))?;
    Ok(())
}

fn failed(path: &Path, error: io::Error) -> Failure {
    Failure::Project {
        message: format!("failed to write `{}`", path.display()),
        help: Some("`--dir` names a directory; it is made where there is none".to_owned()),
        source: Some(Box::new(error)),
    }
}

fn all(command: &Command, words: &str, out: &mut Vec<(String, String)>) -> Result<(), Failure> {
    let name = format!("dsoi {words}").trim().replace(' ', "-");
    out.push((format!("{name}.1"), page(command, words)?));
    for inner in command
        .get_subcommands()
        .filter(|inner| inner.get_name() != "help")
    {
        let words = format!("{words} {}", inner.get_name());
        all(inner, words.trim(), out)?;
    }
    Ok(())
}

/// The page of a command; `words` are its names after `dsoi`.
fn page(command: &Command, words: &str) -> Result<String, Failure> {
    let bug = |error: Box<dyn std::error::Error + Send + Sync>| Failure::Bug {
        message: format!("failed to render the manual page of `dsoi {words}`"),
        source: Some(error),
    };
    let man = Man::new(command.clone())
        .title(format!("dsoi {words}").trim().replace(' ', "-"))
        .source(format!("dsoi {}", env!("CARGO_PKG_VERSION")))
        .manual("dsoi");
    let mut page = Vec::new();
    let rendered = || -> io::Result<Vec<u8>> {
        man.render_title(&mut page)?;
        man.render_name_section(&mut page)?;
        man.render_synopsis_section(&mut page)?;
        page.write_all(shown(words).as_bytes())?;
        man.render_options_section(&mut page)?;
        if command.has_subcommands() {
            man.render_subcommands_section(&mut page)?;
        }
        page.write_all(EXIT.as_bytes())?;
        Ok(page)
    };
    let bytes = rendered().map_err(|error| bug(error.into()))?;
    String::from_utf8(bytes).map_err(|error| bug(error.into()))
}

/// The examples as a section.
fn shown(words: &str) -> String {
    let mut text = ".SH EXAMPLES\n".to_owned();
    for (what, line) in examples(words) {
        text.push_str(&format!(".TP\n{}:\n\\fB{}\\fR\n", roff(what), roff(line)));
    }
    text
}

/// The same on every page.
const EXIT: &str = ".SH EXIT STATUS\n\
    0: done. 1: the input or the project is at fault, or something is left to do. 2: the command line is wrong. 70: a bug in dsoi.\n";

/// A text as it stands, none of whose characters roff would take for its own.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('-', "\\-");
    if text.starts_with(['.', '\'']) {
        format!("\\&{text}")
    } else {
        text
    }
}
