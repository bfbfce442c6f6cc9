//! The bundled runtime: its sources as `cargo package` would ship them.

use super::Error;
use super::env::{RUNTIME, RUNTIME_MANIFEST, WORKSPACE_MANIFEST};
use crate::plan::Runtime;

/// The paths of all files, the manifest among them.
pub(super) fn files() -> Vec<&'static str> {
    let mut files = vec!["Cargo.toml"];
    files.extend(SOURCES.iter().map(String::as_str));
    files
}

static SOURCES: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| {
    RUNTIME
        .iter()
        .map(|(path, _)| format!("src/{path}"))
        .collect()
});

/// Whether the runtime's prelude brings a type of this name.
pub(super) fn in_prelude(ty: &str) -> bool {
    let prelude = RUNTIME.iter().find(|(path, _)| *path == "prelude.rs");
    prelude.is_some_and(|(_, text)| {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .any(|word| word == ty)
    })
}

/// The text of a file.
pub(super) fn file(path: &str) -> Result<String, Error> {
    if path == "Cargo.toml" {
        return Ok(manifest(RUNTIME_MANIFEST, WORKSPACE_MANIFEST));
    }
    let inner = path.strip_prefix("src/").unwrap_or(path);
    RUNTIME
        .iter()
        .find(|(known, _)| *known == inner)
        .map(|(_, text)| (*text).to_owned())
        .ok_or(Error::Runtime("a source file is missing"))
}

/// The dependency on the runtime, between the braces of its table.
pub(super) fn dependency(runtime: &Runtime) -> String {
    let text = |value: &str| {
        // A basic string of TOML escapes as JSON does.
        serde_json::Value::from(value).to_string()
    };
    match runtime {
        Runtime::Vendored => "path = \"vendor/dsoi-runtime\"".to_owned(),
        Runtime::Path(path) => format!("path = {}", text(path)),
        Runtime::Version(version) => format!("version = {}", text(version)),
        Runtime::Git(url) => match url.split_once('#') {
            Some((url, revision)) => format!("git = {}, rev = {}", text(url), text(revision)),
            None => format!("git = {}", text(url)),
        },
    }
}

/// The runtime's manifest without what it inherits from the workspace, without what only its tests need.
fn manifest(own: &str, workspace: &str) -> String {
    let mut out = String::new();
    let mut keep = true;
    let mut section = "";
    for line in own.lines() {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            section = name;
            keep = !matches!(name, "dev-dependencies" | "lints");
        }
        if !keep {
            continue;
        }
        out.push_str(&inherited(section, line, workspace).unwrap_or_else(|| line.to_owned()));
        out.push('\n');
    }
    format!("{}\n", out.trim_end())
}

/// A line that takes its value from the workspace, with that value.
fn inherited(section: &str, line: &str, workspace: &str) -> Option<String> {
    let (key, value) = line.split_once('=')?;
    let (name, options) = match key.trim().strip_suffix(".workspace") {
        Some(name) => (name, String::new()),
        None if value.contains("workspace = true") => {
            let inner = value.trim().strip_prefix('{')?.strip_suffix('}')?;
            let options: Vec<&str> = split(inner)
                .into_iter()
                .filter(|option| *option != "workspace = true")
                .collect();
            (key.trim(), options.join(", "))
        }
        None => return None,
    };
    let table = match section {
        "package" => "[workspace.package]",
        _ => "[workspace.dependencies]",
    };
    let lines = workspace.lines().skip_while(|line| *line != table).skip(1);
    let known = lines
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix('='))?
        .trim();
    if options.is_empty() {
        return Some(format!("{name} = {known}"));
    }
    let inner = match known
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
    {
        Some(inner) => inner.trim().to_owned(),
        None => format!("version = {known}"),
    };
    Some(format!("{name} = {{ {inner}, {options} }}"))
}

/// The entries of an inline table.
fn split(inner: &str) -> Vec<&str> {
    let mut depth = 0;
    let mut start = 0;
    let mut out = Vec::new();
    for (at, c) in inner.char_indices() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                out.extend(inner.get(start..at).map(str::trim));
                start = at + 1;
            }
            _ => {}
        }
    }
    out.extend(inner.get(start..).map(str::trim));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_manifest_stands_alone() {
        let text = file("Cargo.toml").unwrap();
        assert!(!text.contains("workspace"), "{text}");
        assert!(!text.contains("dev-dependencies"), "{text}");
        assert!(text.contains("edition = \"2024\""), "{text}");
        assert!(text.contains("optional = true"), "{text}");
    }

    #[test]
    fn a_source_of_the_runtime_is_text_in_toml() {
        let path = Runtime::Path("a\"b".to_owned());
        assert_eq!(dependency(&path), r#"path = "a\"b""#);
    }
}
