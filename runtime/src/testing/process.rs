//! Runs an operator as a process of its own, to be stopped and killed by a test.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tempfile::TempDir;

use super::{Error, child::Child, wait};

/// How to start an operator.
#[derive(Clone, Debug)]
pub struct Launch {
    program: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
}

impl Launch {
    /// Starts `program`, such as `env!("CARGO_BIN_EXE_name")`.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            // Whatever way out of this machine the user has, loopback needs none.
            env: vec![("NO_PROXY".into(), "127.0.0.1".into())],
        }
    }

    /// Starts another program with the same arguments and environment.
    pub fn program(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = program.into();
        self
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds an environment variable to the test's own.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Starts the operator with `KUBECONFIG` set to `kubeconfig`.
    ///
    /// # Errors
    /// When the shell that starts it cannot be started; a program that does not exist shows as an
    /// operator that has exited.
    pub fn start(&self, kubeconfig: &Path) -> Result<Operator, Error> {
        let folder = TempDir::new().map_err(Error::io("create a folder in", Path::new("/tmp")))?;
        let mut env = self.env.clone();
        env.push(("KUBECONFIG".into(), kubeconfig.into()));
        let log = folder.path().join("log");
        let child = Child::spawn(&self.program, &self.args, &env, &log)?;
        Ok(Operator {
            pid: child.pid(),
            child: Mutex::new(child),
            folder,
        })
    }
}

/// A running operator. It is killed when dropped, and when the test process ends.
#[derive(Debug)]
pub struct Operator {
    pid: u32,
    child: Mutex<Child>,
    folder: TempDir,
}

impl Operator {
    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// What it has printed, on both streams.
    pub fn log(&self) -> String {
        self.child().log()
    }

    /// The file that it prints to.
    pub fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// How it ended, if it did.
    pub fn exited(&self) -> Result<Option<ExitStatus>, Error> {
        self.child().exited()
    }

    /// Ends it at once, as a crash does (SIGKILL), and waits until it is gone.
    pub fn kill(&self) {
        self.child().kill();
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    ///
    /// # Errors
    /// [`Error::TimedOut`] when it still runs after `timeout`.
    pub async fn terminate(&self, timeout: Duration) -> Result<ExitStatus, Error> {
        self.ask_to_stop()?;
        self.wait(timeout).await
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// [`Error::TimedOut`] when it still runs after `timeout`.
    pub async fn wait(&self, timeout: Duration) -> Result<ExitStatus, Error> {
        let what = format!("process {} has ended", self.pid);
        wait::until(timeout, &what, async || self.exited().transpose()).await?
    }

    /// The memory that it has resident, in bytes, as the system counts it in `/proc`.
    ///
    /// # Errors
    /// When it has ended, or the system has no `/proc`.
    pub fn resident_bytes(&self) -> Result<u64, Error> {
        let path = PathBuf::from(format!("/proc/{}/status", self.pid));
        let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kib.map(|kib| kib * 1024).ok_or_else(|| Error::Exited {
            program: format!("process {}", self.pid),
            status: "it has no memory left".to_owned(),
            log: self.log(),
        })
    }

    fn ask_to_stop(&self) -> Result<(), Error> {
        // Locked throughout: while nobody waits for the process, its number is its own.
        let mut child = self.child();
        if child.exited()?.is_none() {
            let sent = Command::new("kill").arg(self.pid.to_string()).status();
            sent.map_err(Error::io("send SIGTERM with", Path::new("kill")))?;
        }
        Ok(())
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        // A panic elsewhere leaves the process as it was.
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
