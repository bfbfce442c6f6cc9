//! A command whose streams are terminals: a pseudo-terminal each, so that both can be told apart.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::thread;

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::ways::Said;

/// Our end of a terminal, and the command's.
fn terminal() -> (File, OwnedFd) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let ours = openpt(flags).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let theirs = open(name, flags, Mode::empty()).unwrap();
    // As wide as help is where there is no terminal.
    let size = Winsize {
        ws_row: 40,
        ws_col: 100,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&ours, size).unwrap();
    (ours.into(), theirs)
}

/// Everything that is written to a terminal until its other end is closed.
fn read(mut terminal: File) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    // A terminal without another end is an error to read from.
    while let Ok(count @ 1..) = terminal.read(&mut buffer) {
        text.extend_from_slice(&buffer[..count]);
    }
    // A terminal makes two characters of a line's end.
    String::from_utf8(text).unwrap().replace("\r\n", "\n")
}

/// What clears the line that it is on.
pub(super) const CLEAR: &str = "\r\u{1b}[2K";

/// What is left to be seen of a text in the end: a machine may be slow enough for a sign of life.
fn seen(text: &str) -> String {
    let mut parts = text.split(CLEAR);
    let mut seen = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        seen.truncate(seen.rfind('\n').map_or(0, |at| at + 1));
        seen.push_str(part);
    }
    seen
}

/// Runs it, and takes what can be seen in the end.
pub(super) fn run(command: &mut Command) -> Said {
    let said = written(command);
    Said {
        stdout: seen(&said.stdout),
        stderr: seen(&said.stderr),
        ..said
    }
}

/// Runs it, and takes all that it writes.
pub(super) fn written(command: &mut Command) -> Said {
    let ((out, stdout), (err, stderr)) = (terminal(), terminal());
    let stdin = stdout.try_clone().unwrap();
    let mut child = command
        .stdin(Stdio::from(stdin))
        .stdout(Stdio::from(stdout))
        .stderr(Stdio::from(stderr))
        .spawn()
        .unwrap();
    // The command would keep our copies of its ends open.
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let out = thread::spawn(|| read(out));
    let err = thread::spawn(|| read(err));
    let code = child.wait().unwrap().code().unwrap();
    Said {
        code,
        stdout: out.join().unwrap(),
        stderr: err.join().unwrap(),
    }
}
