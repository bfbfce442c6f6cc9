//! THE table of arguments whose values only dsoi knows, and what is offered for each.
//!
//! In: the words typed so far. Out: the command line as clap knows it, with candidates. Whatever cannot be read offers nothing.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::Command;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use crate::args::{self, is_name};
use crate::check;
use crate::command::{explain as subjects, init, read_source};
use crate::diagnostic::Code;
use crate::explain::{self as facts, Resource};
use crate::manifest::{self, Source, Value, explain};

/// What could stand where the cursor is: each with what it means, or nothing to say of it.
type Offers = Vec<(String, &'static str)>;

/// The words of a command after `dsoi`, an argument of it, and what is offered, given the beginning of its value.
type Row = (&'static str, &'static str, fn(&Typed, &str) -> Offers);

const VALUES: &[Row] = &[
    ("init", "example", examples),
    ("add nodetype", "like", node_types),
    ("remove nodetype", "name", node_types),
    ("rename nodetype", "old", node_types),
    ("explain", "what", explained),
    ("man", "command", commands),
];

/// The command line with candidates for the arguments of the table.
pub(super) fn command(typed: &Typed) -> Command {
    VALUES
        .iter()
        .fold(args::command(), |command, &(words, argument, offers)| {
            let typed = typed.clone();
            let words: Vec<&str> = words.split(' ').collect();
            within(command, &words, move |command| {
                // Not `mut_arg`, which would put the argument behind the others.
                command.mut_args(|known| {
                    if known.get_id() != argument {
                        return known;
                    }
                    let typed = typed.clone();
                    known.add(ArgValueCompleter::new(move |current: &OsStr| {
                        candidates(&typed, current, offers)
                    }))
                })
            })
        })
}

fn within(command: Command, words: &[&str], change: impl FnOnce(Command) -> Command) -> Command {
    match words.split_first() {
        None => change(command),
        Some((first, rest)) => command.mut_subcommand(first, |inner| within(inner, rest, change)),
    }
}

fn candidates(
    typed: &Typed,
    current: &OsStr,
    offers: fn(&Typed, &str) -> Offers,
) -> Vec<CompletionCandidate> {
    // No value that dsoi knows begins like what is no text.
    let Some(current) = current.to_str() else {
        return Vec::new();
    };
    offers(typed, current)
        .into_iter()
        .filter(|(value, _)| value.starts_with(current))
        .map(|(value, meaning)| {
            let help = (!meaning.is_empty()).then(|| meaning.into());
            CompletionCandidate::new(value).help(help)
        })
        .collect()
}

/// The words of the command line that is being typed.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    words: Vec<OsString>,
}

impl Typed {
    /// What dsoi was called with by a script: the line stands behind the first `--`.
    pub(super) fn new(args: &[OsString]) -> Self {
        let line = args.iter().skip_while(|word| *word != "--").skip(1);
        Self {
            words: line.cloned().collect(),
        }
    }

    /// Where the line would be run.
    fn directory(&self) -> PathBuf {
        let mut words = self.words.iter().map(|word| word.to_string_lossy());
        let mut found = None;
        while let Some(word) = words.next() {
            if word == "-C" || word == "--directory" {
                // bash takes `=` for a word of its own.
                found = words.find(|word| word != "=").map(String::from);
                break;
            }
            let long = word.strip_prefix("--directory=");
            if let Some(value) = long.or_else(|| word.strip_prefix("-C")) {
                found = Some(value.to_owned());
                break;
            }
        }
        let found = found.unwrap_or_else(|| ".".to_owned());
        // The shell has not replaced it yet.
        match (found.strip_prefix("~/"), std::env::home_dir()) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(found),
        }
    }

    /// The words behind `word`, without options and without the one that is being typed.
    fn after(&self, word: &str, current: &str) -> Vec<String> {
        let behind = self.words.iter().skip_while(|known| *known != word).skip(1);
        let mut behind: Vec<String> = behind
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        if behind.last().is_some_and(|last| last == current) {
            behind.pop();
        }
        behind.retain(|word| !word.starts_with('-'));
        behind
    }
}

/// The examples that a project can start from.
fn examples(_: &Typed, _: &str) -> Offers {
    init::examples().map(|name| (name.to_owned(), "")).collect()
}

/// The node types of the project's manifest, which may have mistakes as long as it is YAML.
fn node_types(typed: &Typed, _: &str) -> Offers {
    let names = names(&typed.directory()).unwrap_or_default();
    names.into_iter().map(|name| (name, "")).collect()
}

/// The project's manifest. Whoever is typing learns of its mistakes from the command that they type.
fn manifest_of(directory: &Path) -> Option<Source> {
    let file = Path::new("dsoi.yaml");
    // Of a pipe nobody knows when it has an end.
    if !directory.join(file).is_file() {
        return None;
    }
    read_source(directory, file).ok()
}

fn names(directory: &Path) -> Option<Vec<String>> {
    let source = manifest_of(directory)?;
    let root = manifest::tree(&source)?;
    let Value::Map(node_types) = &root.get("cluster")?.get("nodeTypes")?.value else {
        return None;
    };
    let names = node_types.iter().map(|pair| pair.key.text.clone());
    // A shell may run what is put into its line: names alone are.
    Some(names.filter(|name| is_name(name)).collect())
}

