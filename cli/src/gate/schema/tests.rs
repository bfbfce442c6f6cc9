//! Every rule as a table, both ways; and whether what is called harmless is, tried at random.

mod random;

use serde_json::{Value, json};

use super::{Class, Subject, schemas};

/// The classes and subjects of a change, and of the same change back.
#[track_caller]
fn both(old: &Value, new: &Value, there: &[(Class, Subject)], back: &[(Class, Subject)]) {
    let found = |old, new| -> Vec<_> {
        let changes = schemas("spec", old, new);
        changes
            .iter()
            .map(|change| (change.class, change.subject))
            .collect()
    };
    assert_eq!(found(old, new), there, "{old} → {new}");
    assert_eq!(found(new, old), back, "{new} → {old}");
}

/// A change that breaks, and does no harm the other way round.
#[track_caller]
fn narrows(old: &Value, new: &Value, subject: Subject) {
    both(
        old,
        new,
        &[(Class::Breaking, subject)],
        &[(Class::Safe, subject)],
    );
}

/// A change that breaks either way.
#[track_caller]
fn breaks(old: &Value, new: &Value, subject: Subject) {
    let found = [(Class::Breaking, subject)];
    both(old, new, &found, &found);
}

fn object(fields: &Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": fields, "required": required})
}

// NC-6
#[test]
fn a_field_may_come_and_may_not_go() {
    let text = json!({"type": "string"});
    narrows(
        &object(&json!({"a": text, "b": text}), &[]),
        &object(&json!({"a": text}), &[]),
        Subject::Field,
    );
    let open = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    // Where any field is kept, one that is not named any more is kept too; one that is named is held against its schema.
    let named = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {"a": text}});
    both(
        &named,
        &open,
        &[(Class::Safe, Subject::Field)],
        &[(Class::Breaking, Subject::Type)],
    );
    narrows(&open, &json!({"type": "object"}), Subject::Unknown);
}

// NC-6
#[test]
fn a_field_may_become_optional_and_not_required() {
    let fields = json!({"a": {"type": "string"}});
    narrows(
        &object(&fields, &[]),
        &object(&fields, &["a"]),
        Subject::Required,
    );
    // One that is new and required is told once.
    both(
        &object(&json!({}), &[]),
        &object(&fields, &["a"]),
        &[(Class::Breaking, Subject::Required)],
        &[(Class::Breaking, Subject::Field)],
    );
    // A default is filled in first.
    let filled = json!({"a": {"type": "string", "default": "x"}});
    both(
        &object(&fields, &[]),
        &object(&filled, &["a"]),
        &[(Class::Rolling, Subject::Default)],
        &[
            (Class::Safe, Subject::Required),
            (Class::Rolling, Subject::Default),
        ],
    );
}

