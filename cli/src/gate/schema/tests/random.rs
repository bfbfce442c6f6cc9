//! Random schemas, random changes of them, and random values: what is legal before stays legal and whole after every change
//! that is not called breaking.

use serde_json::{Map, Value, json};

use super::super::{Class, schemas};

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// Less than `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.next() % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        let index = self.roll(of.len() as u64);
        &of[usize::try_from(index).unwrap()]
    }
}

const PATTERNS: [&str; 2] = ["^a*$", "^[ab]*$"];

/// The limits that a schema of a type may have.
fn limits(ty: &str) -> &'static [&'static str] {
    match ty {
        "string" => &["minLength", "maxLength", "enum", "pattern", "rule"],
        "integer" | "number" => &["minimum", "maximum", "enum", "exclusiveMinimum"],
        "array" => &["minItems", "maxItems", "set"],
        "object" => &["minProperties", "maxProperties"],
        _ => &[],
    }
}

fn limit(dice: &mut Dice, schema: &mut Value) {
    let ty = schema["type"].as_str().unwrap_or_default().to_owned();
    let known = limits(&ty);
    if known.is_empty() {
        return;
    }
    let number = dice.roll(4);
    match *dice.pick(known) {
        "enum" if ty == "string" => {
            let words: Vec<&str> = ["", "a", "ab", "abc"]
                .into_iter()
                .filter(|_| !dice.one_in(3))
                .collect();
            schema["enum"] = json!(words);
        }
        "enum" => schema["enum"] = json!([number, 1]),
        "pattern" => schema["pattern"] = json!(dice.pick(&PATTERNS)),
        "rule" => {
            schema["x-kubernetes-validations"] =
                json!([{"rule": format!("size(self) <= {number}")}]);
        }
        "set" => schema["x-kubernetes-list-type"] = json!("set"),
        "exclusiveMinimum" => {
            schema["minimum"] = json!(number);
            schema["exclusiveMinimum"] = json!(dice.one_in(2));
        }
        least if least.starts_with("min") => schema[least] = json!(number),
        most => schema[most] = json!(number + 1),
    }
}

