//! THE table of examples: what people type, command by command. Help shows them before anything else, and so do man pages.

use clap::Command;

/// The words of a command after `dsoi`, and examples of it: what it is good for, and what to type.
type Examples = (&'static str, &'static [(&'static str, &'static str)]);

const EXAMPLES: &[Examples] = &[
    (
        "",
        &[
            (
                "Start with an example",
                "dsoi init tally-operator --example quickstart",
            ),
            ("Find the mistakes of a manifest", "dsoi check -f dsoi.yaml"),
            ("Carry a changed manifest into its project", "dsoi update"),
            ("Learn the language", "dsoi explain manifest"),
        ],
    ),
    (
        "init",
        &[
            (
                "Start with an example",
                "dsoi init tally-operator --example quickstart",
            ),
            (
                "Start with a manifest of your own",
                "dsoi init my-operator -f dsoi.yaml",
            ),
            ("Look first", "dsoi init my-operator -f dsoi.yaml --dry-run"),
        ],
    ),
    (
        "update",
        &[
            ("Carry a changed manifest into the project", "dsoi update"),
            ("Look first", "dsoi update --dry-run"),
            ("Fail in CI where it was forgotten", "dsoi update --check"),
            (
                "Choose by hand where you and the manifest changed the same lines",
                "dsoi update --markers",
            ),
        ],
    ),
    (
        "plan",
        &[
            (
                "Show what a changed manifest would do to clusters",
                "dsoi plan",
            ),
            (
                "Fail in CI where an update would be refused",
                "dsoi plan -q",
            ),
        ],
    ),
    (
        "add",
        &[("Add a node type", "dsoi add nodetype cache --like gateway")],
    ),
    (
        "add nodetype",
        &[
            (
                "Copy another node type",
                "dsoi add nodetype cache --like gateway",
            ),
            (
                "Begin with next to nothing",
                "dsoi add nodetype cache --kind Deployment --port http=8080",
            ),
        ],
    ),
    (
        "remove",
        &[("Remove a node type", "dsoi remove nodetype gateway")],
    ),
    (
        "remove nodetype",
        &[
            (
                "See what goes, in the project and in clusters",
                "dsoi remove nodetype gateway --dry-run",
            ),
            ("Remove it", "dsoi remove nodetype gateway"),
        ],
    ),
    (
        "rename",
        &[("Rename a node type", "dsoi rename nodetype gateway router")],
    ),
    (
        "rename nodetype",
        &[
            (
                "Rename it; running clusters stay as they are",
                "dsoi rename nodetype gateway router",
            ),
            (
                "Forget the old name too",
                "dsoi rename nodetype gateway router --no-alias",
            ),
        ],
    ),
    (
        "preview",
        &[
            (
                "See what a custom resource is made of",
                "dsoi preview -f cluster.yaml",
            ),
            (
                "See what a change of it does, in which order, and which pods restart",
                "dsoi preview -f cluster.yaml --from old.yaml",
            ),
            (
                "Compare with what runs: kubectl get ... -o yaml > live.yaml",
                "dsoi preview -f cluster.yaml --from live.yaml --output json",
            ),
        ],
    ),
    (
        "check",
        &[
            ("Find the mistakes of a manifest", "dsoi check"),
            (
                "Learn what is behind each of them",
                "dsoi check -v -f dsoi.yaml",
            ),
            (
                "Show them beside the lines of a pull request",
                "dsoi check --deny-warnings --output github",
            ),
        ],
    ),
    (
        "import",
        &[
            (
                "From a chart of Helm, rendered",
                "dsoi import helm -f rendered.yaml -o dsoi.yaml",
            ),
            ("From a compose file", "dsoi import compose -o dsoi.yaml"),
            (
                "From the definition of a custom resource",
                "dsoi import crd -f crd.yaml -o dsoi.yaml",
            ),
        ],
    ),
    (
        "import helm",
        &[
            (
                "Of `helm template NAME CHART > rendered.yaml`",
                "dsoi import helm -f rendered.yaml -o dsoi.yaml",
            ),
            (
                "With names of your own",
                "dsoi import helm -f rendered.yaml --name kafka --group kafka.example.com",
            ),
            (
                "Of what another program prints, before the pipe",
                "dsoi import helm -f - -o dsoi.yaml",
            ),
        ],
    ),
    (
        "import compose",
        &[
            (
                "Of `compose.yaml` in this directory",
                "dsoi import compose -o dsoi.yaml",
            ),
            (
                "With names of your own",
                "dsoi import compose -f docker-compose.yaml --name shop --kind Shop",
            ),
        ],
    ),
    (
        "import crd",
        &[
            ("Of a file", "dsoi import crd -f crd.yaml -o dsoi.yaml"),
            (
                "Of what is installed: `kubectl get crd NAME -o yaml` before the pipe",
                "dsoi import crd -f - -o dsoi.yaml",
            ),
        ],
    ),
    (
        "explain",
        &[
            ("See what can be explained", "dsoi explain"),
            ("A message of `dsoi check`", "dsoi explain E0203"),
            ("A key of the manifest", "dsoi explain cluster.nodeTypes.T"),
            (
                "A field of the custom resource: its rules, what it sets, what restarts",
                "dsoi explain spec.nodes.replicas",
            ),
            (
                "Where a line of the project comes from",
                "dsoi explain src/cluster.rs:12",
            ),
            ("A part of the language", "dsoi explain expressions"),
        ],
    ),
    (
        "schema",
        &[
            (
                "Complete and check manifests in an editor",
                "dsoi schema > dsoi.schema.json",
            ),
            ("Know what `--output json` prints", "dsoi schema output"),
        ],
    ),
    (
        "completion",
        &[(
            "Complete in bash",
            "dsoi completion bash > ~/.local/share/bash-completion/completions/dsoi",
        )],
    ),
    (
        "man",
        &[
            ("Read the page of a command", "dsoi man update | man -l -"),
            (
                "Install all pages",
                "dsoi man --dir ~/.local/share/man/man1",
            ),
        ],
    ),
    (
        "doctor",
        &[
            ("See what is missing", "dsoi doctor"),
            ("Of a project elsewhere", "dsoi -C tally-operator doctor"),
        ],
    ),
    (
        "version",
        &[("Name the version in a report", "dsoi version")],
    ),
];