// NC-6
#[test]
fn a_type_may_become_wider_only() {
    let number = json!({"type": "number"});
    let integer = json!({"type": "integer"});
    let text = json!({"type": "string"});
    let either = json!({"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}]});
    narrows(&number, &integer, Subject::Type);
    both(
        &text,
        &either,
        &[(Class::Safe, Subject::Type)],
        &[(Class::Breaking, Subject::Type)],
    );
    breaks(&text, &integer, Subject::Type);
    breaks(
        &json!({"type": "array", "items": text}),
        &text,
        Subject::Type,
    );
    let list = |item: &Value| json!({"type": "array", "items": item});
    narrows(&list(&number), &list(&integer), Subject::Type);
}

// NC-6
#[test]
fn values_of_an_enum_may_come_and_may_not_go() {
    let of = |values: &[&str]| json!({"type": "string", "enum": values});
    narrows(&of(&["a", "b"]), &of(&["a"]), Subject::Values);
    breaks(&of(&["a", "b"]), &of(&["a", "c"]), Subject::Values);
    narrows(&json!({"type": "string"}), &of(&["a"]), Subject::Values);
    both(&of(&["a", "b"]), &of(&["b", "a"]), &[], &[]);
}

// NC-6
#[test]
fn limits_may_become_wider_only() {
    let text = |key: &str, value: Value| json!({"type": "string", key: value});
    let none = json!({"type": "string"});
    for key in ["minLength", "minItems", "minProperties", "minimum"] {
        narrows(&text(key, json!(1)), &text(key, json!(2)), Subject::Bound);
        narrows(&none, &text(key, json!(1)), Subject::Bound);
    }
    both(
        &none,
        &text("minLength", json!(0)),
        &[(Class::Safe, Subject::Bound)],
        &[(Class::Safe, Subject::Bound)],
    );
    narrows(&none, &text("minimum", json!(-1)), Subject::Bound);
    for key in ["maxLength", "maxItems", "maxProperties", "maximum"] {
        narrows(&text(key, json!(2)), &text(key, json!(1)), Subject::Bound);
        narrows(&none, &text(key, json!(1)), Subject::Bound);
    }
    let big = 9_007_199_254_740_993_i64;
    narrows(
        &text("maximum", json!(big)),
        &text("maximum", json!(big - 1)),
        Subject::Bound,
    );
    narrows(
        &none,
        &text("exclusiveMinimum", json!(true)),
        Subject::Bound,
    );
    breaks(
        &text("multipleOf", json!(2)),
        &text("multipleOf", json!(4)),
        Subject::Bound,
    );
    breaks(
        &text("pattern", json!("a")),
        &text("pattern", json!("a|b")),
        Subject::Pattern,
    );
    narrows(&none, &text("pattern", json!("a")), Subject::Pattern);
    narrows(
        &text("format", json!("int64")),
        &text("format", json!("int32")),
        Subject::Format,
    );
    narrows(&none, &text("format", json!("date")), Subject::Format);
    narrows(&text("nullable", json!(true)), &none, Subject::Null);
}

// NC-6
#[test]
fn a_rule_may_go_and_may_not_come() {
    let with = |rules: &[&str]| {
        let rules: Vec<Value> = rules
            .iter()
            .map(|rule| json!({"rule": rule, "message": "m"}))
            .collect();
        json!({"type": "string", "x-kubernetes-validations": rules})
    };
    let none = json!({"type": "string"});
    narrows(&none, &with(&["self == oldSelf"]), Subject::Rule);
    narrows(
        &with(&["self.size() <= 3"]),
        &with(&["self.size() <= 2"]),
        Subject::Rule,
    );
    let other_rule = [
        (Class::Safe, Subject::Rule),
        (Class::Breaking, Subject::Rule),
    ];
    both(
        &with(&["self != 'a'"]),
        &with(&["self != 'b'"]),
        &other_rule,
        &other_rule,
    );
    let mut other = with(&["self == oldSelf"]);
    other["x-kubernetes-validations"][0]["message"] = json!("another");
    both(&with(&["self == oldSelf"]), &other, &[], &[]);
}

// NC-6
#[test]
fn the_items_of_a_list_are_told_apart_as_before() {
    let list = |kind: &str, keys: &[&str]| json!({"type": "array", "items": {"type": "object"}, "x-kubernetes-list-type": kind, "x-kubernetes-list-map-keys": keys});
    breaks(
        &list("map", &["name"]),
        &list("map", &["name", "port"]),
        Subject::List,
    );
    breaks(&list("map", &["name"]), &list("atomic", &[]), Subject::List);
    both(
        &list("atomic", &[]),
        &json!({"type": "array", "items": {"type": "object"}, "x-kubernetes-list-map-keys": []}),
        &[],
        &[],
    );
}

#[test]
fn a_map_is_an_object_of_any_fields() {
    let number = json!({"type": "integer"});
    let map = |of: &Value| json!({"type": "object", "additionalProperties": of});
    narrows(
        &map(&json!({"type": "number"})),
        &map(&number),
        Subject::Type,
    );
    let fields = object(&json!({"a": number}), &[]);
    both(
        &fields,
        &map(&number),
        &[(Class::Safe, Subject::Unknown)],
        &[(Class::Breaking, Subject::Unknown)],
    );
    both(
        &fields,
        &map(&json!({"type": "string"})),
        &[
            (Class::Safe, Subject::Unknown),
            (Class::Breaking, Subject::Type),
        ],
        &[
            (Class::Breaking, Subject::Unknown),
            (Class::Breaking, Subject::Type),
        ],
    );
}

#[test]
fn a_default_and_a_text_refuse_nothing() {
    let with = |value: i64| json!({"type": "integer", "default": value});
    let found = [(Class::Rolling, Subject::Default)];
    both(&with(1), &with(2), &found, &found);
    both(&json!({"type": "integer"}), &with(2), &found, &found);
    let found = [(Class::Safe, Subject::Text)];
    both(
        &json!({"description": "a"}),
        &json!({"description": "b"}),
        &found,
        &found,
    );
}

#[test]
fn what_no_rule_knows_may_only_go() {
    narrows(
        &json!({}),
        &json!({"not": {"type": "string"}}),
        Subject::Other,
    );
    breaks(
        &json!({"x-kubernetes-map-type": "atomic"}),
        &json!({}),
        Subject::Other,
    );
}