fn schema(dice: &mut Dice, depth: u64) -> Value {
    let kinds = if depth == 0 { 5 } else { 9 };
    let mut schema = match dice.roll(kinds) {
        0 => json!({"type": "boolean"}),
        1 => json!({"type": "integer"}),
        2 => json!({"type": "number"}),
        3 => {
            json!({"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}]})
        }
        4 => json!({"type": "string"}),
        5 => json!({"type": "array", "items": schema(dice, depth - 1)}),
        6 => json!({"type": "object", "additionalProperties": schema(dice, depth - 1)}),
        _ => {
            let mut fields = Map::new();
            for name in ["a", "b", "c"] {
                if !dice.one_in(3) {
                    fields.insert(name.to_owned(), self::schema(dice, depth - 1));
                }
            }
            let required: Vec<_> = fields.keys().filter(|_| dice.one_in(3)).cloned().collect();
            let mut object = json!({"type": "object", "properties": fields, "required": required});
            if dice.one_in(4) {
                object["x-kubernetes-preserve-unknown-fields"] = json!(true);
            }
            object
        }
    };
    if dice.one_in(2) {
        limit(dice, &mut schema);
    }
    if dice.one_in(6) {
        schema["nullable"] = json!(true);
    }
    if dice.one_in(6) {
        let filled = value(dice, &schema);
        if !filled.is_null() && valid(&schema, &filled) {
            schema["default"] = filled;
        }
    }
    schema
}

/// Changes one place.
fn mutate(dice: &mut Dice, schema: &mut Value, depth: u64) {
    if depth > 0 && !dice.one_in(3) {
        let below = match schema {
            Value::Object(map) if map.contains_key("items") => map.get_mut("items"),
            Value::Object(map) => map.get_mut("properties").and_then(|fields| {
                let fields = fields.as_object_mut()?;
                let names: Vec<String> = fields.keys().cloned().collect();
                (!names.is_empty())
                    .then(|| dice.pick(&names).clone())
                    .and_then(|name| fields.get_mut(&name))
            }),
            _ => None,
        };
        if let Some(below) = below {
            return mutate(dice, below, depth - 1);
        }
    }
    let known: Vec<String> = schema
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key.clone())
        .collect();
    match dice.roll(8) {
        0 => *schema = self::schema(dice, depth),
        1 | 2 => limit(dice, schema),
        3 => schema["nullable"] = json!(dice.one_in(2)),
        4 if schema.get("properties").is_some() => {
            let name = *dice.pick(&["a", "b", "c"]);
            let new = self::schema(dice, 0);
            schema["properties"][name] = new;
        }
        5 if schema.get("properties").is_some() => {
            let name = *dice.pick(&["a", "b", "c"]);
            if schema["properties"].get(name).is_some() {
                schema["required"] = json!([name]);
            }
        }
        6 if schema["type"] == "integer" => schema["type"] = json!("number"),
        6 if schema["type"] == "object" => {
            schema["x-kubernetes-preserve-unknown-fields"] = json!(true);
        }
        _ => {
            let free: Vec<_> = known
                .into_iter()
                .filter(|key| !["type", "items", "properties", "anyOf"].contains(&key.as_str()))
                .collect();
            if !free.is_empty() {
                let key = dice.pick(&free).clone();
                schema.as_object_mut().unwrap().remove(&key);
            }
        }
    }
}

/// A value that may be of the schema.
fn value(dice: &mut Dice, schema: &Value) -> Value {
    if schema["nullable"] == true && dice.one_in(4) {
        return Value::Null;
    }
    if let Some(values) = schema["enum"]
        .as_array()
        .filter(|values| !values.is_empty())
    {
        return dice.pick(values).clone();
    }
    let text = |dice: &mut Dice| json!(dice.pick(&["", "a", "ab", "aa", "abc", "aaaa"]));
    match schema["type"].as_str() {
        Some("boolean") => json!(dice.one_in(2)),
        Some("integer") => json!(dice.roll(6)),
        Some("number") => {
            if dice.one_in(2) {
                json!(dice.roll(6))
            } else {
                json!(0.5)
            }
        }
        Some("string") => text(dice),
        Some("array") => (0..dice.roll(4))
            .map(|_| value(dice, &schema["items"]))
            .collect(),
        Some("object") => {
            let mut map = Map::new();
            let empty = Map::new();
            for (name, field) in schema["properties"].as_object().unwrap_or(&empty) {
                if !dice.one_in(3) {
                    map.insert(name.clone(), value(dice, field));
                }
            }
            if let Some(field) = schema.get("additionalProperties") {
                for name in ["a", "z"] {
                    if dice.one_in(2) {
                        map.insert(name.to_owned(), value(dice, field));
                    }
                }
            }
            if schema["x-kubernetes-preserve-unknown-fields"] == true && dice.one_in(2) {
                map.insert((*dice.pick(&["a", "b", "z"])).to_owned(), json!([true]));
            }
            map.into()
        }
        _ => {
            if dice.one_in(2) {
                text(dice)
            } else {
                json!(dice.roll(6))
            }
        }
    }
}

/// Fills in what a value leaves out, as the API server does.
fn filled(schema: &Value, value: &Value) -> Value {
    match value {
        Value::Array(items) => items
            .iter()
            .map(|item| filled(&schema["items"], item))
            .collect(),
        Value::Object(map) => {
            let mut map = map.clone();
            for (name, field) in schema["properties"].as_object().into_iter().flatten() {
                if let Some(default) = field.get("default").filter(|_| !map.contains_key(name)) {
                    map.insert(name.clone(), default.clone());
                }
            }
            let of = |name: &str| {
                schema["properties"]
                    .get(name)
                    .unwrap_or(&schema["additionalProperties"])
            };
            map.iter()
                .map(|(name, value)| (name.clone(), filled(of(name), value)))
                .collect::<Map<_, _>>()
                .into()
        }
        other => other.clone(),
    }
}

/// Whether the API server keeps all of a value.
fn whole(schema: &Value, value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|item| whole(&schema["items"], item)),
        Value::Object(map) => map.iter().all(|(name, value)| {
            match (
                schema["properties"].get(name),
                schema.get("additionalProperties"),
            ) {
                (Some(of), _) | (None, Some(of)) => whole(of, value),
                (None, None) => schema["x-kubernetes-preserve-unknown-fields"] == true,
            }
        }),
        _ => true,
    }
}

