//! Claims about the two stages together: one mistake is reported as one, whatever hangs on what it makes unreadable.

use dsoi::check;
use dsoi::diagnostic::{Problem, Problems, print};
use dsoi::manifest::{self, Source};

use crate::shipped;

/// Good manifests with one part made unreadable each: every key misspelt in two ways, every short value of a wrong type, every
/// expression and every word broken.
fn mutants(text: &str) -> Vec<String> {
    let mut mutants = Vec::new();
    let mut replace = |from: usize, to: usize, new: &str| {
        mutants.push(format!("{}{new}{}", &text[..from], &text[to..]));
    };
    for (at, _) in text.match_indices(':') {
        let word = |c: char| c.is_alphanumeric() || c == '$' || c == '_' || c == '-';
        let start = text[..at].rfind(|c| !word(c)).map_or(0, |start| start + 1);
        if start == at {
            continue;
        }
        replace(at, at, "x");
        replace(start, at, "qqq");
        let rest = &text[at + 1..];
        if !rest.starts_with(' ') {
            continue;
        }
        let end = rest.find([',', '}', ']', '\n', '{', '[']);
        let end = at + 1 + end.unwrap_or(rest.len());
        if text[at + 1..end].trim().is_empty() || text[at + 1..end].contains("${") {
            continue;
        }
        replace(at + 1, end, " {odd: [1]}");
        replace(at + 1, end, " 7.5");
    }
    for (at, _) in text.match_indices("${") {
        replace(at + 2, at + 2, "1 2 ");
    }
    mutants
}

fn listed(source: &Source, found: Vec<&Problem>) -> String {
    let mut list = Problems::new();
    for problem in found {
        list.push(problem.clone());
    }
    print::text(&list, source, false)
}

#[test]
fn no_mistake_follows_from_another() {
    let mut broken = 0;
    let mut wrong = Vec::new();
    for (name, text) in shipped() {
        for mutant in mutants(&text) {
            let source = Source::new(name.clone(), mutant.into_bytes()).unwrap();
            let Err(own) = manifest::parse(&source) else {
                continue;
            };
            broken += 1;
            let Err(all) = check::read(&source) else {
                panic!("accepted with mistakes of shape");
            };
            // All else is right in a shipped manifest.
            let own = own.sorted();
            let more: Vec<&Problem> = all
                .sorted()
                .into_iter()
                .filter(|problem| !own.contains(problem))
                .collect();
            if !more.is_empty() {
                wrong.push(format!(
                    "{}----- brings\n{}",
                    listed(&source, own),
                    listed(&source, more)
                ));
            }
        }
    }
    assert!(broken > 500, "only {broken} mutants are broken");
    assert!(
        wrong.is_empty(),
        "{} of {broken}:\n{}",
        wrong.len(),
        wrong.join("\n=====\n")
    );
}
