//! What changed for users between two versions of dsoi: the sections of the changelog that lie between them.

/// What users are told of each version.
const CHANGELOG: &str = include_str!("../../../../CHANGELOG.md");

/// The sections of the versions after `from` up to `to`, the latest first; empty where there are none.
pub(super) fn since(from: &str, to: &str) -> Vec<String> {
    between(CHANGELOG, from, to)
}

fn between(text: &str, from: &str, to: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("## ") {
            inside = version(head)
                .is_some_and(|version| version > numbers(from) && version <= numbers(to));
        }
        if inside && !line.trim().is_empty() {
            lines.push(line.to_owned());
        }
    }
    lines
}

/// The version of a heading such as `[1.2.0] - 2030-01-31`; `None` of one that is not released.
fn version(head: &str) -> Option<Vec<u64>> {
    let word = head.split_whitespace().next()?;
    let word = word.trim_matches(|c: char| "[]v:".contains(c));
    word.starts_with(|c: char| c.is_ascii_digit())
        .then(|| numbers(word))
}

fn numbers(version: &str) -> Vec<u64> {
    let release = version.split(['-', '+']).next().unwrap_or_default();
    release
        .split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_between_two_versions_is_told() {
        let text = "# Changelog\n\nWords.\n\n## Unreleased\n- not yet\n\n## [0.10.0] - 2031-02-03\n### Tool\n- c\n\n\
                    ## v0.9.1\n- b\n\n## 0.9.0\n- a\n";
        assert_eq!(
            between(text, "0.9.0", "0.10.0"),
            [
                "## [0.10.0] - 2031-02-03",
                "### Tool",
                "- c",
                "## v0.9.1",
                "- b"
            ]
        );
        assert_eq!(between(text, "0.9.1", "0.9.1"), Vec::<String>::new());
        assert_eq!(between(text, "0.8.0", "0.9.0"), ["## 0.9.0", "- a"]);
    }
}
