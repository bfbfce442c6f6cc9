//! The programs that a project is built, tested and deployed with: one table, and all are asked at once.

use std::path::Path;
use std::thread;

use super::Finding;
use super::program::{Asked, ask};

/// A program, and what it is for.
struct Tool {
    name: &'static str,
    /// What is tried, in this order.
    asked: &'static [(&'static str, &'static [&'static str])],
    /// The oldest version that will do.
    least: Option<(u64, u64)>,
    required: bool,
    /// What cannot be done without it, and how to get it.
    help: &'static str,
}

const TOOLS: &[Tool] = &[
    Tool {
        name: "rustc",
        asked: &[("rustc", &["--version"])],
        least: Some((1, 89)),
        required: true,
        help: "operators are built with Rust 1.89 or newer: https://rustup.rs, `rustup update stable`",
    },
    Tool {
        name: "cargo",
        asked: &[("cargo", &["--version"])],
        least: Some((1, 89)),
        required: true,
        help: "operators are built with cargo, which comes with Rust: https://rustup.rs",
    },
    Tool {
        name: "linker",
        asked: if cfg!(windows) {
            &[("rustc", &["--print=sysroot"])]
        } else {
            &[("cc", &["--version"])]
        },
        least: None,
        required: true,
        help: "rustc calls `cc` to link: install gcc or clang (`apt install build-essential`, `xcode-select --install`)",
    },
    Tool {
        name: "git",
        asked: &[("git", &["--version"])],
        least: None,
        required: false,
        help: "without git nobody but `.dsoi` knows what a file was before an update",
    },
    Tool {
        name: "kubectl",
        asked: &[("kubectl", &["version", "--client"])],
        least: None,
        required: false,
        help: "a project is deployed with `kubectl apply -k`: https://kubernetes.io/docs/tasks/tools/",
    },
    Tool {
        name: "container builder",
        asked: &[("docker", &["--version"]), ("podman", &["--version"])],
        least: None,
        required: false,
        help: "the operator's image is built with docker or podman",
    },
    Tool {
        name: "go",
        asked: &[("go", &["version"])],
        least: Some((1, 26)),
        required: false,
        help: "a project's tests build a Kubernetes control plane with Go 1.26 or newer, once, unless KUBEBUILDER_ASSETS names one",
    },
];

/// Asks every program.
pub(super) fn findings(directory: &Path) -> Vec<Finding> {
    // Where there is no such directory, the project's finding says so.
    let here = if directory.is_dir() {
        directory
    } else {
        Path::new(".")
    };
    thread::scope(|scope| {
        let asked: Vec<_> = TOOLS
            .iter()
            .map(|tool| (tool, scope.spawn(|| answer(tool, here))))
            .collect();
        let answers = asked.into_iter().map(|(tool, hand)| {
            let (program, asked) = hand.join().unwrap_or(("", Asked::Failed));
            finding(tool, program, &asked)
        });
        answers.collect()
    })
}

/// The first of its programs that answers, or what became of the first one.
fn answer(tool: &Tool, directory: &Path) -> (&'static str, Asked) {
    let mut first = None;
    for (program, args) in tool.asked {
        let asked = ask(directory, program, args);
        if matches!(asked, Asked::Said(_)) {
            return (program, asked);
        }
        first.get_or_insert((*program, asked));
    }
    first.unwrap_or(("", Asked::Absent))
}

fn finding(tool: &Tool, program: &str, asked: &Asked) -> Finding {
    let found = match asked {
        Asked::Said(text) => {
            let line = text.lines().next().unwrap_or_default().trim();
            let version = version(line);
            match tool.least {
                Some(least) if version.is_none_or(|version| version < least) => {
                    format!("{line}, which is too old")
                }
                _ => return Finding::ok(tool.name, line),
            }
        }
        Asked::Absent if tool.asked.len() > 1 => "there is none".to_owned(),
        Asked::Absent => format!("there is no `{program}`"),
        Asked::Failed => format!("`{program}` fails when asked for its version"),
        Asked::Silent => format!("`{program}` does not answer"),
    };
    if tool.required {
        Finding::missing(tool.name, found, tool.help)
    } else {
        Finding::warning(tool.name, found, tool.help)
    }
}

/// The first two numbers of a version, wherever they stand in a line.
fn version(line: &str) -> Option<(u64, u64)> {
    line.split(|c: char| !c.is_ascii_digit() && c != '.')
        .find_map(|word| {
            let mut numbers = word.split('.').map(str::parse::<u64>);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
        })
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn a_version_is_read_out_of_what_programs_say() {
        assert_eq!(
            version("rustc 1.95.0 (59807616e 2026-04-14)"),
            Some((1, 95))
        );
        assert_eq!(version("go version go1.26.3 linux/amd64"), Some((1, 26)));
        assert_eq!(version("nothing of the kind"), None);
    }

    #[test]
    fn what_is_too_old_or_silent_is_missing_only_where_nothing_goes_without_it() {
        let of = |name: &str, asked: &Asked| {
            let tool = TOOLS.iter().find(|tool| tool.name == name).unwrap();
            finding(tool, name, asked).state
        };
        let said = |text: &str| Asked::Said(text.to_owned());
        assert_eq!(of("rustc", &said("rustc 1.89.0")), State::Ok);
        assert_eq!(of("rustc", &said("rustc 1.88.1")), State::Missing);
        assert_eq!(of("rustc", &Asked::Silent), State::Missing);
        assert_eq!(of("go", &said("go version go1.25")), State::Warning);
        assert_eq!(of("git", &Asked::Absent), State::Warning);
    }
}
