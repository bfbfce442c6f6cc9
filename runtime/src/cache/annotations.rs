//! The annotations of a child that are read.
//!
//! In: all of them, as the server sends them. Out: the runtime's own, and those that hooks of node
//! types may want of pods. Long ones are left out: nobody knows what others write.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::labels;

/// Of an annotation of somebody else.
const LONGEST: usize = 4096;

#[derive(Clone, Debug, Default)]
pub(super) struct Annotations {
    pub(super) applied: Option<String>,
    pub(super) template: Option<String>,
    pub(super) rolled_back: Option<String>,
    pub(super) node_type: Option<String>,
    pub(super) revision: Option<String>,
    pub(super) others: BTreeMap<String, String>,
}

impl Annotations {
    pub(super) fn template(&self) -> Option<Box<str>> {
        self.template.as_deref().map(Box::from)
    }
}

impl<'de> Deserialize<'de> for Annotations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Annotations;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("annotations")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Annotations, A::Error> {
        let mut read = Annotations::default();
        while let Some((key, value)) = map.next_entry::<String, String>()? {
            match key.as_str() {
                labels::APPLIED => read.applied = Some(value),
                labels::TEMPLATE => read.template = Some(value),
                labels::ROLLED_BACK => read.rolled_back = Some(value),
                labels::NODE_TYPE => read.node_type = Some(value),
                labels::REVISION => read.revision = Some(value),
                _ if labels::is_reserved(&key) || value.len() > LONGEST => {}
                _ => {
                    read.others.insert(key, value);
                }
            }
        }
        Ok(read)
    }
}
