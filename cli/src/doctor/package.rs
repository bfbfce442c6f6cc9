//! What makes the project a program: `Cargo.toml` with the runtime in it, and `src/main.rs`.

use std::fs;
use std::path::Path;

use super::Finding;
use super::links::Links;
use crate::render::dependency;
use crate::update::Lock;
use crate::write::RelPath;

const RUNTIME: &str = "dsoi-runtime";

/// Looks at both.
pub(super) fn findings(directory: &Path, lock: &Lock, links: &Links) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in ["Cargo.toml", "src/main.rs", "src/lib.rs"] {
        let path = RelPath::new(name);
        // Not every operator has the library.
        if path
            .as_ref()
            .is_ok_and(|path| !lock.files.contains_key(path))
        {
            continue;
        }
        let hidden = path.is_ok_and(|path| links.hide(&path));
        if !hidden && fs::symlink_metadata(directory.join(name)).is_err() {
            let help = format!(
                "bring it back from version control; what dsoi wrote of it last is `.dsoi/base/{name}`"
            );
            let without = match name {
                "src/lib.rs" => "`src/main.rs` does not build without it",
                _ => "there is nothing to build",
            };
            let found = format!("`{name}` is gone: {without}");
            findings.push(Finding::missing("package", found, help));
        }
    }
    // One that cannot be read is told of above, or by cargo.
    let Ok(text) = fs::read_to_string(directory.join("Cargo.toml")) else {
        return findings;
    };
    // What a lock of another time says is said of the runtime.
    let known = lock.runtime().ok().map(|runtime| dependency(&runtime));
    match (taken(&text), known) {
        (None, known) => {
            let line = known.map_or_else(String::new, |known| {
                format!(": add `{RUNTIME} = {{ {known}, features = […] }}` to its `[dependencies]`, as `.dsoi/base/Cargo.toml` has it")
            });
            let found = format!("`Cargo.toml` has no dependency `{RUNTIME}`");
            let help = format!("the operator stands on it{line}");
            findings.push(Finding::wrong("package", found, help));
        }
        (Some(taken), Some(known)) if !says(&taken, &known) => findings.push(Finding::warning(
            "package",
            format!("`Cargo.toml` takes `{RUNTIME}` by `{taken}`, and updates write `{known}`"),
            "take the line of `.dsoi/base/Cargo.toml`; or have updates take it from there too: `dsoi update --runtime …`",
        )),
        _ => {}
    }
    if findings.is_empty() {
        findings.push(Finding::ok("package", "Cargo.toml and src/main.rs"));
    }
    findings
}

/// What a manifest of cargo says of the runtime, on one line; `None` where it is no dependency.
fn taken(text: &str) -> Option<String> {
    let mut table = "";
    let mut own: Option<Vec<&str>> = None;
    for line in text.lines().map(str::trim) {
        if let Some(head) = line.strip_prefix('[') {
            table = head.split(']').next().unwrap_or(head).trim();
            if table == "dependencies.dsoi-runtime" {
                own = Some(Vec::new());
            }
            continue;
        }
        match (table, &mut own) {
            ("dependencies", _) => {
                let Some((key, value)) = line.split_once('=') else {
                    continue;
                };
                let key = key.trim().trim_matches('"');
                if key == RUNTIME {
                    return Some(value.trim().to_owned());
                }
                // `dsoi-runtime.path = "…"`
                if let Some(part) = key.strip_prefix("dsoi-runtime.") {
                    return Some(format!("{} = {}", part.trim(), value.trim()));
                }
            }
            ("dependencies.dsoi-runtime", Some(lines)) if line.contains('=') => lines.push(line),
            _ => {}
        }
    }
    own.map(|lines| lines.join(", "))
}

/// Whether a dependency has all of what updates write, in whatever order and with whatever blanks.
fn says(taken: &str, known: &str) -> bool {
    let plain = |text: &str| text.replace([' ', '\t'], "");
    let taken = plain(taken);
    // `dsoi-runtime = "1.2.3"` is a version.
    let taken = if taken.starts_with('"') {
        format!("version={taken}")
    } else {
        taken
    };
    known.split(", ").all(|part| taken.contains(&plain(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtime_is_found_in_every_form_of_a_dependency() {
        for (text, is) in [
            (
                "[dependencies]\ndsoi-runtime = { path = \"a\" }\n",
                Some("{ path = \"a\" }"),
            ),
            ("[dependencies]\ndsoi-runtime = \"1\"\n", Some("\"1\"")),
            (
                "[dependencies]\nserde = \"1\"\n[dependencies.dsoi-runtime]\npath = \"a\"\nfeatures = []\n[x]\ny = 1\n",
                Some("path = \"a\", features = []"),
            ),
            (
                "[dependencies]\ndsoi-runtime.path = \"a\"\n",
                Some("path = \"a\""),
            ),
            ("[dev-dependencies]\ndsoi-runtime = \"1\"\n", None),
            ("[dependencies]\n# dsoi-runtime = \"1\"\n", None),
        ] {
            assert_eq!(taken(text).as_deref(), is, "{text}");
        }
        assert!(says("\"1\"", "version = \"1\""));
        assert!(says("{features=[], path=\"a\"}", "path = \"a\""));
        assert!(says(
            "{ git = \"u\", rev=\"r\" }",
            "git = \"u\", rev = \"r\""
        ));
        assert!(!says("{ git = \"u\" }", "git = \"u\", rev = \"r\""));
        assert!(!says("{ path = \"b\" }", "path = \"a\""));
    }
}
