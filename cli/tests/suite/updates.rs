//! `dsoi update`, case by case: each file of `testdata/updates` is a project, what its owner did to it, and the commands that
//! were run; the file beside it is what they said and what became of the project.
//!
//! `SNAPSHOTS=overwrite cargo test -p dsoi --test suite updates` writes what is expected anew; `DSOI_UPDATES=remove` runs the
//! cases alone whose names start so.

mod git;
mod killed;
mod manifests;
mod sequences;
mod verbs;
pub(crate) mod world;

use std::fs;
use std::path::Path;

use dsoi::update::diff;
use dsoi::write::{Change, RelPath};
use serde::Deserialize;

use self::world::{Run, World};
use crate::{output, testdata};

/// A file of `testdata/updates`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// A manifest of `testdata/manifests`.
    base: String,
    /// As `--runtime` takes it.
    #[serde(default = "version")]
    runtime: String,
    steps: Vec<Step>,
}

fn version() -> String {
    "version=0.1.0".to_owned()
}

/// What happens to the project; the key says what, and its value to which file.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Step {
    Replace {
        replace: String,
        from: String,
        to: String,
    },
    Append {
        append: String,
        text: String,
    },
    Write {
        write: String,
        text: String,
    },
    Remove {
        remove: String,
    },
    Move {
        r#move: String,
        to: String,
    },
    /// Line ends as Windows has them.
    Crlf {
        crlf: String,
    },
    /// A file of bytes that are no text.
    Bytes {
        bytes: String,
    },
    Link {
        link: String,
        to: String,
    },
    Directory {
        directory: String,
    },
    ReadOnly {
        read_only: String,
    },
    Git {
        git: Vec<String>,
    },
    /// An update that is killed at this operation on the disk.
    Killed {
        killed: usize,
    },
    Run {
        run: Vec<String>,
        /// No file may grow beyond so many blocks of 512 bytes.
        #[serde(default)]
        room: Option<u32>,
    },
}

