//! JSON as text that a review can read: what fits stands on one line, so that one field is one line of a difference.

use std::io;

use serde_json::Value;

/// Widest text of a value on one line, without its indentation.
const WIDTH: usize = 110;

/// The text, with a line break at its end.
pub(super) fn print(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, 0, &mut out);
    out.push('\n');
    out
}

/// Writes a value that begins `before` characters behind its indentation.
fn write(value: &Value, indent: usize, before: usize, out: &mut String) {
    let items: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (format!("{}: ", Value::from(key.as_str())), value))
            .collect(),
        Value::Array(items) => items.iter().map(|item| (String::new(), item)).collect(),
        _ => Vec::new(),
    };
    if items.is_empty() {
        out.push_str(&value.to_string());
        return;
    }
    if indent > 0
        && let Some(flat) = short(value, WIDTH.saturating_sub(before))
    {
        out.push_str(&flat);
        return;
    }
    let (open, close) = if value.is_object() {
        ('{', '}')
    } else {
        ('[', ']')
    };
    out.push(open);
    let last = items.len() - 1;
    for (index, (key, value)) in items.iter().enumerate() {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', indent + 1));
        out.push_str(key);
        write(value, indent + 1, key.chars().count(), out);
        if index < last {
            out.push(',');
        }
    }
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
    out.push(close);
}

/// The text on one line, if it has no more characters than that; the rest of a longer one is not even written.
fn short(value: &Value, most: usize) -> Option<String> {
    let mut line = Line {
        text: Vec::new(),
        // A character has four bytes at most.
        most: most.saturating_mul(4),
    };
    serde_json::to_writer(&mut line, value).ok()?;
    let text = String::from_utf8(line.text).ok()?;
    (text.chars().count() <= most).then_some(text)
}

/// A text that takes no more than so many bytes.
struct Line {
    text: Vec<u8>,
    most: usize,
}

impl io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.text.len() + bytes.len() > self.most {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_printed_is_read_back_and_what_fits_stands_on_one_line() {
        let value = json!({
            "a": {"b": ["x".repeat(100), {"c": []}], "d": {}},
            "e": {"f": [1, null, true]},
        });
        let text = print(&value);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert!(
            text.contains("\n \"e\": {\"f\":[1,null,true]}\n}\n"),
            "{text}"
        );
    }
}
