//! How upgrades go: what a custom resource and the manifest may say about them (DS-21, DS-25).
//!
//! In: the optional `spec.rollout` of a resource, and the manifest's constant. Out: one policy, the
//! resource's word winning field by field. Decides nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// `spec.rollout` of a custom resource; what it leaves out is as the manifest says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RolloutSpec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<RolloutStrategy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_crash: Option<OnCrash>,
    /// A duration such as `10m`; see [`duration`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Whether node types are upgraded one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RolloutStrategy {
    /// In the deployment order, the next when the last is done.
    #[default]
    Ordered,
    /// All at once.
    Parallel,
}

/// What a crash during an upgrade leads to, besides that nothing after it moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OnCrash {
    /// The operator says so, once, and waits for a person.
    #[default]
    Wait,
    /// The operator says so again and again.
    Alert,
    /// The node type goes back to what it ran before.
    Rollback,
}

/// How the upgrades of a cluster go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RolloutPolicy {
    pub strategy: RolloutStrategy,
    pub on_crash: OnCrash,
    /// How long a crash lasts before it is rolled back, and the time between two alerts.
    pub after: Duration,
}

impl Default for RolloutPolicy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl RolloutPolicy {
    /// In order, waiting for a person after a crash; ten minutes.
    pub const DEFAULT: Self = Self {
        strategy: RolloutStrategy::Ordered,
        on_crash: OnCrash::Wait,
        after: Duration::from_secs(600),
    };

    pub const fn strategy(mut self, strategy: RolloutStrategy) -> Self {
        self.strategy = strategy;
        self
    }

    pub const fn on_crash(mut self, on_crash: OnCrash) -> Self {
        self.on_crash = on_crash;
        self
    }

    /// In seconds.
    pub const fn after(mut self, seconds: u64) -> Self {
        self.after = Duration::from_secs(seconds);
        self
    }

    /// This policy with what a resource says about it.
    ///
    /// # Errors
    /// `after` is no duration.
    pub fn with(mut self, spec: Option<&RolloutSpec>) -> Result<Self, DurationError> {
        let Some(spec) = spec else { return Ok(self) };
        self.strategy = spec.strategy.unwrap_or(self.strategy);
        self.on_crash = spec.on_crash.unwrap_or(self.on_crash);
        if let Some(after) = &spec.after {
            self.after = duration(after)?;
        }
        Ok(self)
    }
}

/// A text that is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no duration such as `30s`, `10m` or `1h30m`")]
pub struct DurationError(String);

/// Reads `30s`, `10m`, `1h` or `1h30m`: whole hours, minutes and seconds, in this order, each at most
/// once and at least one of them.
///
/// # Errors
/// The text is none.
pub fn duration(text: &str) -> Result<Duration, DurationError> {
    let fault = || DurationError(text.to_owned());
    let mut rest = text;
    let mut seconds: u64 = 0;
    for (unit, factor) in [('h', 3600), ('m', 60), ('s', 1)] {
        let Some((number, after)) = rest.split_once(unit) else {
            continue;
        };
        if !(1..=9).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(fault());
        }
        let number: u64 = number.parse().map_err(|_| fault())?;
        seconds = seconds.saturating_add(number.saturating_mul(factor));
        rest = after;
    }
    if text.is_empty() || !rest.is_empty() {
        return Err(fault());
    }
    Ok(Duration::from_secs(seconds))
}

/// Writes whole seconds as [`duration`] reads them: `3m12s`.
pub fn duration_text(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let parts = [
        (seconds / 3600, 'h'),
        (seconds / 60 % 60, 'm'),
        (seconds % 60, 's'),
    ];
    let text: String = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number}{unit}"))
        .collect();
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_whole_hours_minutes_and_seconds() {
        for (text, seconds) in [
            ("30s", 30),
            ("10m", 600),
            ("1h", 3600),
            ("1h30m", 5400),
            ("1h2m3s", 3723),
            ("90s", 90),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "10",
            "m",
            "1m1h",
            "1s1s",
            "-1s",
            "1.5h",
            "1 h",
            "+1s",
            "1d",
            "9999999999h",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
        for text in ["0s", "3m12s", "1h", "1h1s"] {
            assert_eq!(duration_text(duration(text).unwrap()), text);
        }
    }

    #[test]
    fn the_resource_wins_field_by_field() {
        let policy = RolloutPolicy::DEFAULT.on_crash(OnCrash::Rollback).after(60);
        assert_eq!(policy.with(None), Ok(policy));
        let spec: RolloutSpec =
            serde_json::from_str(r#"{"strategy": "parallel", "after": "30s"}"#).unwrap();
        let mixed = policy.with(Some(&spec)).unwrap();
        assert_eq!(mixed.strategy, RolloutStrategy::Parallel);
        assert_eq!(mixed.on_crash, OnCrash::Rollback);
        assert_eq!(mixed.after, Duration::from_secs(30));
        let wrong = RolloutSpec {
            after: Some("soon".to_owned()),
            ..RolloutSpec::default()
        };
        assert!(policy.with(Some(&wrong)).is_err());
    }
}
