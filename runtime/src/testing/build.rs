//! Builds the programs that no folder holds, with `go`, into the cache folder.
//!
//! The three modules (Kubernetes, etcd, kwok: their dependencies clash) are embedded with their
//! go.sum, so nothing is resolved on the user's machine. A file appears under its final name only
//! when it is whole, and processes that need the same programs build them once.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::{Error, binaries::Part};

/// Makes the programs report the version that they are; unset, the API server reports none.
const KUBERNETES_VERSION: &str = "-s -w \
    -X k8s.io/component-base/version.gitVersion=v1.36.3 \
    -X k8s.io/component-base/version.gitMajor=1 \
    -X k8s.io/component-base/version.gitMinor=36";
const STRIPPED: &str = "-s -w";

/// The stages that are taken from kwok's own folder.
const STAGES: [&str; 8] = [
    "node/fast/node-initialize.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
    "volume/fast/pvc-provision.yaml",
    "volume/fast/pvc-delete.yaml",
    "volume/fast/pv-bind.yaml",
    "volume/fast/pv-delete.yaml",
];

/// How much of a failed build is quoted.
const QUOTED_LINES: usize = 20;

/// A Go module of ours: what it pins, and nothing else.
struct Module {
    files: [(&'static str, &'static str); 3],
    flags: &'static str,
}

const KUBERNETES: Module = Module {
    files: [
        ("go.mod", include_str!("assets/kubernetes/go.mod")),
        ("go.sum", include_str!("assets/kubernetes/go.sum")),
        ("main.go", include_str!("assets/kubernetes/main.go")),
    ],
    flags: KUBERNETES_VERSION,
};
const ETCD: Module = Module {
    files: [
        ("go.mod", include_str!("assets/etcd/go.mod")),
        ("go.sum", include_str!("assets/etcd/go.sum")),
        ("main.go", include_str!("assets/etcd/main.go")),
    ],
    flags: STRIPPED,
};
const KWOK: Module = Module {
    files: [
        ("go.mod", include_str!("assets/kwok/go.mod")),
        ("go.sum", include_str!("assets/kwok/go.sum")),
        ("main.go", include_str!("assets/kwok/main.go")),
    ],
    flags: STRIPPED,
};

/// Builds `parts` into `cache`, unless another process has meanwhile done so.
pub(super) fn build(go: &Path, cache: &Path, parts: &[Part]) -> Result<(), Error> {
    fs::create_dir_all(cache).map_err(Error::io("create", cache))?;
    let lock = cache.join("lock");
    let file = File::create(&lock).map_err(Error::io("create", &lock))?;
    // Released when the file is closed, also by the death of the process.
    file.lock().map_err(Error::io("lock", &lock))?;
    for &part in parts {
        let target = cache.join(part.file());
        if target.is_file() {
            continue;
        }
        tracing::info!("building {}, once, into {}", part.file(), cache.display());
        // In the cache folder itself, so that the rename stays within one file system.
        let work = tempfile::tempdir_in(cache).map_err(Error::io("write into", cache))?;
        let built = match part {
            Part::Etcd => compile(go, &ETCD, ".", work.path())?,
            Part::ApiServer | Part::ControllerManager | Part::Scheduler => {
                let package = format!("k8s.io/kubernetes/cmd/{}", part.file());
                compile(go, &KUBERNETES, &package, work.path())?
            }
            Part::Kwok => compile(go, &KWOK, "sigs.k8s.io/kwok/cmd/kwok", work.path())?,
            Part::Stages => collect_stages(go, work.path())?,
        };
        fs::rename(&built, &target).map_err(Error::io("put in place", &target))?;
    }
    Ok(())
}

fn compile(go: &Path, module: &Module, package: &str, work: &Path) -> Result<PathBuf, Error> {
    unpack(go, module, work)?;
    let built = work.join("built");
    let mut command = command(go, work);
    command.args(["build", "-trimpath", "-ldflags", module.flags, "-o"]);
    command.arg(&built).arg(package);
    run(command, package)?;
    Ok(built)
}

/// Joins the stages that ship with kwok's sources.
fn collect_stages(go: &Path, work: &Path) -> Result<PathBuf, Error> {
    unpack(go, &KWOK, work)?;
    let module = "sigs.k8s.io/kwok";
    let mut download = command(go, work);
    download.args(["mod", "download", module]);
    run(download, module)?;
    let mut list = command(go, work);
    list.args(["list", "-m", "-f", "{{.Dir}}", module]);
    let answer = run(list, module)?;
    let sources = PathBuf::from(String::from_utf8_lossy(&answer.stdout).trim());
    let mut all = String::new();
    for stage in STAGES {
        let path = sources.join("kustomize/stage").join(stage);
        all.push_str("---\n");
        all.push_str(&fs::read_to_string(&path).map_err(Error::io("read", &path))?);
        all.push('\n');
    }
    let built = work.join("stages");
    fs::write(&built, all).map_err(Error::io("write", &built))?;
    Ok(built)
}

fn unpack(go: &Path, module: &Module, work: &Path) -> Result<(), Error> {
    for (name, text) in module.files {
        let path = work.join(name);
        fs::write(&path, text).map_err(Error::io("write", &path))?;
    }
    let mut version = command(go, work);
    version.args(["env", "GOVERSION"]);
    let answer = version.output().map_err(Error::io("run", go))?;
    let text = String::from_utf8_lossy(&answer.stdout);
    if answer.status.success() && is_new_enough(text.trim()) {
        return Ok(());
    }
    let text = format!("{text}{}", String::from_utf8_lossy(&answer.stderr));
    Err(Error::OldGo {
        answer: text.trim().to_owned(),
    })
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.trim_start_matches("go").split(['.', '-', ' ']);
    let major: Option<u32> = numbers.next().and_then(|n| n.parse().ok());
    // A pre-release of a minor version reads `26rc1`.
    let minor = numbers
        .next()
        .map(|n| n.split(|c: char| !c.is_ascii_digit()));
    let minor: Option<u32> = minor
        .and_then(|mut n| n.next())
        .and_then(|n| n.parse().ok());
    (major, minor) >= (Some(1), Some(26))
}

/// `go` in `work`, whatever the user's own settings say about modules and workspaces.
fn command(go: &Path, work: &Path) -> Command {
    let mut command = Command::new(go);
    command
        .current_dir(work)
        .env("CGO_ENABLED", "0")
        .env("GOFLAGS", "-mod=readonly")
        .env("GOWORK", "off");
    command
}

fn run(mut command: Command, program: &str) -> Result<Output, Error> {
    let output = command.output().map_err(|source| Error::Io {
        act: format!("run `go` for {program}"),
        source,
    })?;
    if output.status.success() {
        return Ok(output);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = text.lines().collect();
    Err(Error::Build {
        program: program.to_owned(),
        output: lines[lines.len().saturating_sub(QUOTED_LINES)..].join("\n"),
    })
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn go_before_1_26_is_too_old() {
        for new in [
            "go1.26.0",
            "go1.26rc1",
            "go1.31.2",
            "go1.26.8 X:nodwarf5",
            "go2.0",
        ] {
            assert!(is_new_enough(new), "{new}");
        }
        for old in ["go1.25.9", "go1.4", "devel", ""] {
            assert!(!is_new_enough(old), "{old}");
        }
    }
}
