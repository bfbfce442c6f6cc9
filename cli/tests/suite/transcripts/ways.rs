//! The ways to run a command: into a pipe, on a terminal, with colours or without, for programs, and quietly.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::terminal;

/// A way to run a command.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Piped,
    Terminal,
    TerminalWithoutColour,
    ColourAlways,
    Json,
    Quiet,
}

/// The longest line where not all is shown, in characters.
const LONGEST: usize = 160;

/// What a command said.
#[derive(PartialEq, Eq)]
pub(super) struct Said {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Way {
    pub(super) const ALL: &[Self] = &[
        Self::Piped,
        Self::Terminal,
        Self::TerminalWithoutColour,
        Self::ColourAlways,
        Self::Json,
        Self::Quiet,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Piped => "piped",
            Self::Terminal => "on a terminal",
            Self::TerminalWithoutColour => "on a terminal with NO_COLOR",
            Self::ColourAlways => "with --color always",
            Self::Json => "with --output json",
            Self::Quiet => "with -q",
        }
    }

    /// The command line of it; `None` where it says the opposite already.
    pub(super) fn args(self, run: &[String]) -> Option<Vec<String>> {
        let has = |flag: &str| run.iter().any(|arg| arg == flag);
        let (flags, excluded): (&[&str], bool) = match self {
            Self::Piped | Self::Terminal | Self::TerminalWithoutColour => (&[], false),
            Self::ColourAlways => (&["--color", "always"], has("--color")),
            Self::Json => (&["--output", "json"], has("--output") || has("--help")),
            Self::Quiet => (&["-q"], has("-v") || has("-q")),
        };
        let flags = flags.iter().map(|flag| (*flag).to_owned());
        (!excluded).then(|| run.iter().cloned().chain(flags).collect())
    }

    /// Runs it in a folder, with nothing of the environment that could change what is said.
    pub(super) fn run(
        self,
        args: &[String],
        dir: &Path,
        programs: Option<&BTreeMap<String, String>>,
    ) -> Said {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_dsoi"));
        command
            .args(args)
            .current_dir(dir)
            .env_clear()
            .env("HOME", home.path())
            .env("TERM", "xterm-256color");
        match programs {
            Some(programs) => {
                install(home.path(), programs);
                command.env("PATH", home.path())
            }
            None => command.env("PATH", std::env::var_os("PATH").unwrap_or_default()),
        };
        if self == Self::TerminalWithoutColour {
            command.env("NO_COLOR", "1");
        }
        if matches!(self, Self::Terminal | Self::TerminalWithoutColour) {
            return terminal::run(&mut command);
        }
        let output = command.stdin(Stdio::null()).output().unwrap();
        Said {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What must not be said in this way.
    pub(super) fn wrong(self, said: &Said) -> Option<String> {
        let coloured = said.stdout.contains('\u{1b}') || said.stderr.contains('\u{1b}');
        let name = self.name();
        match self {
            Self::Piped | Self::TerminalWithoutColour | Self::Json if coloured => {
                Some(format!("{name}: there is a colour in it"))
            }
            Self::Json if said.code != 70 && !said.stderr.is_empty() => {
                Some(format!("{name}: something is on the standard error"))
            }
            _ => None,
        }
    }
}

/// Writes the programs that there are.
pub(super) fn install(dir: &Path, programs: &BTreeMap<String, String>) {
    use std::os::unix::fs::PermissionsExt as _;

    for (name, script) in programs {
        let path = dir.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

impl Said {
    /// As a transcript has it; the first `head` lines of a stream alone and what is
    /// not too long of them, and of one that is as it was `before` only that.
    pub(super) fn shown(&self, before: Option<&Self>, head: Option<usize>) -> String {
        if before == Some(self) {
            return "the same".to_owned();
        }
        let lines = head.unwrap_or(usize::MAX);
        let mut shown = format!("exit code: {}", self.code);
        for (name, text, before) in [
            ("stdout", &self.stdout, before.map(|said| &said.stdout)),
            ("stderr", &self.stderr, before.map(|said| &said.stderr)),
        ] {
            if text.is_empty() {
                continue;
            }
            shown += &format!("\n{name}:");
            if before == Some(text) {
                shown += " the same";
                continue;
            }
            for line in text.lines().take(lines) {
                let line = line.replace('\u{1b}', "\\e").replace('\r', "\\r");
                let cut = line.char_indices().nth(LONGEST).filter(|_| head.is_some());
                let line = cut.map_or_else(|| line.clone(), |(at, _)| format!("{}…", &line[..at]));
                shown.push('\n');
                shown += format!("  {line}").trim_end();
            }
            if text.lines().count() > lines {
                shown += "\n  …";
            }
        }
        shown
    }
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown(None, None))
    }
}
