//! What people and programs see of every command: each file of `testdata/transcripts` is a command line and where it is run;
//! the file beside it has the exit code and both streams, of every way to run it.
//!
//! `SNAPSHOTS=overwrite cargo test -p dsoi --test suite transcripts` writes what is expected anew.

mod terminal;
mod ways;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use dsoi::args::Cli;
use serde::Deserialize;

use self::ways::{Said, Way};
use crate::updates::world::World;
use crate::{output, testdata};

/// A file of `testdata/transcripts`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// The manifest of `testdata/manifests` whose project it is run in; an empty folder unless given.
    project: Option<String>,
    /// More files of the folder, by their paths.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// Manifests of `testdata/manifests`, as files of the folder: where each goes, and its name.
    #[serde(default)]
    manifests: BTreeMap<String, String>,
    /// What is replaced in files of the folder: path, what, by what.
    #[serde(default)]
    replace: Vec<(String, String, String)>,
    /// The only programs that there are, as shell scripts, where what is said depends on them.
    programs: Option<BTreeMap<String, String>>,
    /// How many lines of a stream are shown, where the rest is somebody else's.
    head: Option<usize>,
    run: Vec<String>,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap();
        serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The folder that it is run in.
    fn folder(&self) -> World {
        let world = match &self.project {
            Some(name) => World::of(&World::known(name)),
            None => World::empty(),
        };
        for (path, name) in &self.manifests {
            let manifest = testdata("manifests").join(format!("{name}.yaml"));
            world.write(path, fs::read(manifest).unwrap());
        }
        for (path, text) in &self.files {
            world.write(path, text);
        }
        for (path, from, to) in &self.replace {
            let text = world.read(path);
            assert!(text.contains(from), "{path}: {from}");
            world.write(path, text.replacen(from, to, 1));
        }
        world
    }

    /// The names of the verb, as `add nodetype`, and of what it is a part of.
    fn verb(&self) -> String {
        let mut command = Cli::command();
        let mut names = Vec::new();
        for word in &self.run {
            let Some(inner) = command.find_subcommand(word).cloned() else {
                continue;
            };
            names.push(inner.get_name().to_owned());
            command = inner;
        }
        names.join(" ")
    }

    /// What is said in every way, and what is wrong about it.
    fn told(&self) -> (String, Vec<String>) {
        let mut told = String::new();
        let mut wrong = Vec::new();
        let mut first: Option<Said> = None;
        for way in Way::ALL {
            let Some(args) = way.args(&self.run) else {
                continue;
            };
            let world = self.folder();
            let said = way.run(&args, world.dir(), self.programs.as_ref());
            wrong.extend(way.wrong(&said));
            if args.iter().any(|arg| arg == "json")
                && let Err(error) = output::validate(&said.stdout)
            {
                wrong.push(format!("{}: {error}", way.name()));
            }
            let shown = said.shown(first.as_ref(), self.head);
            if *way == Way::Piped {
                told += &format!("$ dsoi {}\n{shown}\n", self.run.join(" "));
            } else {
                told += &format!("\n{}: {shown}\n", way.name());
            }
            first.get_or_insert(said);
        }
        (told, wrong)
    }
}

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(testdata("transcripts")).unwrap();
    let mut paths: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "yaml"))
        .collect();
    paths.sort();
    paths
}

/// What is otherwise than a case expects.
fn wrong(path: &Path) -> Option<String> {
    let name = path.file_name().unwrap().to_string_lossy();
    let (told, wrong) = Case::read(path).told();
    if !wrong.is_empty() {
        return Some(format!("{name}:\n{}\n{told}", wrong.join("\n")));
    }
    let expected = path.with_extension("expected");
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::write(&expected, &told).unwrap();
    }
    let known = fs::read_to_string(&expected).unwrap_or_default();
    (known != told).then(|| format!("{name} is otherwise than expected:\n{told}"))
}

#[test]
fn every_command_says_what_its_transcripts_say() {
    let paths = cases();
    let hands = std::thread::available_parallelism().map_or(2, usize::from);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let hands: Vec<_> = paths
            .chunks(paths.len().div_ceil(hands))
            .map(|paths| scope.spawn(|| paths.iter().filter_map(|path| wrong(path)).collect()))
            .collect();
        let said = hands
            .into_iter()
            .map(|hand| -> Vec<_> { hand.join().unwrap() });
        said.flatten().collect()
    });
    println!("{} transcripts", paths.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The verbs of the command line, those of verbs too.
fn verbs(command: &clap::Command, above: &str, out: &mut BTreeSet<String>) {
    for inner in command.get_subcommands() {
        let name = format!("{above} {}", inner.get_name()).trim().to_owned();
        if inner.has_subcommands() {
            verbs(inner, &name, out);
        } else {
            out.insert(name);
        }
    }
}

#[test]
fn every_command_has_a_transcript_of_its_success_and_of_its_failure() {
    let mut expected = BTreeSet::new();
    verbs(&Cli::command(), "", &mut expected);
    assert!(expected.contains("add nodetype"), "{expected:?}");
    let mut good = BTreeSet::new();
    let mut bad = BTreeSet::new();
    for path in cases() {
        let verb = Case::read(&path).verb();
        let told = fs::read_to_string(path.with_extension("expected")).unwrap_or_default();
        if told.lines().nth(1) == Some("exit code: 0") {
            good.insert(verb);
        } else {
            bad.insert(verb);
        }
    }
    for (what, found) in [("that is done", good), ("that fails", bad)] {
        let missing: Vec<_> = expected.difference(&found).collect();
        assert!(
            missing.is_empty(),
            "no file of testdata/transcripts has one {what} of: {missing:?}"
        );
    }
}

#[test]
fn what_takes_long_shows_a_sign_of_life_on_a_terminal_alone_and_clears_it() {
    let home = tempfile::tempdir().unwrap();
    let slow = BTreeMap::from([("cc".to_owned(), "sleep 2; echo cc 1.0".to_owned())]);
    ways::install(home.path(), &slow);
    let command = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_dsoi"));
        let path = format!("{}:/usr/bin:/bin", home.path().display());
        command
            .arg("doctor")
            .current_dir(home.path())
            .env("PATH", path)
            .env("TERM", "xterm");
        command
    };
    let said = terminal::written(&mut command());
    let sign = format!("{}⠋ dsoi doctor … 1 s", terminal::CLEAR);
    assert!(said.stderr.contains(&sign), "{said:?}");
    let (_, end) = said.stderr.rsplit_once(terminal::CLEAR).unwrap();
    assert!(!end.contains('…') && end.ends_with('\n'), "{said:?}");
    assert!(!said.stdout.contains('…'), "{said:?}");
    let piped = command().output().unwrap();
    assert!(!String::from_utf8(piped.stderr).unwrap().contains('\r'));
}
