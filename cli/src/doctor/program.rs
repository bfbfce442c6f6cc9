//! A program that is asked for its version, and given up on.

use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How long a program may think.
const LIMIT: Duration = Duration::from_secs(5);

/// What came of asking a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// What it printed.
    Said(String),
    /// It ended with an error.
    Failed,
    /// It is not there.
    Absent,
    /// It did not answer in time.
    Silent,
}

/// Runs a program in a directory, without a standard input.
pub(super) fn ask(directory: &Path, program: &str, args: &[&str]) -> Asked {
    let child = Command::new(program)
        .args(args)
        .current_dir(directory)
        // A question must not make rustup download a toolchain.
        .env("RUSTUP_AUTO_INSTALL", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Asked::Absent,
        Err(_) => return Asked::Failed,
    };
    let (tell, told) = mpsc::channel();
    if let Some(mut stdout) = child.stdout.take() {
        // Left alone where it never ends: what holds the pipe may outlive the program.
        thread::spawn(move || {
            let mut text = Vec::new();
            let read = stdout.read_to_end(&mut text);
            // Nobody listens any more once the time is over.
            let _ = tell.send(read.map(|_| String::from_utf8_lossy(&text).into_owned()));
        });
    }
    let answer = told.recv_timeout(LIMIT);
    if answer.is_err() {
        // It may have ended in this moment.
        let _ = child.kill();
    }
    match (answer, child.wait()) {
        (Ok(Ok(text)), Ok(status)) if status.success() => Asked::Said(text),
        (Err(_), _) => Asked::Silent,
        _ => Asked::Failed,
    }
}
