//! What becomes of the storage that a custom resource brings, and which volumes a node type needs.

use crate::check::facts::TypeFacts;
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::manifest::{self as ast, Spanned};
use crate::model::{AbsolutePath, DnsLabel, K8sField, RequiredVolume, StorageMode, StorageModes};

/// The file of the manifest that stands at the path, or right in it.
fn file_at<'a>(known: &'a TypeFacts, path: &AbsolutePath) -> Option<&'a str> {
    known.files.iter().find_map(|(name, file, _)| {
        let file = AbsolutePath::new(file.as_str()).ok()?;
        (file == *path || file.directory() == path.as_str()).then_some(name.as_str())
    })
}

impl Typer<'_, '_> {
    pub(super) fn storage(&self, known: &TypeFacts) -> StorageModes {
        let mode = |written: &Option<Spanned<ast::StorageMode>>, default| {
            written.as_ref().map_or(default, |mode| match mode.value {
                ast::StorageMode::Template => StorageMode::Template,
                ast::StorageMode::Claim => StorageMode::Claim,
                ast::StorageMode::Refuse => StorageMode::Refuse,
            })
        };
        let storage = &known.written.storage;
        let modes = StorageModes {
            stateful_set: mode(&storage.stateful_set, StorageMode::Template),
            deployment: mode(&storage.deployment, StorageMode::Refuse),
        };
        if let (StorageMode::Template, Some(written)) = (modes.deployment, &storage.deployment) {
            self.report.push(
                Problem::new(Code::E0501, "a Deployment has no claim templates")
                    .at(written.span, "only a StatefulSet has them")
                    .help("use `claim` for one claim that all replicas share, or `refuse`"),
            );
        }
        modes
    }

    pub(super) fn volumes(&self, known: &TypeFacts) -> Vec<RequiredVolume> {
        let mut volumes: Vec<RequiredVolume> = Vec::new();
        for volume in &known.written.storage.volumes {
            let name = self
                .report
                .name(&volume.name, "the name of a volume", DnsLabel::new);
            let path = self
                .report
                .name(&volume.path, "the path of a volume", AbsolutePath::new);
            let (Some(name), Some(path)) = (name, path) else {
                continue;
            };
            if let Some(other) = volumes
                .iter()
                .find(|other| other.name == name || other.path == path)
            {
                let (what, value) = if other.name == name {
                    ("name", name.as_str())
                } else {
                    ("path", path.as_str())
                };
                self.report.push(
                    Problem::new(
                        Code::E0502,
                        format!("two volumes have the {what} `{value}`"),
                    )
                    .at(
                        if other.name == name {
                            volume.name.span
                        } else {
                            volume.path.span
                        },
                        "again",
                    )
                    .help("each claim has its own name and its own path"),
                );
                continue;
            }
            if let Some(file) = file_at(known, &path) {
                self.report.push(
                    Problem::new(
                        Code::E0502,
                        format!("file `{file}` is mounted where volume `{name}` is"),
                    )
                    .at(volume.path.span, "the same place")
                    .help("give the file a directory of its own, or the volume another path"),
                );
                continue;
            }
            volumes.push(RequiredVolume { name, path });
        }
        if !volumes.is_empty()
            && self
                .facts
                .k8s_group
                .field(K8sField::StorageConfig)
                .is_none()
        {
            let span = known
                .written
                .storage
                .volumes
                .first()
                .map_or(known.written.span, |volume| volume.name.span);
            self.report.push(
                Problem::new(Code::E0208, "no custom resource can bring this volume")
                    .at(span, "the k8s config group has no `storageConfig`")
                    .help("list `storageConfig` in `cluster.k8sConfigGroup.fields`"),
            );
        }
        volumes
    }
}
