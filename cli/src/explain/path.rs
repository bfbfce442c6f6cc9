//! Paths as people type them: with or without the kind in front, with or without indexes.
//!
//! `Pinot.spec.nodes[0].replicas`, `pinots.spec.nodes.replicas` (as kubectl has it) and `spec.nodes[].replicas` are one path.

use crate::model::{DnsLabel, Operator};

/// One step down: a name, and whether brackets follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub name: String,
    pub index: bool,
    /// It stood in quotes: a name that may also be the key of a list's entry.
    pub quoted: bool,
}

/// What a custom resource has at its top, beside the two words that a manifest has too.
const TOP: [&str; 3] = ["spec", "status", "metadata"];

/// The steps of a path. Brackets hold an index, a key or nothing; in quotes they may hold a dot.
pub fn steps(path: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut name = String::new();
    let mut bracket: Option<String> = None;
    for c in path.trim().trim_start_matches('.').chars() {
        match (&mut bracket, c) {
            (Some(_), ']') => {
                let inner = bracket.take().unwrap_or_default();
                let quoted = inner
                    .strip_prefix(['"', '\''])
                    .map(|inner| inner.trim_end_matches(['"', '\'']));
                close(&mut steps, &mut name);
                match quoted {
                    // A name in brackets is a step as any other.
                    Some(key) if !key.is_empty() => steps.push(Step {
                        quoted: true,
                        ..plain(key)
                    }),
                    _ => {
                        if let Some(last) = steps.last_mut() {
                            last.index = true;
                        }
                    }
                }
            }
            (Some(inner), c) => inner.push(c),
            (None, '[') => bracket = Some(String::new()),
            (None, '.') => close(&mut steps, &mut name),
            (None, c) => name.push(c),
        }
    }
    close(&mut steps, &mut name);
    steps
}

/// The path without its empty steps, where it has some: `spec.nodes` for `spec..nodes`.
pub fn without_gaps(path: &str) -> Option<String> {
    let mut out = String::new();
    let mut depth = 0_usize;
    for c in path.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '.' if depth == 0 && out.ends_with('.') => continue,
            _ => {}
        }
        out.push(c);
    }
    (out != path).then_some(out)
}

fn plain(name: &str) -> Step {
    Step {
        name: name.to_owned(),
        index: false,
        quoted: false,
    }
}

/// Ends a step; a bare number is the index of the step before it.
fn close(steps: &mut Vec<Step>, name: &mut String) {
    let name = std::mem::take(name);
    if name.is_empty() {
        return;
    }
    match steps.last_mut() {
        Some(last) if name.bytes().all(|byte| byte.is_ascii_digit()) => last.index = true,
        _ => steps.push(plain(&name)),
    }
}

/// Whether a path is one of a custom resource by its first word alone, whatever the manifest says.
pub fn is_of_resource(path: &str) -> bool {
    steps(path)
        .first()
        .is_some_and(|first| TOP.contains(&first.name.as_str()))
}

/// The steps without the kind in front; `None` where the path is none of this custom resource.
pub(super) fn within(operator: &Operator, path: &str) -> Option<Vec<Step>> {
    let mut steps = steps(path);
    let first = steps.first()?.name.clone();
    if TOP.contains(&first.as_str()) {
        return Some(steps);
    }
    let cluster = &operator.cluster;
    let short = cluster.short_names.iter().map(DnsLabel::as_str);
    let names = short.chain([
        cluster.kind.as_str(),
        cluster.plural.as_str(),
        cluster.singular.as_str(),
    ]);
    let mut names = names.filter(|name| name.eq_ignore_ascii_case(&first));
    names.next()?;
    steps.remove(0);
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::tally;

    #[test]
    fn one_field_has_many_spellings() {
        let operator = tally();
        for path in [
            "spec.nodes.replicas",
            "spec.nodes[].replicas",
            "spec.nodes[3].replicas",
            "spec.nodes.3.replicas",
            ".spec.nodes['a.b'].replicas",
            "Tally.spec.nodes[*].replicas",
            "tallies.spec.nodes.replicas",
            "tally.spec.nodes.replicas",
        ] {
            let steps = within(&operator, path).unwrap_or_else(|| panic!("{path}"));
            let names: Vec<_> = steps.iter().map(|step| step.name.as_str()).collect();
            assert!(
                names == ["spec", "nodes", "replicas"]
                    || names == ["spec", "nodes", "a.b", "replicas"],
                "{path}: {names:?}"
            );
        }
        assert_eq!(within(&operator, "cluster.nodeTypes"), None);
        assert_eq!(within(&operator, ""), None);
        for (path, expected) in [
            ("spec..nodes", Some("spec.nodes")),
            ("a...b..c", Some("a.b.c")),
            ("spec.nodes[].name", None),
            ("a[\"x..y\"].b", None),
            ("]]..", Some("]].")),
        ] {
            assert_eq!(without_gaps(path).as_deref(), expected, "{path}");
        }
        assert!(!is_of_resource("cluster.spec"));
        assert!(steps("a[").len() == 1 && steps("]]").len() == 1 && steps("[0]").is_empty());
    }
}