/// Whether the API server takes a value.
fn valid(schema: &Value, value: &Value) -> bool {
    if value.is_null() {
        return schema["nullable"] == true;
    }
    let is_of = match schema["type"].as_str() {
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        Some("string") => value.is_string(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => value.is_i64() || value.is_string(),
    };
    let least = |key: &str, size: usize| {
        schema[key]
            .as_u64()
            .is_none_or(|least| size as u64 >= least)
    };
    let most = |key: &str, size: usize| schema[key].as_u64().is_none_or(|most| size as u64 <= most);
    let fits = match value {
        Value::String(text) => {
            least("minLength", text.len())
                && most("maxLength", text.len())
                && schema["pattern"].as_str().is_none_or(|pattern| {
                    text.chars()
                        .all(|c| c == 'a' || (c == 'b' && pattern == PATTERNS[1]))
                })
                && schema["x-kubernetes-validations"][0]["rule"]
                    .as_str()
                    .is_none_or(|rule| {
                        text.len() <= rule.rsplit(' ').next().unwrap().parse::<usize>().unwrap()
                    })
        }
        Value::Number(number) => {
            let number = number.as_f64().unwrap();
            let over = |least: f64| {
                number > least || (number >= least && schema["exclusiveMinimum"] != true)
            };
            schema["minimum"].as_f64().is_none_or(over)
                && schema["maximum"].as_f64().is_none_or(|most| number <= most)
        }
        Value::Array(items) => {
            let is_set = schema["x-kubernetes-list-type"] == "set";
            let mut seen: Vec<&Value> = Vec::new();
            let alone = items.iter().all(|item| {
                let new = !seen.contains(&item);
                seen.push(item);
                new
            });
            least("minItems", items.len())
                && most("maxItems", items.len())
                && (!is_set || alone)
                && items.iter().all(|item| valid(&schema["items"], item))
        }
        Value::Object(map) => {
            let required = schema["required"].as_array().into_iter().flatten();
            let mut required = required.filter_map(Value::as_str);
            least("minProperties", map.len())
                && most("maxProperties", map.len())
                && required.all(|name| map.contains_key(name))
                && map.iter().all(|(name, value)| {
                    let of = schema["properties"]
                        .get(name)
                        .or(schema.get("additionalProperties"));
                    of.is_none_or(|of| valid(of, value))
                })
        }
        _ => true,
    };
    let listed = schema["enum"]
        .as_array()
        .is_none_or(|values| values.contains(value));
    is_of && fits && listed
}

// NC-6
#[test]
fn what_is_legal_stays_legal_under_every_change_that_is_not_called_breaking() {
    let cases = std::env::var("DSOI_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    let (mut kept, mut broken, mut tried, mut lost) = (0, 0, 0, 0);
    for seed in 0..cases.unwrap_or(20_000) {
        let mut dice = Dice(seed);
        let old = schema(&mut dice, 2);
        let mut new = old.clone();
        for _ in 0..=dice.roll(2) {
            mutate(&mut dice, &mut new, 2);
        }
        let changes = schemas("", &old, &new);
        let breaks = changes.iter().any(|change| change.class == Class::Breaking);
        let mut loses = false;
        for _ in 0..20 {
            let value = filled(&old, &value(&mut dice, &old));
            if !valid(&old, &value) || !whole(&old, &value) {
                continue;
            }
            let stays = valid(&new, &filled(&new, &value)) && whole(&new, &value);
            loses |= !stays;
            assert!(
                stays || breaks,
                "seed {seed}: {value}\n{old}\n{new}\n{changes:#?}"
            );
            tried += 1;
        }
        kept += usize::from(!breaks);
        broken += usize::from(breaks);
        lost += usize::from(loses);
    }
    println!(
        "{tried} values; {kept} changes kept all, {broken} were called breaking, of which {lost} refused a value that was tried"
    );
    assert!(
        kept > 1_000 && lost * 3 > broken,
        "it tells one from the other"
    );
}
