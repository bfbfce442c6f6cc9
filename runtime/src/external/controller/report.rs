//! The status of a resource, as it follows from a pass. Pure.
//!
//! In: how the pass ended, the status so far and the time. Out: a new status. Texts hold no times and
//! no counters, so that a status that did not change is not written (NC-7, NC-24).

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};

use crate::event::cut;
use crate::report::{LONGEST, Made};
use crate::spec::ExternalStatus;
use crate::spec::external_condition::{PAUSED, READY, SYNCED};

/// How a pass ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Report {
    pub(super) ready: bool,
    /// Whether the application was told everything; none where that is as before.
    pub(super) synced: Option<bool>,
    pub(super) reason: &'static str,
    pub(super) message: String,
    /// What was done, for the flat condition: `CreateSuccess`; none for nothing.
    pub(super) word: Option<&'static str>,
    /// What is known of the object after a success.
    pub(super) success: Option<Success>,
}

/// What is known of an object that is as it should be.
#[derive(Clone, Debug, Default)]
pub(super) struct Success {
    pub(super) id: String,
    pub(super) applied: Option<String>,
    pub(super) fields: Vec<(&'static str, Value)>,
}

/// Makes the status of one generation.
pub(super) struct Reporter<'a> {
    pub(super) before: Option<&'a ExternalStatus>,
    pub(super) generation: i64,
    pub(super) now: Timestamp,
    /// What the flat condition's words begin with; none without one.
    pub(super) flat: Option<String>,
}

impl Reporter<'_> {
    pub(super) fn paused(&self) -> ExternalStatus {
        let mut status = self.before.cloned().unwrap_or_default();
        status.observed_generation = Some(self.generation);
        status.conditions.retain(|known| known.type_ != PAUSED);
        let message = "the operator leaves the object alone, as the annotation asks";
        status
            .conditions
            .push(self.make(PAUSED, true, "Annotation", message));
        status
    }

    pub(super) fn status(&self, report: &Report) -> ExternalStatus {
        let mut status = self.before.cloned().unwrap_or_default();
        status.observed_generation = Some(self.generation);
        let synced = report.synced.unwrap_or_else(|| {
            let before = self.before.and_then(|before| before.condition(SYNCED));
            before.is_some_and(|synced| synced.status == "True")
        });
        let (reason, message) = if synced {
            ("InSync", "")
        } else {
            (report.reason, report.message.as_str())
        };
        let was_paused = self
            .before
            .is_some_and(|before| before.condition(PAUSED).is_some());
        status.conditions = [
            self.make(READY, report.ready, report.reason, &report.message),
            self.make(SYNCED, synced, reason, message),
        ]
        .into_iter()
        .chain(was_paused.then(|| self.make(PAUSED, false, "NotPaused", "")))
        .collect();
        if let Some(success) = &report.success {
            status.external_id = Some(success.id.clone());
            status.applied.clone_from(&success.applied);
            for (name, value) in &success.fields {
                status.fields.insert((*name).to_owned(), value.clone());
            }
        }
        if let Some(prefix) = &self.flat {
            self.flatten(prefix, report, &mut status.fields);
        }
        status
    }

    fn flatten(&self, prefix: &str, report: &Report, fields: &mut BTreeMap<String, Value>) {
        let known = |fields: &BTreeMap<String, Value>, name: &str| {
            let text = fields.get(name).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let before = known(fields, "type");
        let word = match report.word {
            Some(word) => word,
            // Nothing was done: what was told last holds, unless it was a failure that is over.
            None if report.ready && (before.is_empty() || before.ends_with("Fail")) => {
                "UpdateSuccess"
            }
            None if report.ready => return,
            None if known(fields, "status") == "False" && before.ends_with("Fail") => before
                .strip_prefix(prefix)
                .and_then(failure)
                .unwrap_or("UpdateFail"),
            None => "UpdateFail",
        };
        let reason = if report.message.is_empty() {
            report.reason
        } else {
            cut(&report.message, LONGEST)
        };
        let new = [
            ("type", format!("{prefix}{word}")),
            ("message", format!("{prefix}{word}")),
            (
                "status",
                if report.ready { "True" } else { "False" }.to_owned(),
            ),
            ("reason", reason.to_owned()),
        ];
        if new
            .iter()
            .all(|(name, value)| known(fields, name) == *value)
        {
            return;
        }
        for (name, value) in new {
            fields.insert(name.to_owned(), value.into());
        }
        fields.insert("lastUpdateTime".to_owned(), json!(Time(self.now)));
    }

    fn make(&self, type_: &str, status: bool, reason: &str, message: &str) -> Condition {
        let before = self.before.and_then(|before| before.condition(type_));
        Made {
            generation: self.generation,
            now: self.now,
        }
        .condition(before, (type_, status), reason, message)
    }
}

