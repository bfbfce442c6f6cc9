//! Changes as a unified diff, as `patch` and `git apply` take it.

use similar::TextDiff;

use super::number;
use crate::write::Change;

/// The changes of the project's files. What dsoi keeps for itself in `.dsoi/` is left out, and so are copies of what was
/// released before.
pub fn diff(changes: &[Change]) -> String {
    let is_copy = |change: &Change| change.before.is_none() && number(&change.path).is_some();
    let theirs = changes
        .iter()
        .filter(|change| !change.path.as_str().starts_with(".dsoi/") && !is_copy(change));
    theirs.map(file).collect()
}

fn file(change: &Change) -> String {
    let path = &change.path;
    let text = |bytes: &Option<Vec<u8>>| {
        bytes
            .as_ref()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    };
    let (before, after) = (text(&change.before), text(&change.after));
    let name = |side: &str, text: &Option<String>| match text {
        Some(_) => format!("{side}/{path}"),
        None => "/dev/null".to_owned(),
    };
    let (from, to) = (name("a", &before), name("b", &after));
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    unified(&before, &after, &from, &to)
}

/// Two texts under their names.
pub(super) fn unified(before: &str, after: &str, from: &str, to: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut diff = diff.unified_diff();
    diff.context_radius(3).header(from, to).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::RelPath;

    #[test]
    fn a_diff_says_what_is_made_changed_and_removed() {
        let change = |path: &str, before: Option<&str>, after: Option<&str>| Change {
            path: RelPath::new(path).unwrap(),
            before: before.map(Into::into),
            after: after.map(Into::into),
        };
        let text = diff(&[
            change(".dsoi/lock", Some("1\n"), Some("2\n")),
            change("a", None, Some("x\n")),
            change("b", Some("x\ny\n"), Some("x\nz\n")),
            change("c", Some("x\n"), None),
        ]);
        assert_eq!(
            text,
            "--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n\
             --- a/b\n+++ b/b\n@@ -1,2 +1,2 @@\n x\n-y\n+z\n\
             --- a/c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
        );
    }
}
