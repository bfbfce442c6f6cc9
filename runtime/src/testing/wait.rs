//! Waits for what another process brings about.

use std::time::{Duration, Instant};

use super::Error;

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Calls `probe` until it returns a value, and returns that value.
///
/// `what` completes the sentence "still not true: …" of the error.
///
/// # Errors
/// [`Error::TimedOut`] when `timeout` has passed; the last look starts before that.
pub async fn until<T>(
    timeout: Duration,
    what: &str,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> Result<T, Error> {
    let start = Instant::now();
    loop {
        if let Some(value) = probe().await {
            return Ok(value);
        }
        if start.elapsed() + PAUSE > timeout {
            return Err(Error::TimedOut {
                what: what.to_owned(),
                after: timeout,
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
}