fn failure(word: &str) -> Option<&'static str> {
    ["CreateFail", "UpdateFail", "DeleteFail"]
        .into_iter()
        .find(|known| *known == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn failed(message: &str) -> Report {
        Report {
            reason: "ServerError",
            message: message.to_owned(),
            synced: Some(false),
            word: Some("CreateFail"),
            ..Report::default()
        }
    }

    fn made() -> Report {
        Report {
            ready: true,
            synced: Some(true),
            reason: "InSync",
            word: Some("CreateSuccess"),
            success: Some(Success {
                id: "t".to_owned(),
                applied: Some("a".to_owned()),
                fields: vec![("currentTable.json", json!("{}"))],
            }),
            ..Report::default()
        }
    }

    fn status(before: Option<&ExternalStatus>, report: &Report, seconds: i64) -> ExternalStatus {
        let reporter = Reporter {
            before,
            generation: 1,
            now: at(seconds),
            flat: Some("PinotTableController".to_owned()),
        };
        reporter.status(report)
    }

    fn field<'a>(status: &'a ExternalStatus, name: &str) -> &'a str {
        status.fields[name].as_str().unwrap()
    }

    #[test]
    fn the_flat_condition_says_what_the_others_say() {
        // PN-2, PN-13, PN-16.
        let first = status(None, &failed("POST /tables answered 500: no disk"), 1);
        assert_eq!(field(&first, "type"), "PinotTableControllerCreateFail");
        assert_eq!(field(&first, "message"), "PinotTableControllerCreateFail");
        assert_eq!(field(&first, "status"), "False");
        assert_eq!(
            field(&first, "reason"),
            "POST /tables answered 500: no disk"
        );
        assert_eq!(field(&first, "lastUpdateTime"), "1970-01-01T00:00:01Z");
        assert_eq!(first.external_id, None);
        assert!(!first.fields.contains_key("currentTable.json"));
        let again = status(
            Some(&first),
            &failed("POST /tables answered 500: no disk"),
            9,
        );
        assert_eq!(again, first, "nothing new, nothing written");
        let there = status(Some(&first), &made(), 20);
        assert_eq!(field(&there, "type"), "PinotTableControllerCreateSuccess");
        assert_eq!(field(&there, "status"), "True");
        assert_eq!(field(&there, "currentTable.json"), "{}");
        assert_eq!(there.external_id.as_deref(), Some("t"));
        let looked = Report {
            word: None,
            ..made()
        };
        assert_eq!(status(Some(&there), &looked, 30), there);
    }

    #[test]
    fn a_condition_moves_on_a_flip_only_and_speaks_of_its_generation() {
        // NC-7, NC-24.
        let there = status(None, &made(), 1);
        let away = Report {
            reason: "Unreachable",
            message: "GET /tables/t failed".to_owned(),
            ..Report::default()
        };
        let lost = status(Some(&there), &away, 5);
        let ready = lost.condition(READY).unwrap();
        assert_eq!(
            (ready.status.as_str(), ready.reason.as_str()),
            ("False", "Unreachable")
        );
        assert_eq!(ready.last_transition_time, Time(at(5)));
        // The application was told everything; only nobody answers.
        let synced = lost.condition(SYNCED).unwrap();
        assert_eq!(
            (synced.status.as_str(), &synced.last_transition_time),
            ("True", &Time(at(1)))
        );
        assert_eq!(lost.external_id.as_deref(), Some("t"));
        let told = status(Some(&lost), &failed("x"), 7);
        assert_eq!(told.condition(SYNCED).unwrap().status, "False");
        assert_eq!(
            told.condition(READY).unwrap().last_transition_time,
            Time(at(5))
        );
    }

    #[test]
    fn a_pause_leaves_what_was_true_before() {
        let there = status(None, &made(), 1);
        let reporter = Reporter {
            before: Some(&there),
            generation: 2,
            now: at(3),
            flat: None,
        };
        let paused = reporter.paused();
        assert_eq!(paused.condition(READY), there.condition(READY));
        assert_eq!(paused.condition(PAUSED).unwrap().status, "True");
        let resumed = status(Some(&paused), &made(), 4);
        assert_eq!(resumed.condition(PAUSED).unwrap().status, "False");
    }
}
