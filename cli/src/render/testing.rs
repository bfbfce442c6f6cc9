//! Renders one template for a test, as a project gets it.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::env::Templates;

/// The text of `templates/NAME` with `context`.
pub(crate) fn render(name: &str, context: &impl Serialize) -> String {
    Templates::load().unwrap().render(name, context).unwrap()
}

/// The documents of a YAML stream.
pub(crate) fn documents<T: DeserializeOwned>(text: &str) -> Vec<T> {
    serde_saphyr::from_multiple(text).unwrap()
}
