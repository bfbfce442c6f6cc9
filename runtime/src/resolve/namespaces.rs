//! References that reach into another namespace, anywhere in a custom resource (SE-8).
//!
//! In: the resource. Out: a problem for each. It walks the resource as it is written out, so that no
//! API has to list where its references are: the types that have a namespace are known by name.

use std::fmt::{self, Display, Write};

use serde::ser::{self, Serialize, Serializer};

use crate::cluster::ClusterResource;
use crate::problem::Problems;

/// Types with a field `namespace` that says where to look.
const REFERENCES: &[&str] = &[
    "ObjectReference",
    "SecretRef",
    "SecretReference",
    "TypedObjectReference",
];

/// Refuses what names another namespace than the resource's own.
pub(super) fn check<C: ClusterResource>(cr: &C, problems: &mut Problems) {
    let own = cr.cr_namespace();
    if own.is_empty() {
        // A file does not have to say where it will be.
        return;
    }
    for (path, namespace) in foreign(cr, own) {
        problems.add(
            path,
            format!(
                "names the namespace `{}`; a custom resource reaches into its own only: leave it out",
                namespace.escape_debug()
            ),
        );
    }
}

fn foreign(value: &impl Serialize, own: &str) -> Vec<(String, String)> {
    let mut found = Found::default();
    // What cannot be written out was never read in; then there is no reference to find.
    drop(value.serialize(Walk {
        found: &mut found,
        path: String::new(),
        namespace: false,
    }));
    // Elsewhere than in its spec a resource is the server's.
    found
        .0
        .retain(|(path, namespace)| path.starts_with("spec") && namespace != own);
    found.0
}

/// Namespaces that references name, and where.
#[derive(Default)]
struct Found(Vec<(String, String)>);

/// A place in the tree.
struct Walk<'a> {
    found: &'a mut Found,
    path: String,
    /// The value is the namespace of a reference.
    namespace: bool,
}

impl<'a> Walk<'a> {
    fn text(self, text: &str) {
        if self.namespace && !text.is_empty() {
            self.found.0.push((self.path, text.to_owned()));
        }
    }

    fn inside(self, reference: bool) -> Inside<'a> {
        Inside {
            found: self.found,
            path: self.path,
            reference,
            index: 0,
            key: String::new(),
        }
    }
}

/// The members of a value.
struct Inside<'a> {
    found: &'a mut Found,
    path: String,
    reference: bool,
    index: usize,
    key: String,
}

impl Inside<'_> {
    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Stop> {
        let path = if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        };
        value.serialize(Walk {
            found: self.found,
            path,
            namespace: self.reference && name == "namespace",
        })
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        let mut path = self.path.clone();
        // Writing to a String does not fail.
        let _ = write!(path, "[{}]", self.index);
        self.index += 1;
        value.serialize(Walk {
            found: self.found,
            path,
            namespace: false,
        })
    }
}

/// A value that refuses to be written out.
#[derive(Debug)]
struct Stop;

impl Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value cannot be written out")
    }
}

impl std::error::Error for Stop {}

impl ser::Error for Stop {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

/// Leaves that hold no namespace.
macro_rules! leaves {
    ($($method:ident: $type:ty),* $(,)?) => {
        $(fn $method(self, _: $type) -> Result<(), Stop> {
            Ok(())
        })*
    };
}

impl<'a> Serializer for Walk<'a> {
    type Ok = ();
    type Error = Stop;
    type SerializeSeq = Inside<'a>;
    type SerializeTuple = Inside<'a>;
    type SerializeTupleStruct = Inside<'a>;
    type SerializeTupleVariant = Inside<'a>;
    type SerializeMap = Inside<'a>;
    type SerializeStruct = Inside<'a>;
    type SerializeStructVariant = Inside<'a>;

    leaves! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_f32: f32, serialize_f64: f64, serialize_char: char,
        serialize_bytes: &[u8], serialize_unit_struct: &'static str,
    }

