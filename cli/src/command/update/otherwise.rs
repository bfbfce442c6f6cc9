//! How dsoi's text of a file changed that is the user's: shown once, by the update in which it does.

use serde_json::{Value, json};

use crate::update::Otherwise;

/// So many lines are shown without being asked for.
const SHOWN: usize = 40;

/// What a person is shown. A look shows all of it.
pub(super) fn lines(files: &[Otherwise], looks_only: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for Otherwise { path, diff } in files {
        // What of it is called is told by itself.
        if path.as_str() == "src/hooks.rs" {
            continue;
        }
        let new = "`dsoi init DIR -f dsoi.yaml` writes it into another directory";
        match diff {
            Some(diff) if looks_only || diff.lines().count() <= SHOWN => {
                lines.push(format!("how what dsoi would write into `{path}` changes:"));
                lines.extend(diff.lines().map(|line| format!("  {line}").trim_end().to_owned()));
            }
            Some(diff) => lines.push(format!(
                "how what dsoi would write into `{path}` changes is {} lines: {new}",
                diff.lines().count()
            )),
            None => lines.push(format!(
                "what dsoi wrote into `{path}` is not known any more; what it would write now: {new}"
            )),
        }
    }
    lines
}

/// What a program is told.
pub(super) fn program(file: &Otherwise) -> Value {
    json!({ "path": file.path.as_str(), "diff": file.diff })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::RelPath;

    #[test]
    fn what_is_long_is_shown_to_whoever_looks() {
        let file = |diff: Option<usize>| Otherwise {
            path: RelPath::new("Cargo.lock").unwrap(),
            diff: diff.map(|lines| "+x\n".repeat(lines)),
        };
        assert_eq!(lines(&[file(Some(SHOWN))], false).len(), SHOWN + 1);
        assert_eq!(lines(&[file(Some(SHOWN + 1))], true).len(), SHOWN + 2);
        let told = lines(&[file(Some(SHOWN + 1)), file(None)], false);
        assert!(told[0].starts_with("how what dsoi would write into `Cargo.lock` changes is 41"));
        assert!(told[1].starts_with("what dsoi wrote into `Cargo.lock` is not known"));
    }
}
