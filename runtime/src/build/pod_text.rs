//! Arguments and values of environment variables.
//!
//! Kubernetes expands `$(NAME)` in both. A text from a custom resource must not be able to use that,
//! so every `$(` in it is written `$$(`; what only a pod knows comes through a [`PodText`] (SE-11).

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{EnvVar, EnvVarSource, ObjectFieldSelector};

/// A fact about a pod that the pod alone knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PodField {
    Name,
    Ip,
    NodeName,
    Ordinal,
    Zone,
}

impl PodField {
    pub(crate) fn variable(self) -> &'static str {
        match self {
            Self::Name => "POD_NAME",
            Self::Ip => "POD_IP",
            Self::NodeName => "POD_NODE_NAME",
            Self::Ordinal => "POD_ORDINAL",
            Self::Zone => "POD_ZONE",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Name => "metadata.name",
            Self::Ip => "status.podIP",
            Self::NodeName => "spec.nodeName",
            Self::Ordinal => "metadata.labels['apps.kubernetes.io/pod-index']",
            Self::Zone => "metadata.labels['topology.kubernetes.io/zone']",
        }
    }

    pub(crate) fn env_var(self) -> EnvVar {
        field_env(self.variable(), self.path())
    }
}

/// A variable that the downward API fills.
pub(crate) fn field_env(name: &str, path: &str) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value: None,
        value_from: Some(EnvVarSource {
            field_ref: Some(ObjectFieldSelector {
                api_version: None,
                field_path: path.to_owned(),
            }),
            ..EnvVarSource::default()
        }),
    }
}

/// A text that the pod completes: `PodText::new("--host=").ip()`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodText {
    text: String,
    fields: BTreeSet<PodField>,
}

impl PodText {
    /// A text that is taken as it stands.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self::default().text(text)
    }

    /// Adds a text that is taken as it stands.
    pub fn text(mut self, text: impl AsRef<str>) -> Self {
        escape(text.as_ref(), &mut self.text);
        self
    }

    /// Adds the value of a variable of the same container.
    pub fn variable(mut self, name: &str) -> Self {
        self.text.push_str("$(");
        self.text.push_str(name);
        self.text.push(')');
        self
    }

    /// Adds the pod's name.
    pub fn name(self) -> Self {
        self.field(PodField::Name)
    }

    /// Adds the pod's address.
    pub fn ip(self) -> Self {
        self.field(PodField::Ip)
    }

    /// Adds the name of the machine that the pod runs on.
    pub fn node_name(self) -> Self {
        self.field(PodField::NodeName)
    }

    /// Adds the pod's ordinal in its `StatefulSet`.
    pub fn ordinal(self) -> Self {
        self.field(PodField::Ordinal)
    }

    /// Adds the zone of the machine that the pod runs on (Kubernetes 1.35).
    pub fn zone(self) -> Self {
        self.field(PodField::Zone)
    }

    fn field(mut self, field: PodField) -> Self {
        self.fields.insert(field);
        self.variable(field.variable())
    }

    /// The text as Kubernetes reads it, and the facts about the pod that it needs.
    pub(crate) fn into_parts(self) -> (String, BTreeSet<PodField>) {
        (self.text, self.fields)
    }
}

/// Kubernetes reads `$$` as `$` and `$(` as the start of a reference: both are doubled, and a `$` at
/// the end too, since a reference may follow it. A lone `$` elsewhere means itself.
fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, run) = rest.split_at(at);
        let after = run.trim_start_matches('$');
        let count = run.len() - after.len();
        let lone = count == 1 && !after.is_empty() && !after.starts_with('(');
        out.push_str(before);
        for _ in 0..if lone { 1 } else { 2 * count } {
            out.push('$');
        }
        rest = after;
    }
    out.push_str(rest);
}

/// A text that may be absent: a line, a block, an item of a joined list.
pub trait MaybeText {
    /// The text, if there is one.
    fn maybe_text(self) -> Option<String>;
}

/// An argument or a value of an environment variable; an absent one is left out.
pub trait Argument {
    /// The argument, if there is one.
    fn argument(self) -> Option<PodText>;
}

impl Argument for PodText {
    fn argument(self) -> Option<PodText> {
        Some(self)
    }
}

impl<T: MaybeText> MaybeText for Option<T> {
    fn maybe_text(self) -> Option<String> {
        self.and_then(MaybeText::maybe_text)
    }
}

impl<T: Argument> Argument for Option<T> {
    fn argument(self) -> Option<PodText> {
        self.and_then(Argument::argument)
    }
}

macro_rules! texts {
    ($($type:ty),*) => {$(
        impl MaybeText for $type {
            fn maybe_text(self) -> Option<String> {
                Some(self.to_string())
            }
        }

        impl Argument for $type {
            fn argument(self) -> Option<PodText> {
                Some(PodText::new(self.to_string()))
            }
        }
    )*};
}

texts!(
    &str, &&str, String, &String, i32, i64, u16, bool, &i32, &i64, &bool
);

/// The items that are there, with `separator` between them.
pub fn join<I>(separator: &str, items: I) -> String
where
    I: IntoIterator,
    I::Item: MaybeText,
{
    let items: Vec<String> = items
        .into_iter()
        .filter_map(MaybeText::maybe_text)
        .collect();
    items.join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SE-11.
    #[test]
    fn a_text_cannot_refer_to_a_variable_but_a_field_of_the_pod_does() {
        for (text, expected) in [
            ("$(HOME)", "$$(HOME)"),
            ("a$(b)$(c)", "a$$(b)$$(c)"),
            ("$$(x)", "$$$$(x)"),
            ("$HOME ${HOME}", "$HOME ${HOME}"),
            ("a$$b$", "a$$$$b$$"),
        ] {
            assert_eq!(PodText::new(text).into_parts().0, expected);
        }
        let (text, fields) = PodText::new("-Dhost=").ip().into_parts();
        assert_eq!(text, "-Dhost=$(POD_IP)");
        assert_eq!(fields, BTreeSet::from([PodField::Ip]));
        assert_eq!(PodText::new("$").text("(X)").into_parts().0, "$$(X)");
        assert_eq!(PodText::new("$").name().into_parts().0, "$$$(POD_NAME)");
    }
}