/// Subjects, problem codes, and paths of a manifest step by step.
fn explained(typed: &Typed, current: &str) -> Offers {
    let subjects = subjects::subjects().map(|(name, title)| (name.to_owned(), title));
    let codes = Code::ALL
        .iter()
        .map(|code| (code.id().to_owned(), code.title()));
    let head = current.rfind('.').map_or("", |dot| &current[..=dot]);
    let mut paths = steps(typed, head);
    if head.is_empty() {
        let top = ["spec", "status"].map(ToOwned::to_owned);
        paths.extend(
            top.into_iter()
                .filter(|_| manifest_of(&typed.directory()).is_some()),
        );
    }
    paths.retain(|path| path.starts_with(current));
    if let [only] = paths.as_slice() {
        // With nothing to choose from a shell would end the word.
        let below = steps(typed, &format!("{only}."));
        paths.extend(below);
    }
    let paths = paths.into_iter().map(|path| (path, ""));
    subjects.chain(paths).chain(codes).collect()
}

/// The paths that are a step longer than one that ends with a dot or is empty.
fn steps(typed: &Typed, head: &str) -> Vec<String> {
    let names = match explain::path(head) {
        Err(unknown) if unknown.step.is_empty() => {
            unknown.known.iter().map(|key| (*key).to_owned()).collect()
        }
        _ if facts::is_of_resource(head) => fields(&typed.directory(), head).unwrap_or_default(),
        // Any name can stand there, so these are as good as the author's.
        Ok(_) if head == "cluster.nodeTypes." => names(&typed.directory()).unwrap_or_default(),
        _ => Vec::new(),
    };
    names.iter().map(|name| format!("{head}{name}")).collect()
}

/// The fields of the project's custom resource below a path that ends with a dot.
fn fields(directory: &Path, head: &str) -> Option<Vec<String>> {
    let source = manifest_of(directory)?;
    let (manifest, operator) = check::read(&source).ok()?;
    let found = Resource::new(&manifest, &operator).field(head.trim_end_matches('.'))?;
    let names = found.ok()?.fields.into_iter().map(|field| field.name);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    // A shell may run what is put into its line, and a dot in a name would be a step.
    Some(names.filter(|name| name.chars().all(is_plain)).collect())
}

/// Commands, word by word.
fn commands(typed: &Typed, current: &str) -> Offers {
    let command = args::command();
    let mut at = Some(&command);
    for word in typed.after("man", current) {
        at = at.and_then(|command| command.find_subcommand(word));
    }
    let inner = at.into_iter().flat_map(Command::get_subcommands);
    inner
        .map(|command| (command.get_name().to_owned(), ""))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(line: &str) -> Typed {
        let line = format!("dsoi -- {line}");
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        Typed::new(&words)
    }

    #[test]
    fn every_row_of_the_table_is_an_argument() {
        let all = command(&typed("dsoi"));
        for (words, argument, _) in VALUES {
            let found = words
                .split(' ')
                .fold(&all, |at, word| at.find_subcommand(word).unwrap());
            let mut arguments = found.get_arguments();
            let known = arguments.find(|known| known.get_id() == argument);
            let known = known.unwrap_or_else(|| panic!("{words}: {argument}"));
            assert!(known.get::<ArgValueCompleter>().is_some(), "{words}");
        }
    }

    #[test]
    fn the_directory_is_found_however_it_is_written() {
        for line in [
            "dsoi -C elsewhere add",
            "dsoi -Celsewhere add",
            "dsoi add --directory elsewhere",
            "dsoi --directory=elsewhere add",
            "dsoi --directory = elsewhere add",
        ] {
            assert_eq!(typed(line).directory(), Path::new("elsewhere"), "{line}");
        }
        assert_eq!(typed("dsoi add").directory(), Path::new("."));
    }

    #[test]
    fn fields_of_the_custom_resource_are_offered_step_by_step() {
        let project = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/projects/pinot");
        let line = typed(&format!("dsoi -C {project} explain x"));
        let offered = |current: &str| -> Vec<String> {
            let all = explained(&line, current).into_iter();
            all.map(|(path, _)| path)
                .filter(|path| path.starts_with(current))
                .collect()
        };
        assert_eq!(
            offered("spec.k8sConfig.im"),
            ["spec.k8sConfig.image", "spec.k8sConfig.imagePullPolicy"]
        );
        assert!(offered("spec.nodes.").contains(&"spec.nodes.replicas".to_owned()));
        assert!(
            offered("spec.k8sConfig.resources.")
                .contains(&"spec.k8sConfig.resources.limits".to_owned())
        );
        assert!(offered("status.").contains(&"status.rollout".to_owned()));
        // With nothing to choose from it goes on.
        assert!(
            offered("spec.dep")
                .iter()
                .any(|path| path == "spec.deploymentOrder")
        );
        assert!(offered("sp").contains(&"spec".to_owned()));
        let elsewhere = typed("dsoi -C /nowhere explain x");
        assert!(
            explained(&elsewhere, "spec.")
                .iter()
                .all(|(path, _)| !path.starts_with("spec"))
        );
    }

    #[test]
    fn a_path_that_can_only_be_one_goes_on() {
        let offered = explained(&typed("dsoi explain cluster.nodeT"), "cluster.nodeT");
        let paths: Vec<&str> = offered
            .iter()
            .map(|(path, _)| path.as_str())
            .filter(|path| path.starts_with("cluster.nodeT"))
            .collect();
        assert_eq!(paths, ["cluster.nodeTypes"]);
        let offered = explained(&typed("dsoi explain cluster.api"), "oper");
        assert!(
            offered
                .iter()
                .any(|(path, _)| path.starts_with("operator.")),
            "{offered:?}"
        );
    }
}
