//! The README's tutorial, command by command as a reader types it: `dsoi`, cargo, git, and kubectl against a real API server.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use dsoi_runtime::testing::ControlPlane;

use crate::{
    golden::{goldens, run, workspace},
    objects::{documents, name},
};

/// What the README's tutorial has in its blocks of commands.
fn commands() -> String {
    let readme = fs::read_to_string(workspace().join("README.md")).unwrap();
    let (_, rest) = readme
        .split_once("\n## Ten minutes")
        .expect("the README has a tutorial");
    let (section, _) = rest.split_once("\n## ").expect("more follows it");
    let blocks = section.split("\n```sh\n").skip(1);
    let blocks: Vec<&str> = blocks.map(|b| b.split("\n```").next().unwrap()).collect();
    assert!(
        blocks.len() >= 6,
        "init, edit, add, update, preview, deploy"
    );
    blocks.join("\n") + "\n"
}

/// kubectl of this machine; built with Go where there is none.
fn kubectl() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut there = std::env::split_paths(&path).map(|folder| folder.join("kubectl"));
    if let Some(found) = there.find(|file| file.is_file()) {
        return found;
    }
    let built = goldens().join("tools/kubectl");
    let module = workspace().join("runtime/tests/operators/kubectl");
    let mut go = Command::new("go");
    go.current_dir(module)
        .env("CGO_ENABLED", "0")
        .env("GOFLAGS", "-mod=readonly")
        .env("GOWORK", "off")
        .args(["build", "-trimpath", "-ldflags", "-s -w", "-o"])
        .arg(&built)
        .arg("k8s.io/kubernetes/cmd/kubectl");
    run(go, "build kubectl").unwrap();
    built
}

/// The `dsoi` of this workspace.
fn dsoi() -> PathBuf {
    let mut build = crate::golden::cargo(&workspace());
    build.args(["build", "--quiet", "--package", "dsoi"]);
    run(build, "build dsoi").unwrap();
    goldens().join("debug/dsoi")
}

/// A kubeconfig of somebody who administers the cluster, as the tutorial's reader does.
async fn kubeconfig(plane: &ControlPlane) -> PathBuf {
    let token = plane.service_account_token("default", "reader").await;
    let binding = "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: reader, namespace: default}]
";
    plane.apply_yaml(binding).await.unwrap();
    plane.kubeconfig(&token.unwrap()).unwrap()
}

/// A reader at work in a folder.
struct Reader {
    folder: tempfile::TempDir,
    path: OsString,
    kubeconfig: PathBuf,
}

impl Reader {
    fn types(&self, script: &str, folder: &Path) -> Output {
        Command::new("bash")
            .args(["-euo", "pipefail", "-c", script])
            .current_dir(folder)
            .env("PATH", &self.path)
            .env("KUBECONFIG", &self.kubeconfig)
            // What kube is compiled into is shared with every other project of the tests.
            .env("CARGO_TARGET_DIR", goldens())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_NAME", "Reader")
            .env("GIT_AUTHOR_EMAIL", "reader@example.com")
            .env("GIT_COMMITTER_NAME", "Reader")
            .env("GIT_COMMITTER_EMAIL", "reader@example.com")
            // Other operators of this test run have the usual ports.
            .env("HEALTH_ADDRESS", "127.0.0.1:0")
            .env("METRICS_ADDRESS", "127.0.0.1:0")
            .output()
            .unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tutorial_does_what_it_says() {
    // The operator of the tutorial watches every namespace.
    let plane = ControlPlane::start().await.unwrap();
    let tools = [dsoi(), kubectl()];
    let mut folders: Vec<PathBuf> = tools.iter().map(|t| t.parent().unwrap().into()).collect();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders.extend(std::env::split_paths(&path));
    let reader = Reader {
        folder: tempfile::tempdir().unwrap(),
        path: std::env::join_paths(folders).unwrap(),
        kubeconfig: kubeconfig(&plane).await,
    };
    let script = commands();
    // What was started in the background ends, however the rest does.
    let script = format!("trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n{script}");
    let done = reader.types(&script, reader.folder.path());
    let stdout = String::from_utf8_lossy(&done.stdout);
    let stderr = String::from_utf8_lossy(&done.stderr);
    let project = reader.folder.path().join("tally-operator");
    let log = fs::read_to_string(project.join("operator.log")).unwrap_or_default();
    let told = format!("{script}\nstdout:\n{stdout}\nstderr:\n{stderr}\noperator:\n{log}");
    assert!(done.status.success(), "{told}");

    for line in [
        "created  src/nodes/cache.rs",
        "merged   src/nodes/cache.rs",
        "+    const IMAGE: Option<&'static str> = Some(\"ghcr.io/example/tally:2.2\");",
        "pods restart",
        "statefulset.apps/tally-store",
        "deployment.apps/tally-gateway",
        "deployment.apps/tally-cache",
    ] {
        assert!(
            stdout.contains(line) || stderr.contains(line),
            "{line}\n{told}"
        );
    }
    let cache = fs::read_to_string(project.join("src/nodes/cache.rs")).unwrap();
    assert!(
        cache.contains("--role=cache") && cache.contains("/readyz"),
        "{cache}"
    );

    // What was previewed is what there is.
    let previewed = reader.types("dsoi preview -f before.yaml", &project);
    let previewed = documents(&String::from_utf8_lossy(&previewed.stdout));
    assert!(previewed.len() > 6, "{previewed:?}");
    for child in &previewed {
        let kind = child["kind"].as_str().unwrap();
        let get = format!("kubectl get {kind} {} -o name", name(child));
        let got = reader.types(&get, &project);
        assert!(got.status.success(), "{get}: {got:?}\n{told}");
    }
}
