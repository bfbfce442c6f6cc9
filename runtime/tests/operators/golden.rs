//! The operators that dsoi generates, as programs: built once per test process, from the golden
//! projects in `testdata/projects`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use serde_json::Value;

use crate::objects::{self, ApiResource, documents};

/// A golden project and the operator that was built from it.
#[derive(Debug)]
pub(crate) struct Golden {
    /// The operator's name: its crate, binary, field manager and lease.
    pub(crate) operator: String,
    pub(crate) folder: PathBuf,
    pub(crate) binary: PathBuf,
    /// The `CustomResourceDefinition`s, as they are shipped, that of the cluster's kind first.
    pub(crate) crds: Vec<String>,
    /// The kind of the cluster.
    pub(crate) resource: ApiResource,
}

/// What is not built again when it failed.
type Built = OnceLock<Result<Golden, String>>;

fn once(built: &'static Built, build: fn() -> Result<Golden, String>) -> &'static Golden {
    match built.get_or_init(build) {
        Ok(golden) => golden,
        Err(error) => panic!("{error}"),
    }
}

impl Golden {
    pub(crate) fn quickstart() -> &'static Self {
        static BUILT: Built = OnceLock::new();
        once(&BUILT, || Self::build(&projects().join("quickstart")))
    }

    pub(crate) fn pinot() -> &'static Self {
        static BUILT: Built = OnceLock::new();
        once(&BUILT, || Self::build(&projects().join("pinot")))
    }

    pub(crate) fn parseable() -> &'static Self {
        static BUILT: Built = OnceLock::new();
        once(&BUILT, || Self::build(&projects().join("parseable")))
    }

    /// The application of the specification's own sample: generated here, by the `dsoi` of this
    /// workspace, since no golden is kept of it.
    pub(crate) fn myapp() -> &'static Self {
        static BUILT: Built = OnceLock::new();
        once(&BUILT, || {
            let manifest = workspace().join("testdata/manifests/myapp.yaml");
            let folder = generate("myapp", &manifest)?;
            Self::build(&folder)
        })
    }

    pub(crate) fn all() -> [&'static Self; 3] {
        [Self::quickstart(), Self::pinot(), Self::parseable()]
    }

    /// Every YAML file below `config/`, with what it holds.
    pub(crate) fn config(&self) -> Vec<(PathBuf, Vec<Value>)> {
        let mut found = Vec::new();
        collect(&self.folder.join("config"), &mut found);
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found
    }

    fn build(folder: &Path) -> Result<Self, String> {
        let manifest = folder.join("Cargo.toml");
        let text = fs::read_to_string(&manifest)
            .unwrap_or_else(|error| panic!("no golden project at {}: {error}", folder.display()));
        let operator = text
            .lines()
            .find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
            .unwrap_or_else(|| panic!("{} names no package", manifest.display()))
            .to_owned();
        let mut build = cargo(folder);
        build.args(["build", "--quiet", "--bins"]);
        if is_optimized() {
            build.env("CARGO_PROFILE_DEV_OPT_LEVEL", "2");
        }
        // A project that was generated a moment ago has whatever lock file it was given.
        if folder.starts_with(projects()) {
            build.arg("--locked");
        }
        run(
            build,
            &format!("build the operator in {}", folder.display()),
        )?;
        let mut crds = documents_in(&folder.join("config/crd"));
        crds.retain(|(_, document)| document["kind"] == "CustomResourceDefinition");
        // Only a cluster has nodes.
        let nodes = "/spec/versions/0/schema/openAPIV3Schema/properties/status/properties/nodes";
        crds.sort_by_key(|(text, document)| (document.pointer(nodes).is_none(), text.clone()));
        let (_, cluster) = crds
            .first()
            .unwrap_or_else(|| panic!("{} has no CRD", folder.display()));
        Ok(Self {
            binary: goldens().join("debug").join(&operator),
            operator,
            folder: folder.to_owned(),
            resource: objects::custom(cluster),
            crds: crds.into_iter().map(|(text, _)| text).collect(),
        })
    }
}

/// Generates the operator of a manifest with the `dsoi` of this workspace, and builds nothing.
pub(crate) fn generate(name: &str, manifest: &Path) -> Result<PathBuf, String> {
    let folder = target().join(format!("goldens-{name}"));
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let mut init = cargo(&workspace());
    init.args(["run", "--quiet", "--package", "dsoi", "--", "init"])
        .arg(&folder)
        .arg("-f")
        .arg(manifest)
        .arg("--runtime")
        .arg(format!("path={}", workspace().join("runtime").display()));
    run(
        init,
        &format!("generate the operator of {}", manifest.display()),
    )?;
    Ok(folder)
}

fn documents_in(folder: &Path) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "yaml") {
            let text = fs::read_to_string(&path).unwrap();
            found.extend(documents(&text).into_iter().map(|d| (text.clone(), d)));
        }
    }
    found
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, Vec<Value>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|e| e == "yaml") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, documents(&text)));
        }
    }
}

pub(crate) fn workspace() -> PathBuf {
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR"));
    runtime
        .parent()
        .expect("the runtime is a member")
        .to_owned()
}

/// Of our own custom resources and what is expected of them.
pub(crate) fn conformance(file: &str) -> String {
    let path = workspace().join("testdata/conformance").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn projects() -> PathBuf {
    workspace().join("testdata/projects")
}

/// The workspace's own target folder, in which cargo keeps a place for tests.
fn target() -> PathBuf {
    let own = Path::new(env!("CARGO_TARGET_TMPDIR"));
    own.parent()
        .expect("it is a folder of the target")
        .to_owned()
}

/// Whether figures of time are wanted: `DSOI_OPTIMIZED=1` builds the operators optimized, which
/// takes minutes, and holds them to their budgets of time.
pub(crate) fn is_optimized() -> bool {
    std::env::var_os("DSOI_OPTIMIZED").is_some_and(|value| value == "1")
}

pub(crate) fn goldens() -> PathBuf {
    target().join(if is_optimized() {
        "goldens-optimized"
    } else {
        "goldens"
    })
}

pub(crate) fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    // One target folder for all, so that kube is compiled once; not the workspace's own, which
    // this test run may hold locked.
    command
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", goldens());
    command
}

pub(crate) fn run(mut command: Command, act: &str) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|error| format!("cannot run cargo to {act}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("failed to {act}:\n{said}"))
}
