//! A sign of life on a terminal, of whatever takes longer than a second.

use std::io::Write as _;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long nothing is said.
const PATIENCE: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_millis(120);
const FRAMES: [char; 8] = ['⠋', '⠙', '⠸', '⠴', '⠦', '⠇', '⠏', '⠋'];
/// To the start of the line, and clears it.
const CLEAR: &str = "\r\u{1b}[2K";

/// What is going on, where somebody has said more than the verb.
static DOING: Mutex<Option<String>> = Mutex::new(None);

/// Says what is going on, for whoever waits in front of a terminal.
pub fn doing(what: &str) {
    // Whoever has panicked while holding it has left a whole text.
    let mut doing = DOING.lock().unwrap_or_else(PoisonError::into_inner);
    *doing = Some(what.to_owned());
}

/// Shows the sign until it is dropped; then the line is as it was.
#[derive(Debug)]
pub struct Wait {
    /// Hanging up ends the hand.
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Wait {
    /// Shows nothing.
    pub(super) fn silent() -> Self {
        Self { running: None }
    }

    /// Shows what is going on, if it goes on for long.
    pub(super) fn shown(what: &str) -> Self {
        let (hold, ends) = mpsc::channel();
        let what = what.to_owned();
        let hand = thread::spawn(move || {
            let start = Instant::now();
            let mut pause = PATIENCE;
            for frame in FRAMES.iter().cycle() {
                if ends.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
                pause = STEP;
                let doing = DOING.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let now = doing.map_or_else(|| what.clone(), |doing| format!("{what}: {doing}"));
                let line = format!("{CLEAR}{frame} {now} … {} s", start.elapsed().as_secs());
                super::stderr(&line);
            }
            if start.elapsed() >= PATIENCE {
                super::stderr(CLEAR);
            }
        });
        Self {
            running: Some((hold, hand)),
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        if let Some((hold, hand)) = self.running.take() {
            drop(hold);
            // What it would tell of is over either way.
            let _ = hand.join();
            let _ = std::io::stderr().flush();
        }
    }
}
