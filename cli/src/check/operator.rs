//! `operator` and `api`: the process, its rights, and the group of its API.

use super::facts::Facts;
use super::report::Report;
use super::scope::{Place, Reach, Scope};
use super::tree::constant_text;
use super::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::manifest::{self as ast, Spanned};
use crate::model::{
    Api, CrateName, DnsLabel, DnsSubdomain, ImageName, KubernetesVersion, LabelKey, RbacRule,
};

/// The oldest server that the generated code can talk to, and the newest that is known.
const MINORS: std::ops::RangeInclusive<u16> = 31..=37;
/// What stands where the manifest says nothing.
const DEFAULT_MINOR: u16 = 33;

/// The settings of the process.
pub(super) struct Process {
    pub(super) name: CrateName,
    pub(super) image: ImageName,
    pub(super) lease: Option<DnsSubdomain>,
    pub(super) ignore_annotation: Option<LabelKey>,
    pub(super) deny_list: Vec<DnsLabel>,
    pub(super) watch: Vec<DnsLabel>,
    pub(super) resync: Option<std::time::Duration>,
    pub(super) rules: Vec<RbacRule>,
}

pub(super) fn version(report: &Report<'_>, written: &ast::Operator) -> KubernetesVersion {
    let Some(text) = &written.kubernetes else {
        return KubernetesVersion {
            minor: DEFAULT_MINOR,
        };
    };
    let minor = text
        .value
        .strip_prefix("1.")
        .and_then(|minor| minor.parse::<u16>().ok());
    if let Some(minor) = minor.filter(|minor| MINORS.contains(minor)) {
        KubernetesVersion { minor }
    } else {
        report.push(
            Problem::new(
                Code::E0521,
                format!(
                    "`{}` is no version of Kubernetes that this dsoi knows",
                    text.value
                ),
            )
            .at(
                text.span,
                format!("expected 1.{} to 1.{}", MINORS.start(), MINORS.end()),
            ),
        );
        KubernetesVersion {
            minor: DEFAULT_MINOR,
        }
    }
}

pub(super) fn api(report: &Report<'_>, written: &ast::Api) -> Option<Api> {
    let group = report.name(&written.group, "the group of an API", DnsSubdomain::new);
    if let Some(group) = &group
        && !group.as_str().contains('.')
    {
        report.push(
            Problem::new(
                Code::E0601,
                format!("`{group}` cannot be the group of an API"),
            )
            .at(written.group.span, "has no dot")
            .help("a group is a domain that you own: example.com"),
        );
        return None;
    }
    let version = report.name(&written.version, "the version of an API", DnsLabel::new)?;
    let digits = version
        .as_str()
        .strip_prefix('v')
        .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let legal = version.as_str().starts_with('v')
        && version
            .as_str()
            .chars()
            .nth(1)
            .is_some_and(|c| c.is_ascii_digit())
        && digits.is_some_and(|rest| {
            rest.is_empty()
                || ["alpha", "beta"].iter().any(|stage| {
                    rest.strip_prefix(stage).is_some_and(|number| {
                        !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
                    })
                })
        });
    if !legal {
        report.push(
            Problem::new(
                Code::E0601,
                format!("`{version}` cannot be the version of an API"),
            )
            .at(
                written.version.span,
                "expected such as `v1`, `v1beta1`, `v1alpha1`",
            ),
        );
        return None;
    }
    Some(Api {
        group: group?,
        version,
    })
}

impl Typer<'_, '_> {
    /// The settings of the process.
    pub(super) fn process(&self, written: &ast::Operator) -> Option<Process> {
        let report = self.report;
        let name = report.name(&written.name, "the name of an operator", CrateName::new);
        let image = match &written.image {
            Some(image) => report.name(image, "an image", ImageName::new),
            None => ImageName::new(written.name.value.clone()).ok(),
        };
        let namespaces = |list: &[Spanned<String>]| -> Vec<DnsLabel> {
            list.iter()
                .filter_map(|namespace| report.name(namespace, "a namespace", DnsLabel::new))
                .collect()
        };
        let lease = written
            .lease
            .as_ref()
            .and_then(|lease| report.name(lease, "the name of a lease", DnsSubdomain::new));
        let ignore_annotation = written.ignore_annotation.as_ref().and_then(|text| {
            let scope = Scope::new(Reach::Constant, Place::Name, None);
            let key = constant_text(&self.whole_text(&scope, text)?)?;
            report.name(
                &Spanned::new(key, text.span),
                "the key of an annotation",
                LabelKey::new,
            )
        });
        Some(Process {
            lease,
            ignore_annotation,
            deny_list: namespaces(&written.deny_list),
            watch: namespaces(&written.watch),
            resync: written.resync.as_ref().map(|resync| resync.value),
            rules: written.rules.iter().map(rule).collect(),
            name: name?,
            image: image?,
        })
    }
}

fn rule(written: &ast::RbacRule) -> RbacRule {
    let texts = |list: &[Spanned<String>]| list.iter().map(|text| text.value.clone()).collect();
    RbacRule {
        api_groups: texts(&written.api_groups),
        resources: texts(&written.resources),
        resource_names: texts(&written.resource_names),
        non_resource_urls: texts(&written.non_resource_urls),
        verbs: texts(&written.verbs),
        why: written.why.value.clone(),
    }
}

impl Facts<'_> {
    /// The plural of the kind, unless the manifest gives one.
    pub(super) fn default_plural(kind_lower: &str) -> String {
        let vowel_before_y = kind_lower
            .chars()
            .rev()
            .nth(1)
            .is_some_and(|c| "aeiou".contains(c));
        match kind_lower {
            kind if kind.ends_with('y') && !vowel_before_y => {
                format!("{}ies", kind.trim_end_matches('y'))
            }
            kind if ["s", "x", "z", "ch", "sh"]
                .iter()
                .any(|ending| kind.ends_with(ending)) =>
            {
                format!("{kind}es")
            }
            kind => format!("{kind}s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plural_follows_the_kind() {
        for (kind, plural) in [
            ("tally", "tallies"),
            ("pinot", "pinots"),
            ("parseabletenant", "parseabletenants"),
            ("clickhouse", "clickhouses"),
            ("index", "indexes"),
            ("relay", "relays"),
        ] {
            assert_eq!(Facts::default_plural(kind), plural);
        }
    }
}