fn apply(world: &World, step: &Step) -> Option<Run> {
    match step {
        Step::Replace { replace, from, to } => {
            let text = world.read(replace);
            assert_eq!(text.matches(from.as_str()).count(), 1, "{replace}: {from}");
            world.write(replace, text.replace(from.as_str(), to));
        }
        Step::Append { append, text } => world.write(append, world.read(append) + text),
        Step::Write { write, text } => world.write(write, text),
        Step::Remove { remove } => world.remove(remove),
        Step::Move { r#move, to } => {
            world.write(to, world.read(r#move));
            world.remove(r#move);
        }
        Step::Crlf { crlf } => world.write(crlf, world.read(crlf).replace('\n', "\r\n")),
        Step::Bytes { bytes } => world.write(bytes, b"\xff\xfe\n"),
        Step::Link { link, to } => world.link(link, to),
        Step::Directory { directory } => {
            world.remove(directory);
            fs::create_dir(world.path(directory)).unwrap();
        }
        Step::ReadOnly { read_only } => world.read_only(read_only),
        Step::Git { git } => world.git(git),
        Step::Killed { killed } => world.killed(*killed),
        Step::Run { run, room } => return Some(world.run(run, *room)),
    }
    None
}

/// What became of the project since its owner's last edit, but for what dsoi keeps for itself.
fn became(before: &world::Files, after: &world::Files, rendered: &world::Files) -> String {
    let mut text = String::new();
    // Its files are others with each change of the runtime.
    let mut vendored = false;
    let mut paths: Vec<&String> = before.keys().chain(after.keys()).collect();
    paths.sort();
    paths.dedup();
    for path in paths.into_iter().filter(|path| !path.starts_with(".dsoi/")) {
        let (was, is) = (before.get(path), after.get(path));
        if was == is {
            continue;
        }
        if path.starts_with("vendor/") && is == rendered.get(path) {
            vendored = true;
            continue;
        }
        if let (Some(is), Some(file)) = (is, path.strip_prefix("config/crd/released/")) {
            let now = after.get(&format!("config/crd/{file}"));
            let what = if now.is_some_and(|now| body(now) == body(is)) {
                "the definition of now"
            } else {
                "another definition"
            };
            text += &format!("{path}: {what}\n");
            continue;
        }
        if is.is_some() && is == rendered.get(path) && path != "dsoi.yaml" {
            text += &format!("{path}: as it would be in a new project\n");
            continue;
        }
        let change = Change {
            path: RelPath::new(path.as_str()).unwrap(),
            before: was.cloned(),
            after: is.cloned(),
        };
        if is.is_none() {
            text += &format!("{path}: gone\n");
        } else {
            text += &diff(&[change]).replace('\r', "\\r");
        }
    }
    if vendored {
        text += "vendor/: as it would be in a new project\n";
    }
    if text.is_empty() {
        text += "as it was\n";
    }
    text
}

/// A text without the comment at its head.
fn body(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().skip_while(|line| line.starts_with('#'));
    lines.collect::<Vec<_>>().join("\n")
}

/// Runs a case. Out: what the commands said, and what became of the project.
fn told(case: &Case) -> String {
    let world = World::new(&case.base, &case.runtime);
    let mut told = String::new();
    // As its owner left it, whatever an interrupted update has done to it.
    let mut left = world.files();
    for step in &case.steps {
        let before = world.files();
        let Some(run) = apply(&world, step) else {
            if !matches!(step, Step::Killed { .. }) {
                left = world.files();
            }
            continue;
        };
        let after = world.files();
        let became = became(&left, &after, &world.rendered());
        let became = became.trim_end().replace('\n', "\n  ");
        told += &format!("{run}\nthe project: {became}\n");
        // What an interrupted update left was put back, and then it failed.
        let said = run.to_string();
        let put_back = said.contains("what was is back") || said.contains("\"changedSince\"");
        let marked = run.stderr.contains("marked   ");
        if run.args.iter().any(|arg| arg == "json") {
            output::validate(&run.stdout).unwrap_or_else(|error| panic!("{run}: {error}"));
        }
        if run.code != 0 && put_back {
            assert!(!world.path(".dsoi/update").exists(), "it is whole: {run}");
        } else if run.code != 0 && !marked {
            assert_eq!(before, after, "a run that fails writes nothing: {run}");
        } else if !run.is_an_update() {
            assert_eq!(before, after, "a run that looks writes nothing: {run}");
        } else {
            let stale = world.stale(&run.stderr);
            assert!(
                stale.is_empty(),
                "`.dsoi` is as in a new project: {stale:?}"
            );
            let again = world.run(&["update".to_owned(), "--allow-dirty".to_owned()], None);
            let (code, says) = if marked {
                (1, "the markers of an earlier conflict")
            } else {
                (0, "the project is up to date")
            };
            assert!(
                again.code == code && again.stderr.contains(says),
                "a second update is a no-op: {again}"
            );
            assert_eq!(after, world.files(), "a second update is a no-op");
        }
        if run.is_an_update() {
            left = after;
        }
    }
    told
}

/// What is otherwise than a case expects.
fn wrong(path: &Path) -> Option<String> {
    let name = path.display();
    let case: Case = serde_saphyr::from_str(&fs::read_to_string(path).unwrap())
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    // Its message is printed; the other cases go on.
    let Ok(told) = std::panic::catch_unwind(|| told(&case)) else {
        return Some(format!("{name} fails"));
    };
    let expected = path.with_extension("expected");
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::write(&expected, &told).unwrap();
    }
    let known = fs::read_to_string(&expected).unwrap_or_default();
    (known != told).then(|| format!("{name} is otherwise than expected:\n{told}"))
}

#[test]
fn an_update_does_what_its_case_says() {
    let mut paths: Vec<_> = fs::read_dir(testdata("updates"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    paths.sort();
    println!("{} cases of updates", paths.len());
    assert!(paths.len() >= 40);
    if let Ok(only) = std::env::var("DSOI_UPDATES") {
        let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
        paths.retain(|path| name(path).starts_with(&only));
        assert!(!paths.is_empty(), "no case starts with `{only}`");
    }
    let hands = std::thread::available_parallelism().map_or(2, usize::from);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let hands: Vec<_> = paths
            .chunks(paths.len().div_ceil(hands).max(1))
            .map(|paths| scope.spawn(|| paths.iter().filter_map(|path| wrong(path)).collect()))
            .collect();
        let said = hands
            .into_iter()
            .map(|hand| -> Vec<_> { hand.join().unwrap() });
        said.flatten().collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
