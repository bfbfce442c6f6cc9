//! `Cargo.lock` and `.dsoi/lock`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Settings;
use crate::plan::{Owner, Runtime};

/// The packages that every generated project is made of, at the versions of this repository: written by a test
/// from what cargo resolves. The project's own package is called `operator` there.
const PACKAGES: &str = include_str!("lock/operator.lock");

/// The lock file of a project of this name, as cargo would write it.
pub(super) fn cargo_lock(name: &str) -> String {
    let (head, packages) = PACKAGES.split_once("[[package]]").unwrap_or((PACKAGES, ""));
    let mut blocks: Vec<(String, String)> = packages
        .split("[[package]]")
        .map(|block| {
            let block = block.trim();
            let block = match block.strip_prefix("name = \"operator\"\n") {
                Some(rest) => format!("name = \"{name}\"\n{rest}"),
                None => block.to_owned(),
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
            let lock = cargo_lock(name);
            let names: Vec<&str> = lock
                .lines()
                .filter_map(|line| line.strip_prefix("name = "))
                .collect();
            assert!(names.is_sorted(), "{names:?}");
            assert!(names.contains(&format!("\"{name}\"").as_str()));
        }
    }
}
