//! Rust names for the names of a manifest.
//!
//! In: a name as JSON has it. Out: the identifier of generated code. Pure; collisions are the caller's to find, since only it
//! knows the siblings.

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::diagnostic::{Code, Problem};
use crate::manifest::Spanned;
use crate::model::{RustIdent, TypeIdent, name};

/// The field, variable or module for a name; `None` where the name has no letter or digit to make one of.
pub(super) fn field(wire: &str) -> Option<RustIdent> {
    let mut ident = wire.to_snake_case();
    if ident.starts_with(|c: char| c.is_ascii_digit()) {
        ident.insert(0, '_');
    }
    if name::RESERVED.contains(&ident.as_str()) {
        ident.push('_');
    } else if name::KEYWORDS.contains(&ident.as_str()) {
        ident.insert_str(0, "r#");
    }
    RustIdent::new(ident).ok()
}

/// The module for a node type. `mod.rs` is no file of a module's own, whatever the module is called.
pub(super) fn module(node_type: &str) -> Option<RustIdent> {
    match field(node_type) {
        Some(ident) if ident.as_str() == "r#mod" => RustIdent::new("mod_").ok(),
        ident => ident,
    }
}

/// `E0606`: the problem with a name that makes no identifier.
pub(super) fn none(name: &Spanned<String>) -> Problem {
    Problem::new(
        Code::E0606,
        format!("`{}` makes no name in Rust", name.value),
    )
    .at(name.span, "has no letter or digit")
    .help("use letters and digits")
}

/// The type or variant for a name; `None` where the name has no letter or digit to make one of.
pub(super) fn ty(wire: &str) -> Option<TypeIdent> {
    let mut ident = wire.to_upper_camel_case();
    if ident.starts_with(|c: char| c.is_ascii_digit()) {
        ident.insert(0, 'V');
    }
    if ident == "Self" {
        ident.push_str("Value");
    }
    TypeIdent::new(ident).ok()
}

/// The field of a k8s-openapi struct for a name of the Kubernetes API.
pub(super) fn k8s_field(wire: &str) -> Option<RustIdent> {
    match wire {
        "as" | "continue" | "enum" | "ref" | "type" => {
            return RustIdent::new(format!("{wire}_")).ok();
        }
        _ => {}
    }
    let chars: Vec<char> = wire.chars().collect();
    let at = |index: usize| chars.get(index).copied();
    let mut ident = String::new();
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).and_then(at);
        // A run of capitals is one word, and so is its plural (`externalIPs`).
        let starts_word = before.is_some_and(|before| {
            !before.is_ascii_uppercase()
                || at(index + 1).is_some_and(|next| {
                    next.is_ascii_lowercase() && !(next == 's' && at(index + 2).is_none())
                })
        });
        if c.is_ascii_uppercase() && starts_word {
            ident.push('_');
        }
        ident.push(c.to_ascii_lowercase());
    }
    RustIdent::new(ident).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_snake_case_and_a_keyword_is_raw() {
        for (wire, ident) in [
            ("logLevel", "log_level"),
            ("java_opts", "java_opts"),
            ("schema.json", "schema_json"),
            ("type", "r#type"),
            ("self", "self_"),
            ("Self", "self_"),
            ("crate", "crate_"),
            ("2nd", "_2nd"),
            ("s3-bucket", "s3_bucket"),
        ] {
            assert_eq!(field(wire).unwrap().as_str(), ident);
        }
        assert_eq!(field("..."), None);
        assert_eq!(field("größe"), None);
    }

    #[test]
    fn a_module_of_a_keyword_has_a_file_of_its_own() {
        for (wire, ident) in [("mod", "mod_"), ("type", "r#type"), ("store", "store")] {
            assert_eq!(module(wire).unwrap().as_str(), ident);
        }
    }

    #[test]
    fn a_variant_is_upper_camel_case() {
        for (wire, ident) in [
            ("debug", "Debug"),
            ("BROKER", "Broker"),
            ("self", "SelfValue"),
            ("1.0", "V10"),
        ] {
            assert_eq!(ty(wire).unwrap().as_str(), ident);
        }
        assert_eq!(ty("-"), None);
    }

    #[test]
    fn a_kubernetes_field_is_named_as_k8s_openapi_does() {
        for (wire, ident) in [
            ("httpGet", "http_get"),
            ("clusterIPs", "cluster_ips"),
            ("targetWWNs", "target_wwns"),
            ("seLinuxOptions", "se_linux_options"),
            ("hostIPC", "host_ipc"),
            ("type", "type_"),
            ("diskURI", "disk_uri"),
        ] {
            assert_eq!(k8s_field(wire).unwrap().as_str(), ident);
        }
    }
}