/// The examples of a command by its words after `dsoi`; none where there is no such command.
pub fn examples(words: &str) -> &'static [(&'static str, &'static str)] {
    let found = EXAMPLES.iter().find(|(known, _)| *known == words);
    found.map(|(_, examples)| *examples).unwrap_or_default()
}

/// The command line with its examples in every help, right after what the command is.
pub(super) fn shown(command: Command) -> Command {
    within(command, "")
}

fn within(mut command: Command, words: &str) -> Command {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|inner| inner.get_name().to_owned())
        .collect();
    for name in names {
        let words = format!("{words} {name}");
        command = command.mut_subcommand(name, |inner| within(inner, words.trim()));
    }
    let width = |(_, line): &(&str, &str)| line.len();
    let examples = examples(words);
    let column = examples.iter().map(width).max().unwrap_or_default();
    // In the style of clap's own headings.
    let mut text = "\u{1b}[1m\u{1b}[4mExamples:\u{1b}[0m".to_owned();
    for (what, line) in examples {
        text.push_str(&format!(
            "\n  \u{1b}[1m{line}\u{1b}[0m{:pad$}  {what}",
            "",
            pad = column - line.len()
        ));
    }
    command.before_help(text).help_template(
        "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}",
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::{CommandFactory, Parser};

    use super::super::Cli;
    use super::*;

    fn all(command: &Command, words: &str, out: &mut BTreeSet<String>) {
        out.insert(words.to_owned());
        for inner in command.get_subcommands() {
            let words = format!("{words} {}", inner.get_name());
            all(inner, words.trim(), out);
        }
    }

    #[test]
    fn every_command_has_examples_and_each_of_them_is_a_command_line() {
        let mut commands = BTreeSet::new();
        all(&Cli::command(), "", &mut commands);
        let known: BTreeSet<String> = EXAMPLES
            .iter()
            .map(|(words, _)| (*words).to_owned())
            .collect();
        assert_eq!(known, commands, "the table of examples and the commands");
        for (words, examples) in EXAMPLES {
            assert!(!examples.is_empty(), "{words}");
            for (_, line) in *examples {
                let end = line.find(['>', '|']).unwrap_or(line.len());
                let typed = Cli::try_parse_from(line[..end].split_whitespace());
                assert!(typed.is_ok(), "{line}: {typed:?}");
                assert!(line.contains(words), "{line}");
            }
        }
    }
}
