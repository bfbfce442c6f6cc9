//! The words of the specification as this API spells them, and the fields that lie under every group.

use std::collections::BTreeSet;

use crate::check::ident;
use crate::check::report::Report;
use crate::diagnostic::{Code, Problem, nearest};
use crate::manifest::{self as ast, Spanned, SpellingWord};
use crate::model::{Common, K8sField, Spelling, WireName, Word};

/// Fields of every spec that no API spells in another way.
pub(super) const SPEC_WORDS: [&str; 2] = ["rollout", "stopped"];

/// The words of the API as it spells them.
pub(in crate::check) fn spelling(report: &Report<'_>, written: &ast::Spelling) -> Option<Spelling> {
    for (word, name) in &written.words {
        if let SpellingWord::K8sField(field) = &word.value
            && !K8sField::ALL.iter().any(|known| known.word() == field)
        {
            let problem = Problem::new(
                Code::E0207,
                format!("`{field}` is no word of the specification"),
            )
            .at(word.span, "nothing to spell");
            let words = [
                "k8sConfigGroup",
                "appConfigGroup",
                "nodeType",
                "deploymentOrder",
                "external",
            ];
            report.push(
                match nearest(
                    field,
                    words
                        .into_iter()
                        .chain(K8sField::ALL.iter().map(|known| known.word())),
                ) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem,
                },
            );
            continue;
        }
        if report
            .name(name, "the name of a field", WireName::new)
            .is_some()
            && ident::field(&name.value).is_none()
        {
            report.push(ident::none(name));
        }
    }
    let word = |word: &SpellingWord, default: &str| spelled(written.of(word, default));
    let spelling = Spelling {
        nodes: spelled("nodes")?,
        node_type: word(&SpellingWord::NodeType, "nodeType")?,
        kind: spelled("kind")?,
        replicas: spelled("replicas")?,
        k8s_config_group: word(&SpellingWord::K8sConfigGroup, "k8sConfigGroup")?,
        app_config_group: word(&SpellingWord::AppConfigGroup, "appConfigGroup")?,
        deployment_order: word(&SpellingWord::DeploymentOrder, "deploymentOrder")?,
        external: word(&SpellingWord::External, "external")?,
    };
    let in_spec = [
        &spelling.nodes,
        &spelling.k8s_config_group,
        &spelling.app_config_group,
        &spelling.deployment_order,
        &spelling.external,
    ];
    let in_node = [
        &spelling.node_type,
        &spelling.k8s_config_group,
        &spelling.app_config_group,
        &spelling.kind,
        &spelling.replicas,
    ];
    let taken = |word: &Word, message: String, help: &str| {
        let names = written.words.iter().map(|(_, name)| name);
        let mut same = names.filter(|name| name.value == word.wire.as_str());
        let span = same.next().map(|name| name.span).unwrap_or_default();
        report.push(
            Problem::new(Code::E0605, message)
                .at(span, "already taken")
                .help(help),
        );
    };
    for fixed in SPEC_WORDS {
        for word in in_spec.iter().filter(|word| word.wire.as_str() == fixed) {
            let message = format!("`{fixed}` is a field of every spec already");
            taken(word, message, "spell the word in another way");
        }
    }
    for words in [in_spec, in_node] {
        let mut seen = BTreeSet::new();
        for word in words {
            if !seen.insert(word.ident.as_str()) {
                let message = format!("two words of the specification are spelled `{}`", word.wire);
                taken(word, message, "spell each word in its own way");
            }
        }
    }
    Some(spelling)
}

/// The fields that lie under every group.
pub(in crate::check) fn common(
    report: &Report<'_>,
    written: &ast::Cluster,
    spelling: &Spelling,
) -> Common {
    let fixed = [
        &spelling.nodes,
        &spelling.k8s_config_group,
        &spelling.app_config_group,
        &spelling.deployment_order,
        &spelling.external,
    ];
    let taken = |ident: &str| {
        SPEC_WORDS.contains(&ident) || fixed.iter().any(|word| word.ident.as_str() == ident)
    };
    let word = |name: &Option<Spanned<String>>, other: Option<&Word>| {
        let name = name.as_ref()?;
        report.name(name, "the name of a field", WireName::new)?;
        let Some(word) = spelled(&name.value) else {
            report.push(ident::none(name));
            return None;
        };
        let ident = word.ident.as_str();
        if other.is_some_and(|other| other.ident.as_str() == ident) {
            report.push(
                Problem::new(
                    Code::E0605,
                    format!(
                        "`{}` is what lies under the k8s config groups already",
                        name.value
                    ),
                )
                .at(name.span, "the same field")
                .help("give the two kinds of groups a field each"),
            );
            return None;
        }
        if taken(ident) {
            report.push(
                Problem::new(
                    Code::E0605,
                    format!("`{}` is a field of every spec already", name.value),
                )
                .at(name.span, "already taken")
                .help("choose another name"),
            );
            return None;
        }
        Some(word)
    };
    let k8s = word(&written.k8s_config_group.common, None);
    let config = word(&written.app_config_group.common, k8s.as_ref());
    Common { k8s, config }
}

fn spelled(name: &str) -> Option<Word> {
    Some(Word {
        wire: WireName::new(name).ok()?,
        ident: ident::field(name)?,
    })
}
