//! External dependencies (MF-5): on the wire `external.NAME.spec.…`.

use super::{Field, RustIdent, StructType, TypeIdent, WireName};

/// One dependency that the custom resource names.
#[derive(Clone, Debug, PartialEq)]
pub struct External {
    pub wire: WireName,
    pub ident: RustIdent,
    /// The struct that holds `spec` (and `type` beside it where there are variants); unique in the operator.
    pub type_ident: TypeIdent,
    pub optional: bool,
    pub shape: ExternalShape,
}

/// What stands under `spec` of a dependency.
#[derive(Clone, Debug, PartialEq)]
pub enum ExternalShape {
    /// One struct.
    One(StructType),
    /// A list-map by `key`, which is a required field of `item`.
    List { item: StructType, key: WireName },
    /// `type` beside `spec` chooses; `common` are fields of every variant.
    OneOf {
        common: StructType,
        variants: Vec<Variant>,
    },
}

/// A variant of a dependency.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// The value of `type`.
    pub wire: WireName,
    pub ident: RustIdent,
    pub type_ident: TypeIdent,
    /// Its own fields; the wire has them beside the common ones.
    pub fields: Vec<Field>,
}