    fn serialize_str(self, text: &str) -> Result<(), Stop> {
        self.text(text);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Stop> {
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), Stop> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Stop> {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Stop> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Stop> {
        self.inside(false).field(variant, value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Inside<'a>, Stop> {
        Ok(self.inside(false))
    }

    fn serialize_tuple(self, _: usize) -> Result<Inside<'a>, Stop> {
        Ok(self.inside(false))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Inside<'a>, Stop> {
        Ok(self.inside(false))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Inside<'a>, Stop> {
        Ok(self.inside(false))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Inside<'a>, Stop> {
        Ok(self.inside(false))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Inside<'a>, Stop> {
        Ok(self.inside(REFERENCES.contains(&name)))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Inside<'a>, Stop> {
        Ok(self.inside(false))
    }
}

macro_rules! items {
    ($($trait:ident::$method:ident),* $(,)?) => {
        $(impl ser::$trait for Inside<'_> {
            type Ok = ();
            type Error = Stop;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
                self.item(value)
            }

            fn end(self) -> Result<(), Stop> {
                Ok(())
            }
        })*
    };
}

items! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
}

macro_rules! fields {
    ($($trait:ident),* $(,)?) => {
        $(impl ser::$trait for Inside<'_> {
            type Ok = ();
            type Error = Stop;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Stop> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Stop> {
                Ok(())
            }
        })*
    };
}

fields! { SerializeStruct, SerializeStructVariant }

impl ser::SerializeMap for Inside<'_> {
    type Ok = ();
    type Error = Stop;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Stop> {
        // Keys of JSON are texts; any other stands for itself in a path.
        let key = serde_json::to_value(key).map_err(|_| Stop)?;
        self.key = key
            .as_str()
            .map_or_else(|| key.to_string(), ToOwned::to_owned);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        let key = std::mem::take(&mut self.key);
        self.field(&key, value)
    }

    fn end(self) -> Result<(), Stop> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::*;
    use crate::spec::SecretRef;

    #[derive(Serialize)]
    struct Resource {
        metadata: SecretRef,
        spec: Spec,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Spec {
        auth: Option<SecretRef>,
        many_stores: Vec<Store>,
        by_name: BTreeMap<String, SecretRef>,
        /// A field of this name elsewhere is the application's own.
        namespace: String,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    enum Store {
        S3 { secret: SecretRef },
        Local(SecretRef),
        None,
    }

    fn secret(namespace: Option<&str>) -> SecretRef {
        SecretRef {
            name: "s".to_owned(),
            namespace: namespace.map(ToOwned::to_owned),
        }
    }

    // SE-8.
    #[test]
    fn a_reference_into_another_namespace_is_found_wherever_it_is() {
        let resource = Resource {
            metadata: secret(Some("elsewhere")),
            spec: Spec {
                auth: Some(secret(Some("a"))),
                many_stores: vec![
                    Store::None,
                    Store::S3 {
                        secret: secret(Some("b")),
                    },
                    Store::Local(secret(Some("c"))),
                ],
                by_name: [("x".to_owned(), secret(Some("d")))].into(),
                namespace: "mine".to_owned(),
            },
        };
        let found: Vec<String> = foreign(&resource, "prod")
            .into_iter()
            .map(|(path, namespace)| format!("{path}={namespace}"))
            .collect();
        assert_eq!(
            found,
            [
                "spec.auth.namespace=a",
                "spec.manyStores[1].secret.namespace=b",
                "spec.manyStores[2].local.namespace=c",
                "spec.byName.x.namespace=d",
            ]
        );
    }

    #[test]
    fn the_own_namespace_may_be_named_or_left_out() {
        for namespace in [None, Some(""), Some("prod")] {
            let resource = Resource {
                metadata: secret(None),
                spec: Spec {
                    auth: Some(secret(namespace)),
                    many_stores: Vec::new(),
                    by_name: BTreeMap::new(),
                    namespace: String::new(),
                },
            };
            assert!(foreign(&resource, "prod").is_empty(), "{namespace:?}");
        }
    }
}
