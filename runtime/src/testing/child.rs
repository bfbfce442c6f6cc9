//! A process that lives no longer than the test process.
//!
//! Each program is started through `sh`, which leaves one reader on a pipe that only the test
//! process holds open and then becomes the program. When the test process ends, however it ends,
//! the pipe closes and the reader kills the program. So the program's pid is the one that we know,
//! and no signal handler, `Drop` or unsafe call is needed for a process that is killed.

use std::{
    ffi::OsString,
    fs::File,
    io::Write as _,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child as Process, Command, ExitStatus, Stdio},
};

use super::Error;

/// Becomes the program, after leaving a reader that kills it when the pipe closes without a line.
const BOUND: &str = r#"exec 3<&0
(read -r _ <&3 || kill -9 $$) >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-"#;

/// Removes a folder when the pipe closes without a line; by then the programs in it are dead.
const JANITOR: &str = r#"read -r _ || { sleep 1; rm -rf -- "$1"; }"#;

/// How much of a log is quoted in an error.
const QUOTED_LINES: usize = 25;

/// A running program; dropping it kills it.
#[derive(Debug)]
pub(super) struct Child {
    program: String,
    process: Process,
    log: PathBuf,
}

impl Child {
    /// Starts `program`, writing what it prints to the file `log`.
    pub(super) fn spawn(
        program: &Path,
        args: &[OsString],
        env: &[(OsString, OsString)],
        log: &Path,
    ) -> Result<Self, Error> {
        let file = File::create(log).map_err(Error::io("create the log", log))?;
        let copy = file.try_clone().map_err(Error::io("open the log", log))?;
        let process = guarded(BOUND)
            .arg(program)
            .args(args)
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdout(file)
            .stderr(copy)
            .spawn()
            .map_err(Error::io("start", program))?;
        let name = program.file_name().unwrap_or(program.as_os_str());
        Ok(Self {
            program: name.to_string_lossy().into_owned(),
            process,
            log: log.to_owned(),
        })
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.id()
    }

    pub(super) fn log(&self) -> String {
        // The log may be gone together with its folder; then there is nothing to quote.
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// How the program ended, if it did.
    pub(super) fn exited(&mut self) -> Result<Option<ExitStatus>, Error> {
        self.process.try_wait().map_err(|source| Error::Io {
            act: format!("look after {}", self.program),
            source,
        })
    }

    /// Fails, quoting the log, if the program has ended.
    pub(super) fn must_run(&mut self) -> Result<(), Error> {
        match self.exited()? {
            None => Ok(()),
            Some(status) => Err(Error::Exited {
                program: self.program.clone(),
                status: status.to_string(),
                log: tail(&self.log()),
            }),
        }
    }

    /// Ends the program at once (SIGKILL) and waits until it is gone.
    pub(super) fn kill(&mut self) {
        // Both fail only if the program is gone already, which is what is wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
        dismiss(&mut self.process);
    }
}

/// Removes a folder when the test process ends without having dropped this.
#[derive(Debug)]
pub(super) struct Janitor(Process);

impl Janitor {
    pub(super) fn watch(folder: &Path) -> Result<Self, Error> {
        guarded(JANITOR)
            .arg(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map(Self)
            .map_err(Error::io("start `sh` to look after", folder))
    }
}

impl Drop for Janitor {
    fn drop(&mut self) {
        dismiss(&mut self.0);
        // It ends by itself once dismissed; not waiting would leave a zombie.
        let _ = self.0.wait();
    }
}

/// A shell in a process group of its own: an interrupt meant for the test process must not reach
/// the programs first, or their logs would end in noise.
fn guarded(script: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", script, "sh"])
        .stdin(Stdio::piped())
        .process_group(0);
    command
}

/// Tells the reader on the pipe that there is nothing left to do.
fn dismiss(process: &mut Process) {
    if let Some(mut pipe) = process.stdin.take() {
        // A reader that is gone needs no telling.
        let _ = pipe.write_all(b"\n");
    }
}

fn tail(log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(QUOTED_LINES)..].join("\n")
}
