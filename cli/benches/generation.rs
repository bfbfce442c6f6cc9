//! Prints what generation costs: time and memory of `dsoi init` for each manifest in
//! `testdata/manifests`, and the debug build of a generated operator whose dependencies are built.
//!
//! It asserts nothing: figures depend on the machine. `cargo bench -p dsoi --bench generation`.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints its figures, and has nobody to report an error to"
)]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use clap::Parser as _;
use dsoi::{args::Cli, command};

const RUNS: usize = 11;

/// The benchmark starts itself again with this, to measure the memory of one generation.
const ONE: &str = "--generate-one";

fn main() {
    let arguments: Vec<_> = env::args().collect();
    if let Some(place) = arguments.iter().position(|argument| argument == ONE) {
        generate_one(&arguments[place + 1..]);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    println!(
        "{:<12} {:>10} {:>10} {:>12}",
        "manifest", "median", "worst", "peak memory"
    );
    for manifest in manifests() {
        let name = manifest.file_stem().unwrap().to_string_lossy().into_owned();
        let mut times: Vec<_> = (0..RUNS)
            .map(|run| init(&manifest, &folder.path().join(format!("{name}-{run}"))))
            .collect();
        times.sort();
        println!(
            "{name:<12} {:>10.1?} {:>10.1?} {:>9} KiB",
            times[RUNS / 2],
            times[RUNS - 1],
            peak(&manifest, &folder.path().join(format!("{name}-peak"))),
        );
    }
    build(&folder.path().join("quickstart-0"));
}

/// Runs the program once and says how long that took.
fn init(manifest: &Path, into: &Path) -> Duration {
    let start = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_dsoi"))
        .args(arguments(manifest, into))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    let took = start.elapsed();
    assert!(
        status.success(),
        "dsoi init -f {}: {status}",
        manifest.display()
    );
    took
}

/// The most memory that one generation takes, in KiB.
fn peak(manifest: &Path, into: &Path) -> u64 {
    let output = Command::new(env::current_exe().unwrap())
        .arg(ONE)
        .args(arguments(manifest, into))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .last()
        .and_then(|line| line.parse().ok())
        .unwrap_or_default()
}

/// Does in this process what the program does, and prints the peak that Linux counted.
fn generate_one(arguments: &[String]) {
    let arguments = [&["dsoi".to_owned()], arguments].concat();
    let cli = Cli::try_parse_from(arguments).unwrap();
    assert!(command::run(&cli).is_ok());
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    println!("{}", kib.unwrap_or("0"));
}

fn arguments(manifest: &Path, into: &Path) -> Vec<String> {
    let runtime = workspace().join("runtime");
    vec![
        "init".to_owned(),
        into.display().to_string(),
        "-f".to_owned(),
        manifest.display().to_string(),
        "--runtime".to_owned(),
        format!("path={}", runtime.display()),
    ]
}

/// Builds a generated operator three times in the target folder that the tests of golden projects
/// share: with whatever is missing, with its own crate alone, and with nothing to do.
fn build(project: &Path) {
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    let build = |what: &str| {
        let start = Instant::now();
        let status = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
            .current_dir(project)
            .env("CARGO_TARGET_DIR", target.join("goldens"))
            .args(["build", "--quiet"])
            .status()
            .unwrap();
        assert!(
            status.success(),
            "cargo build in {}: {status}",
            project.display()
        );
        println!(
            "debug build of the quickstart operator, {what}: {:.1?}",
            start.elapsed()
        );
    };
    build("dependencies that were missing included");
    let main = project.join("src/lib.rs");
    let text = fs::read_to_string(&main).unwrap();
    fs::write(&main, format!("{text}\n")).unwrap();
    build("after a change of its library");
    build("after no change");
}

fn manifests() -> Vec<PathBuf> {
    let folder = workspace().join("testdata/manifests");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .collect();
    files.sort();
    files
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}
