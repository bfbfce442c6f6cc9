//! What the last update left, and what an update is about to write, as documents that can be compared.

use std::path::Path;

use serde_json::Value;

use super::decide::untouched;
use super::text::Text;
use super::{Found, Project, number};
use crate::gate::{Forgotten, Past};
use crate::model::Operator;
use crate::plan::{Owner, PlannedFile};
use crate::write::{RelPath, Tree};

/// Where definitions lie that were released, each under the name that it has in `config/crd`.
pub const RELEASED: &str = "config/crd/released/";
/// Where definitions, roles and bindings are.
const PLACES: [&str; 3] = ["config/crd/", "config/rbac/", "config/components/"];

fn is_one(path: &RelPath) -> bool {
    let path = path.as_str();
    let is_yaml = Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "yaml");
    is_yaml && PLACES.iter().any(|place| path.starts_with(place)) && !path.starts_with(RELEASED)
}

/// The documents of a YAML text; none of one that is none.
pub fn documents(text: &[u8]) -> Vec<Value> {
    let text = String::from_utf8_lossy(text);
    serde_saphyr::from_multiple(&text).unwrap_or_default()
}

/// The past of a project. `again` renders it as the last update did, and is called only if something of it is lost.
pub fn past(
    project: &Project,
    operator: Option<Operator>,
    again: impl Fn() -> Option<Tree>,
) -> Past {
    let mut rendered: Option<Option<Tree>> = None;
    let mut found = Vec::new();
    for (path, known) in project.lock.files.iter().filter(|(path, _)| is_one(path)) {
        let on_disk = match project.found(path) {
            Found::File(bytes) => Some(bytes),
            _ => None,
        };
        let kept = RelPath::new(format!(".dsoi/base/{path}")).ok();
        let kept = kept.and_then(|kept| project.own.get(&kept));
        let as_written = |bytes: &&Vec<u8>| untouched(bytes, Text::of(bytes).as_ref(), known);
        let written = on_disk
            .filter(as_written)
            .or(kept.filter(as_written))
            .cloned();
        let written = written.or_else(|| {
            let tree = rendered.get_or_insert_with(&again).as_ref()?;
            tree.get(path.as_str()).map(|text| text.as_bytes().to_vec())
        });
        let written = written.or_else(|| on_disk.cloned());
        found.extend(written.as_deref().map(documents).into_iter().flatten());
    }
    let (older, newest): (Vec<_>, Vec<_>) = project
        .released
        .iter()
        .partition(|(path, _)| number(path).is_some());
    let of = |(path, bytes): (&RelPath, &Vec<u8>)| -> Vec<(String, Value)> {
        let documents = documents(bytes).into_iter();
        documents
            .map(|document| (path.to_string(), document))
            .collect()
    };
    Past {
        documents: found,
        other_runtime: false,
        released: newest
            .into_iter()
            .flat_map(|(_, bytes)| documents(bytes))
            .collect(),
        older: older.into_iter().flat_map(of).collect(),
        forgotten: forgotten(project),
        operator,
    }
}

/// What a release promised and is not what it was.
pub fn forgotten(project: &Project) -> Vec<Forgotten> {
    let known = project.lock.released.keys();
    let others = known.filter(|path| !project.is_as_released(path));
    let told = others.map(|path| Forgotten {
        path: path.to_string(),
        is_gone: !project.released.contains_key(path),
    });
    told.collect()
}

/// The documents that an update writes.
pub fn present(plan: &[PlannedFile], tree: &Tree, project: &Project) -> Vec<Value> {
    let stays_away = |path: &RelPath| {
        let mut planned = plan.iter().filter(|file| file.path == path.as_str());
        planned.any(|file| file.owner != Owner::Generated)
            && project.lock.files.contains_key(path)
            && matches!(project.found(path), Found::Nothing)
    };
    tree.iter()
        .filter(|(path, _)| is_one(path) && !stays_away(path))
        .flat_map(|(_, text)| documents(text.as_bytes()))
        .collect()
}
