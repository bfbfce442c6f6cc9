//! `Cargo.lock` and `.dsoi/lock`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Settings;
use crate::plan::{Owner, Runtime};

/// The packages that every generated project is made of, at the versions of this repository: written by a test
/// from what cargo resolves. The project's own package is called `operator` there.
const PACKAGES: &str = include_str!("lock/operator.lock");

/// What the runtime stands on too where there are kinds outside of Kubernetes; the packages are there in any case. A test
/// compares with what cargo resolves.
const FOR_EXTERNAL: &[&str] = &["hyper-rustls"];

/// The lock file of a project of this name, as cargo would write it.
pub(super) fn cargo_lock(name: &str, external: bool) -> String {
    let (head, packages) = PACKAGES.split_once("[[package]]").unwrap_or((PACKAGES, ""));
    let mut blocks: Vec<(String, String)> = packages
        .split("[[package]]")
        .map(|block| {
            let block = block.trim();
            let block = match block.strip_prefix("name = \"operator\"\n") {
                Some(rest) => format!("name = \"{name}\"\n{rest}"),
                None => block.to_owned(),
            };
            let block = if external && block.starts_with("name = \"dsoi-runtime\"\n") {
                with_dependencies(&block, FOR_EXTERNAL)
            } else {
                block
            };
            (sort_key(&block), block)
        })
        .collect();
    blocks.sort();
    let mut out = head.trim_end().to_owned();
    out.push('\n');
    for (_, block) in blocks {
        out.push_str(&format!("\n[[package]]\n{block}\n"));
    }
    out
}

/// The block of a package that has these dependencies too; they stand in the order of their names.
fn with_dependencies(block: &str, more: &[&str]) -> String {
    const OPEN: &str = "dependencies = [\n";
    let Some((head, rest)) = block.split_once(OPEN) else {
        return block.to_owned();
    };
    let (list, tail) = rest.split_once(']').unwrap_or((rest, ""));
    let mut lines: Vec<String> = list.lines().map(str::to_owned).collect();
    lines.extend(more.iter().map(|name| format!(" \"{name}\",")));
    lines.sort();
    lines.dedup();
    format!("{head}{OPEN}{}\n]{tail}", lines.join("\n"))
}

fn sort_key(block: &str) -> String {
    let field = |name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().trim_matches('"').to_owned()
    };
    format!("{} {}", field("name = "), field("version = "))
}

/// `.dsoi/lock`: who owns each file, and what it was when it was last written.
pub(super) fn project_lock(files: &[(String, Owner, String)], settings: &Settings) -> String {
    let files: BTreeMap<&str, Value> = files
        .iter()
        .map(|(path, owner, hash)| {
            (
                path.as_str(),
                json!({"owner": owner.as_str(), "sha256": hash}),
            )
        })
        .collect();
    let runtime = match &settings.runtime {
        Runtime::Vendored => "vendor".to_owned(),
        Runtime::Path(path) => format!("path={path}"),
        Runtime::Version(version) => format!("version={version}"),
        Runtime::Git(url) => format!("git={url}"),
    };
    let document = json!({
        "version": 1,
        "dsoi": env!("CARGO_PKG_VERSION"),
        "kubernetes": settings.kubernetes,
        "runtime": runtime,
        "files": files,
    });
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_stands_where_cargo_would_put_it() {
        for name in ["a-operator", "kube-operator", "zz"] {
            let lock = cargo_lock(name, false);
            let names: Vec<&str> = lock
                .lines()
                .filter_map(|line| line.strip_prefix("name = "))
                .collect();
            assert!(names.is_sorted(), "{names:?}");
            assert!(names.contains(&format!("\"{name}\"").as_str()));
        }
    }
}
