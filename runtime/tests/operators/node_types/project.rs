//! A project whose manifest is changed, and what `dsoi` says of each change.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::golden::{cargo, generate, goldens, run, workspace};

/// A project whose manifest is changed, and its operators so far.
pub(super) struct Project {
    folder: PathBuf,
    built: usize,
}

impl Project {
    pub(super) fn pinot() -> Self {
        let manifest = workspace().join("testdata/manifests/pinot.yaml");
        let folder = generate("pinot-changing", &manifest).unwrap();
        // The program of the golden project has the operator's name, in the same target folder.
        let path = folder.join("Cargo.toml");
        let text = fs::read_to_string(&path).unwrap();
        let own =
            "autobins = false\n\n[[bin]]\nname = \"pinot-changing\"\npath = \"src/main.rs\"\n";
        let (package, rest) = text.split_once("\n\n").unwrap();
        fs::write(path, format!("{package}\n{own}\n{rest}")).unwrap();
        Self { folder, built: 0 }
    }

    /// Runs a verb of `dsoi` about node types. Out: what it says to programs, and what `dsoi plan`
    /// said of the same change beforehand.
    pub(super) fn nodetype(&self, verb: &str, args: &[&str]) -> (Value, Plan) {
        let before = tempfile::tempdir().unwrap();
        copy(&self.folder, before.path());
        let mut all = vec![verb, "nodetype"];
        all.extend(args);
        all.push("--allow-dirty");
        let said = dsoi(&self.folder, &all);
        let manifest = Path::new("dsoi.yaml");
        fs::copy(self.folder.join(manifest), before.path().join(manifest)).unwrap();
        (said, Plan::of(before.path()))
    }

    /// Changes the manifest by hand. Out: what `dsoi plan` said before the update.
    pub(super) fn edit(&self, from: &str, to: &str) -> Plan {
        let path = self.folder.join("dsoi.yaml");
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from}");
        fs::write(path, text.replace(from, to)).unwrap();
        let plan = Plan::of(&self.folder);
        dsoi(&self.folder, &["update", "--allow-dirty"]);
        plan
    }

    /// Its definition and its operator as they are now.
    pub(super) fn build(&mut self) -> (String, PathBuf) {
        let mut build = cargo(&self.folder);
        build.args(["build", "--quiet", "--bins"]);
        run(build, "build the changed operator").unwrap();
        self.built += 1;
        let binary = goldens().join(format!("operator-changing-{}", self.built));
        fs::copy(goldens().join("debug/pinot-changing"), &binary).unwrap();
        let crd = fs::read_to_string(self.folder.join("config/crd/pinots.yaml")).unwrap();
        (crd, binary)
    }
}

/// What `dsoi plan` says of a changed manifest.
pub(super) struct Plan(Value);

impl Plan {
    fn of(folder: &Path) -> Self {
        Self(dsoi(folder, &["plan"]))
    }

    /// The acts on objects that it names, as `change StatefulSet broker`, by node types.
    pub(super) fn acts(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for child in self.children() {
            let node_type = child["nodeType"].as_str().unwrap();
            for (key, act) in [
                ("appears", "create"),
                ("changes", "change"),
                ("goes", "delete"),
            ] {
                let kinds = child[key].as_array().unwrap().iter();
                found.extend(
                    kinds.map(|kind| format!("{act} {} {node_type}", kind.as_str().unwrap())),
                );
            }
        }
        found
    }

    /// The node types whose pods it says restart.
    pub(super) fn restarts(&self) -> BTreeSet<String> {
        let all = self.children().iter();
        let restart = all.filter(|child| child["restarts"] == true);
        restart
            .map(|child| child["nodeType"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(super) fn summary(&self) -> &str {
        self.0["summary"].as_str().unwrap()
    }

    fn children(&self) -> &[Value] {
        self.0["children"].as_array().unwrap()
    }
}

/// What `dsoi` says to programs.
fn dsoi(folder: &Path, args: &[&str]) -> Value {
    let mut command = cargo(&workspace());
    command
        .args(["run", "--quiet", "--package", "dsoi", "--", "-C"])
        .arg(folder)
        .args(args)
        .args(["--output", "json"]);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {said}{stderr}");
    let envelope: Value = serde_json::from_str(&said).unwrap();
    envelope["data"].clone()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let copied = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &copied);
        } else {
            fs::copy(entry.path(), copied).unwrap();
        }
    }
}
