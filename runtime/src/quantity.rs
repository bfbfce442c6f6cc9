//! How much of a resource, as Kubernetes writes it: `1Gi`, `500M`, `1.5e9`.
//!
//! In: the text. Out: a value that compares, exact to a billionth, so that `1Gi` and `1024Mi` are
//! one. A text that is none, or is too large to be told exactly, has no value: then nobody but the
//! API server judges it.

/// Billionths in one.
const NANO: u128 = 1_000_000_000;

/// An amount that is not negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quantity(u128);

impl Quantity {
    /// Reads an amount; None where the text is none, or negative.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('+').unwrap_or(text);
        let end = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (number, suffix) = text.split_at_checked(end)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{fraction}");
        let value: u128 = digits.parse().ok()?;
        let places = i32::try_from(fraction.len()).ok()?;
        let (factor, power) = scale(suffix)?;
        let value = value.checked_mul(factor)?.checked_mul(NANO)?;
        shift(value, power.checked_sub(places)?).map(Self)
    }
}

/// What a suffix multiplies with: a factor, and a power of ten.
fn scale(suffix: &str) -> Option<(u128, i32)> {
    let binary = |power: u32| Some((1_u128 << (10 * power), 0));
    match suffix {
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        "n" => Some((1, -9)),
        "u" => Some((1, -6)),
        "m" => Some((1, -3)),
        "" => Some((1, 0)),
        "k" => Some((1, 3)),
        "M" => Some((1, 6)),
        "G" => Some((1, 9)),
        "T" => Some((1, 12)),
        "P" => Some((1, 15)),
        "E" => Some((1, 18)),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            Some((1, exponent.parse().ok()?))
        }
    }
}

/// `value` times a power of ten; a remainder rounds up, as the server does.
fn shift(value: u128, power: i32) -> Option<u128> {
    let ten = |power: u32| 10_u128.checked_pow(power);
    if value == 0 {
        Some(0)
    } else if power < 0 {
        // More places than the type has digits leave less than the least amount.
        Some(ten(power.unsigned_abs()).map_or(1, |divisor| value.div_ceil(divisor)))
    } else {
        value.checked_mul(ten(power.unsigned_abs())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Quantity {
        Quantity::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn one_amount_in_other_words_is_the_same() {
        for words in [
            &["1Gi", "1024Mi", "1048576Ki", "1073741824", "1.0Gi", "+1Gi"][..],
            &["1.5Gi", "1536Mi", "1610612736"],
            &["1G", "1000M", "1e9", "1E9", "1000000k", "1.0e+9", "10e8"],
            &["1E", "1e18", "1000P"],
            &["100m", "0.1", ".1", "1e-1", "100000u", "100000000n"],
            &["0", "0Gi", "0.0", "0e3"],
            &["1n", "0.1n", "0.0000000001"],
            &["1Ei", "1152921504606846976"],
        ] {
            for word in words {
                assert_eq!(value(word), value(words[0]), "{word}");
            }
        }
    }

    #[test]
    fn amounts_compare_by_value() {
        let rising = [
            "0", "1n", "1m", "999m", "1", "1k", "1Ki", "1M", "1Mi", "9G", "10G", "10Gi", "1T",
            "1Ti", "1P", "8Ei",
        ];
        for pair in rising.windows(2) {
            assert!(value(pair[0]) < value(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn what_is_no_amount_has_no_value() {
        for text in [
            "",
            " ",
            "Gi",
            ".",
            "-1Gi",
            "1gi",
            "1 Gi",
            "1..2",
            "1.2.3",
            "1K",
            "1e",
            "1ee3",
            "1Gi ",
            "ä",
            "1é",
            "1e99999999999",
            "1e60",
            "99999999999999999999999999999999999999999",
        ] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }
}
