//! A text of no known format, line by line.

use super::Encoded;
use crate::build::MaybeText;

/// Lines of a file. A value of several lines is possible only where it stands alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    lines: Vec<String>,
    faults: Vec<String>,
}

impl Text {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one line; an absent one is left out. A line break in it refuses the custom resource.
    pub fn line(mut self, line: impl MaybeText) -> Self {
        if let Some(line) = line.maybe_text() {
            if line.contains(['\n', '\r']) {
                let start: String = line
                    .chars()
                    .take_while(|c| !c.is_control())
                    .take(40)
                    .collect();
                self.faults.push(format!(
                    "has a line break inside the line that starts `{start}`"
                ));
            }
            self.lines.push(line);
        }
        self
    }

    /// Adds a value of one or more lines; an absent one is left out.
    pub fn block(mut self, block: impl MaybeText) -> Self {
        self.lines.extend(block.maybe_text());
        self
    }

    /// Adds a value of one or more lines, each after `indent`; an absent one is left out.
    pub fn block_indented(self, indent: &str, block: impl MaybeText) -> Self {
        let block = block.maybe_text().map(|block| {
            let lines = block.lines().map(|line| format!("{indent}{line}"));
            lines.collect::<Vec<_>>().join("\n")
        });
        self.block(block)
    }

    pub(crate) fn encode(self) -> Encoded {
        Encoded {
            text: self.lines.join("\n"),
            faults: self.faults,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SE-12: a value cannot add a line, unless it may be several.
    #[test]
    fn a_line_break_is_legal_in_a_block_only() {
        let text = Text::new()
            .block("a=1\nb=2")
            .line("c=3")
            .block(None::<String>)
            .block_indented("  ", "x\ny")
            .line(None::<&str>)
            .encode();
        assert_eq!(
            (text.text.as_str(), text.faults.len()),
            ("a=1\nb=2\nc=3\n  x\n  y", 0)
        );
        assert_eq!(Text::new().line("name=x\nevil=1").encode().faults.len(), 1);
        assert_eq!(Text::new().line("name=x\revil=1").encode().faults.len(), 1);
    }
}
