//! What people already have → a first manifest: `dsoi import`.
//!
//! In: the text of files, and what the command line adds. Out: the text of a manifest that passes `dsoi check`, and what
//! could not be carried over. Pure: nothing is executed, rendered, fetched or included, whatever the input says (SE-27).
//!
//! ```text
//! text ─yaml→ documents ─helm | compose | crd→ App ─draft→ Draft ─settle→ manifest
//!                                  └──────── what is not mapped ──────────→ Losses
//! ```

mod app;
mod clear;
mod compose;
mod content;
mod crd;
mod draft;
mod form;
mod helm;
mod host;
mod image;
mod lost;
mod name;
mod out;
mod settle;
mod yaml;

pub use app::Hints;
pub use form::{Look, look};
pub use lost::{Losses, Lost, Section, Weight};
pub use yaml::{Document, MAX_BYTES, Unreadable, Yaml};

/// What an import reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The output of `helm template`: a stream of Kubernetes objects.
    Helm,
    Compose,
    /// Definitions of custom resources.
    Crd,
}

/// A file of the input.
#[derive(Debug, Clone)]
pub struct Input {
    /// As the user named it.
    pub name: String,
    pub text: String,
}

/// A first manifest.
#[derive(Debug, Clone)]
pub struct Imported {
    pub text: String,
    pub losses: Losses,
    pub node_types: Vec<String>,
}

/// Why there is no manifest.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("`{name}` cannot be read")]
    Unreadable {
        name: String,
        /// It looks like a template that nothing has rendered.
        template: bool,
        source: Unreadable,
    },
    #[error("nothing in `{name}` can be imported: {what}")]
    Nothing {
        name: String,
        what: &'static str,
        /// It looks like a template that nothing has rendered.
        template: bool,
        losses: Losses,
    },
    /// A fault of ours.
    #[error("the imported manifest has a mistake that cannot be taken out")]
    Stuck,
}

/// Reads the files and makes one manifest of them.
///
/// # Errors
/// The input is no YAML, is larger than what is read, or has nothing to make a manifest of.
pub fn import(form: Form, inputs: &[Input], hints: &Hints) -> Result<Imported, Refusal> {
    let mut losses = Losses::default();
    let mut documents = Vec::new();
    for input in inputs {
        let read = yaml::read(&input.text).map_err(|source| Refusal::Unreadable {
            name: input.name.clone(),
            template: input.text.contains("{{"),
            source,
        })?;
        for document in &read {
            for (line, what) in &document.odd {
                losses.add(Weight::Changed, format!("line {line}"), what, "");
            }
        }
        documents.extend(read);
    }
    let (app, verb, nothing) = match form {
        Form::Helm => (
            helm::app(&documents, &mut losses),
            "helm",
            "it has no Deployment and no StatefulSet",
        ),
        Form::Compose => (
            compose::app(&documents, &mut losses),
            "compose",
            "it has no services",
        ),
        Form::Crd => (
            crd::app(&documents, &mut losses),
            "crd",
            "it has no CustomResourceDefinition of apiextensions.k8s.io/v1",
        ),
    };
    let names: Vec<&str> = inputs.iter().map(|input| base(&input.name)).collect();
    let refused = |losses: &Losses| Refusal::Nothing {
        name: names.join(", "),
        what: nothing,
        template: inputs.iter().any(|input| input.text.contains("{{")),
        losses: losses.clone(),
    };
    let Some(mut app) = app else {
        return Err(refused(&losses));
    };
    let head = out::comment(
        &format!(
            "A first manifest, made by `dsoi import {verb}` from {}; its end lists what could not be carried over.",
            names.join(", ")
        ),
        0,
    );
    app.settle_image(hints, &mut losses);
    app.mark_stopped(&losses);
    let mut draft = app.draft(hints);
    let text = settle::settle(&head, &mut draft, &mut losses).ok_or(Refusal::Stuck)?;
    let node_types = node_types(&draft);
    if node_types.is_empty() {
        return Err(refused(&losses));
    }
    Ok(Imported {
        text: text + &list(&losses),
        losses,
        node_types,
    })
}

/// What stands at the end of a manifest.
fn list(losses: &Losses) -> String {
    let mut text = String::new();
    for section in losses.sections() {
        text.push_str(&format!("\n# {}\n", section.heading));
        for line in section.lines {
            text.push_str(&out::item(&line));
        }
    }
    text
}

fn base(name: &str) -> &str {
    match name {
        "-" => "the standard input",
        name => name.rsplit('/').next().unwrap_or(name),
    }
}

fn node_types(draft: &draft::Draft) -> Vec<String> {
    let under = |parts: &[draft::Part], key: &str| -> Vec<draft::Part> {
        let found = parts.iter().find(|part| part.key == key);
        found.map_or_else(Vec::new, |part| part.value.parts().to_vec())
    };
    let cluster = under(draft.parts(), "cluster");
    let types = under(&cluster, "nodeTypes");
    types.into_iter().map(|part| part.key).collect()
}
