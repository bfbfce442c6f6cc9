//! Words, times and sizes of compose.

/// The words of a command line, as a shell would split it; nothing is expanded.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(end), _) if c == end => quote = None,
            (quote, '\\') if quote != Some('\'') => {
                word.get_or_insert_default().extend(chars.next());
            }
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// A time as `1m30s`, in seconds and at least one.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let mut rest = text.trim();
    let mut total = 0_f64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, behind) = rest.split_at(end);
        let number: f64 = number.parse().ok()?;
        let unit = behind
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit);
        total += number
            * match unit {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 0.001,
                "us" | "ns" => 0.0,
                _ => return None,
            };
        rest = behind;
    }
    if !(0.0..1e9).contains(&total) {
        return None;
    }
    // It fits: at most 1e9.
    #[expect(clippy::cast_possible_truncation, reason = "at most 1e9")]
    let seconds = total.ceil() as i64;
    Some(seconds.max(1))
}

/// A size as `512M` as a quantity of Kubernetes.
pub(super) fn size(text: &str) -> Option<String> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    number.parse::<f64>().ok()?;
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => "",
        "k" | "kb" | "ki" | "kib" => "Ki",
        "m" | "mb" | "mi" | "mib" => "Mi",
        "g" | "gb" | "gi" | "gib" => "Gi",
        "t" | "tb" | "ti" | "tib" => "Ti",
        _ => return None,
    };
    Some(format!("{number}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_split_as_a_shell_does() {
        assert_eq!(
            words("run --a='b c' \"d \\\" e\" f\\ g '' h"),
            ["run", "--a=b c", "d \" e", "f g", "", "h"]
        );
        assert!(words("  ").is_empty());
        assert_eq!(words("a 'open"), ["a", "open"]);
    }

    #[test]
    fn times_and_sizes_have_units() {
        assert_eq!(seconds("1m30s"), Some(90));
        assert_eq!(seconds("200ms"), Some(1));
        assert_eq!(seconds("1.5h"), Some(5400));
        for bad in ["", "10", "x", "1y", "99999999999999999999h"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
        assert_eq!(size("512M").as_deref(), Some("512Mi"));
        assert_eq!(size("1.5gb").as_deref(), Some("1.5Gi"));
        assert_eq!(size("x"), None);
    }
}
