//! `rollout`: how an upgrade goes through the cluster, and how the pods of one node are replaced.

use std::time::Duration;

use super::facts::TypeFacts;
use super::report::Report;
use super::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::expr::{Part, Text};
use crate::manifest::{self as ast, Entry, Span, Spanned, Template, TemplateKind};
use crate::model::{OnCrash, Rollout, Strategy, WorkloadKind};

/// The first server that replaces more than one pod of a `StatefulSet` at a time.
const STATEFUL_SET_MINOR: u16 = 35;

/// The longest that a crash may last before something follows from it: thirty days.
const LONGEST: Duration = Duration::from_secs(720 * 60 * 60);

/// The policy of the whole cluster.
pub(super) fn policy(report: &Report<'_>, written: &ast::Cluster) -> Rollout {
    let default = Rollout::default();
    let written = &written.rollout;
    Rollout {
        strategy: match written.strategy.as_ref().map(|word| word.value) {
            None => default.strategy,
            Some(ast::Strategy::Ordered) => Strategy::Ordered,
            Some(ast::Strategy::Parallel) => Strategy::Parallel,
        },
        on_crash: match written.on_crash.as_ref().map(|word| word.value) {
            None => default.on_crash,
            Some(ast::OnCrash::Wait) => OnCrash::Wait,
            Some(ast::OnCrash::Alert) => OnCrash::Alert,
            Some(ast::OnCrash::Rollback) => OnCrash::Rollback,
        },
        after: match &written.after {
            Some(after) if after.value.subsec_nanos() > 0 => {
                report.push(
                    Problem::new(Code::E0107, "`after` has parts of a second")
                        .at(after.span, "expected whole seconds, such as `30s` or `10m`"),
                );
                default.after
            }
            Some(after) if after.value.is_zero() || after.value > LONGEST => {
                let why = if after.value.is_zero() {
                    "a crash would lead to it at once, also one that mends itself"
                } else {
                    "nobody waits for so long"
                };
                report.push(
                    Problem::new(Code::E0107, "`after` is from `1s` to `720h`")
                        .at(after.span, why)
                        .help("write how long a crash may last, such as `10m`"),
                );
                default.after
            }
            Some(after) => after.value,
            None => default.after,
        },
    }
}

impl Typer<'_, '_> {
    /// The fields of the workload with `rollout.pods.maxUnavailable` among them; what `workload` says itself wins.
    pub(super) fn workload_written(&self, known: &TypeFacts) -> Option<Template> {
        let written = &known.written;
        let most = written.rollout.max_unavailable.as_ref().or(self
            .facts
            .manifest
            .cluster
            .rollout
            .max_unavailable
            .as_ref());
        let below = most.map(|most| {
            let strategies = known.kinds.iter().map(|kind| {
                let key = match kind {
                    WorkloadKind::StatefulSet => "updateStrategy",
                    WorkloadKind::Deployment => "strategy",
                };
                let rolling = entry("maxUnavailable", most.clone());
                let strategy = entry("rollingUpdate", mapping(vec![rolling], most.span));
                entry(key, mapping(vec![strategy], most.span))
            });
            mapping(strategies.collect(), most.span)
        });
        let whole = super::merge::tree(below.as_ref(), written.workload.as_ref());
        for strategy in ["updateStrategy", "strategy"] {
            let rolling = whole
                .as_ref()
                .and_then(|whole| find(whole, strategy))
                .and_then(|strategy| find(strategy, "rollingUpdate"));
            let zero = match strategy {
                // The API server refuses it: no pod could ever be replaced.
                "updateStrategy" => Zero::Refused,
                _ => Zero::Allowed,
            };
            for key in ["maxUnavailable", "maxSurge"] {
                if let Some(count) = rolling.and_then(|rolling| find(rolling, key)) {
                    count_of_pods(self.report, key, count, zero);
                }
            }
        }
        if self.facts.minor < STATEFUL_SET_MINOR
            && let Some(span) = whole
                .as_ref()
                .and_then(|whole| find(whole, "updateStrategy"))
                .and_then(|strategy| find(strategy, "rollingUpdate"))
                .and_then(|rolling| find(rolling, "maxUnavailable"))
                .map(|most| most.span)
        {
            // An older server drops the field, and the operator would write it again for ever.
            self.report.push(
                Problem::new(
                    Code::E0521,
                    format!(
                        "`maxUnavailable` of a StatefulSet needs Kubernetes 1.{STATEFUL_SET_MINOR}"
                    ),
                )
                .at(
                    span,
                    format!("the oldest supported server is 1.{}", self.facts.minor),
                )
                .help(format!(
                    "set `operator.kubernetes: \"1.{STATEFUL_SET_MINOR}\"`, or say it only where `kinds: [Deployment]`"
                )),
            );
        }
        whole
    }
}

/// Whether no pod at all is a number that the API server takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Zero {
    Allowed,
    Refused,
}

/// `E0107`: a number of pods that is written out and is none.
fn count_of_pods(report: &Report<'_>, key: &str, written: &Template, zero: Zero) {
    let number = match &written.kind {
        TemplateKind::Int(number) => Some(*number),
        TemplateKind::Text(text) => match text.as_literal() {
            Some(text) => percentage(text),
            None => return,
        },
        // What is computed is the custom resource's; what is of another type is refused by its schema.
        _ => return,
    };
    let expected = match (number, zero) {
        (None, _) => "expected a number, or a percentage such as `25%`",
        (Some(number), Zero::Refused) if number < 1 => {
            "expected a number above 0, or a percentage such as `25%`"
        }
        (Some(..0), Zero::Allowed) => "expected no number below 0",
        _ => return,
    };
    report.push(
        Problem::new(Code::E0107, format!("`{key}` is no number of pods"))
            .at(written.span, expected),
    );
}

fn percentage(text: &str) -> Option<i64> {
    let digits = text.strip_suffix('%')?;
    let digits = digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(digits)?;
    digits.parse().ok()
}

fn entry(key: &str, value: Template) -> Entry {
    let span = value.span;
    Entry {
        key: Text {
            parts: vec![Part::Literal(Spanned::new(key.to_owned(), span))],
            span,
        },
        value,
    }
}

fn mapping(entries: Vec<Entry>, span: Span) -> Template {
    Template {
        kind: TemplateKind::Map(entries),
        span,
    }
}

/// The entry of that name.
fn find<'t>(tree: &'t Template, key: &str) -> Option<&'t Template> {
    let TemplateKind::Map(entries) = &tree.kind else {
        return None;
    };
    entries
        .iter()
        .find(|entry| entry.key.as_literal() == Some(key))
        .map(|entry| &entry.value)
}
