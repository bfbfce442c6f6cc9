//! SE-12: whatever a value is, reading the file again gives the tree that was meant.

use serde_json::{Map, Value, json};

/// What breaks out of places in files that were written by hand.
const PAYLOADS: [&str; 44] = [
    "",
    " ",
    "  lead",
    "trail  ",
    "\t",
    "\n",
    "a\nb",
    "a\r\nb",
    "\r",
    "a\n",
    "\n\n",
    "---",
    "...",
    "- a",
    "a: b",
    "a:b",
    "#x",
    "a #b",
    "!tag",
    "&a",
    "*a",
    "{a: b}",
    "[a]",
    "\"",
    "'",
    "\\",
    "\\n",
    "true",
    "no",
    "null",
    "~",
    "1",
    "1.10",
    "1e3",
    "0x10",
    "0o7",
    ".inf",
    "=",
    "a=b",
    "k\\=v",
    "<a>&amp;</a>",
    "${x} $(y) {{ z }}",
    "ü€😀\u{202e}",
    "\u{1}\u{7f}\u{85}\u{2028}",
];

/// A tree that has every payload as a value, as a key, and in a list.
fn tree(lists: bool) -> Value {
    let mut values = Map::new();
    let mut keys = Map::new();
    for (index, payload) in PAYLOADS.iter().enumerate() {
        values.insert(format!("k{index:02}"), json!(payload));
        if !payload.is_empty() {
            keys.insert((*payload).to_owned(), json!(index));
        }
    }
    let mut tree = json!({"values": values, "keys": keys, "more": {"n": -1.5, "b": false}});
    if lists {
        tree["list"] = json!(PAYLOADS.as_slice());
    }
    tree
}

#[test]
fn yaml_reads_back_as_its_tree() {
    for payload in PAYLOADS {
        let tree = json!({"k": payload, "l": [payload], payload: {"x": payload}});
        let text = super::yaml(&tree).text;
        let read: Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(read, tree, "{text}");
    }
    let encoded = super::yaml(&tree(true));
    assert!(encoded.faults.is_empty());
    assert_eq!(
        serde_saphyr::from_str::<Value>(&encoded.text).unwrap(),
        tree(true)
    );
}

#[test]
fn json_reads_back_as_its_tree() {
    let text = super::json(&tree(true)).text;
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), tree(true));
}

/// Read by the rules of `java.util.Properties`, written here a second time.
#[test]
fn properties_read_back_as_their_tree() {
    let text = super::properties(&tree(false)).text;
    let read = read_properties(&text);
    let mut expected = std::collections::BTreeMap::new();
    for (section, values) in tree(false).as_object().unwrap() {
        for (key, value) in values.as_object().unwrap() {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), ToOwned::to_owned);
            expected.insert(format!("{section}.{key}"), value);
        }
    }
    assert_eq!(read, expected);
    assert!(text.is_ascii());
}

fn read_properties(text: &str) -> std::collections::BTreeMap<String, String> {
    let mut read = std::collections::BTreeMap::new();
    for line in text.split('\n').filter(|line| !line.is_empty()) {
        let mut parts = [Vec::new(), Vec::new()];
        let mut chars = line.chars().peekable();
        let mut part = 0;
        while let Some(c) = chars.next() {
            let unit = match c {
                '\\' => match chars.next().unwrap() {
                    'n' => u16::from(b'\n'),
                    'r' => u16::from(b'\r'),
                    't' => u16::from(b'\t'),
                    'u' => {
                        let digits: String = chars.by_ref().take(4).collect();
                        u16::from_str_radix(&digits, 16).unwrap()
                    }
                    other => u16::try_from(u32::from(other)).unwrap(),
                },
                '=' | ':' | ' ' if part == 0 => {
                    part = 1;
                    continue;
                }
                other => u16::try_from(u32::from(other)).unwrap(),
            };
            parts[part].push(unit);
        }
        let [key, value] = parts.map(|units| String::from_utf16(&units).unwrap());
        read.insert(key, value);
    }
    read
}
