//! Secrets in clear text: a manifest is read by many, so such a value is not taken over where it is one, and named where it
//! stands in a longer text.

use super::lost::{Losses, Weight};

/// What is said of a variable that is a secret.
const CLEAR: &str = "it looks like a secret in clear text, so its value is not taken: the custom resource names a key of a Secret";
const CLEAR_INSTEAD: &str = "make that Secret; or, if the value is none, write it into `env`";

/// Notes a variable whose value is not taken over.
pub(super) fn variable(from: &str, losses: &mut Losses) {
    losses.add(Weight::Security, from, CLEAR, CLEAR_INSTEAD);
}

/// Notes the secrets that a text has in it, which is taken over. `before` is what the text is the value of.
pub(super) fn note(text: &str, before: &str, from: &str, losses: &mut Losses) {
    let several = text.trim_end().contains('\n');
    for (index, line) in text.lines().enumerate() {
        let whole = !several && before.starts_with('-') && is_secret(before, line);
        if whole || has_secret(line) {
            let what = if several {
                format!("{from}, line {}", index + 1)
            } else {
                from.to_owned()
            };
            losses.add(
                Weight::Security,
                what,
                "it looks as if a secret stood in it in clear text: it is taken over, and whoever reads the manifest reads it",
                "a field `secretKey` of `cluster.spec`, and `${spec.FIELD}` in `env`",
            );
        }
    }
}

/// Whether a variable, flag or key with that name and value holds a secret.
pub(super) fn is_secret(name: &str, value: &str) -> bool {
    const WORDS: &[&str] = &[
        "PASSWORD",
        "PASSWD",
        "SECRET",
        "TOKEN",
        "ACCESS_KEY",
        "API_KEY",
        "SECRET_KEY",
        "PRIVATE_KEY",
    ];
    let name = name.to_ascii_uppercase().replace(['-', '.'], "_");
    // The digest of a password tells it to whoever tries enough of them.
    let digests = ["_HASH", "_SHA2", "_SHA256", "_BCRYPT"].iter();
    let name = digests.fold(name.as_str(), |name, end| {
        name.strip_suffix(end).unwrap_or(name)
    });
    // What names a file or another variable is none.
    let elsewhere =
        value.is_empty() || value.starts_with('/') || value.contains("$(") || value.contains("${");
    let flag = ["true", "false", "yes", "no", "0", "1"].contains(&value);
    !elsewhere && !flag && WORDS.iter().any(|word| name.ends_with(word))
}

/// Whether a line has one in it: as a password in an address, or as the value of a key or flag.
fn has_secret(line: &str) -> bool {
    let in_address = line.split("://").skip(1).any(|rest| {
        let end = rest.find(|c: char| c.is_whitespace() || "/\"'?#".contains(c));
        let authority = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        let password = user.and_then(|user| user.split_once(':'));
        password.is_some_and(|(_, password)| {
            !password.is_empty() && !password.starts_with(['$', '<', '%', '{'])
        })
    });
    let of_key = |word: &str, mark: char| {
        let Some((key, value)) = word.split_once(mark) else {
            return false;
        };
        let key = key.trim().trim_matches(['"', '\'']);
        let value = value.trim().trim_matches(['"', '\'', ',']);
        let plain = !value.contains(|c: char| c.is_whitespace())
            && !value.starts_with(['$', '<', '{', '%', '[']);
        !key.contains(char::is_whitespace) && plain && is_secret(key, value)
    };
    let comment = line.trim_start().starts_with(['#', ';']);
    in_address
        || (!comment
            && (of_key(line, '=')
                || of_key(line, ':')
                || line.split_whitespace().any(|word| of_key(word, '='))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_told_from_what_names_one() {
        assert!(is_secret("DB_PASSWORD", "x") && is_secret("token", "x"));
        assert!(is_secret("ROOT_PASSWORD_SHA2", "8c69"));
        for (variable, value) in [
            ("DB_PASSWORD_FILE", "x"),
            ("TOKEN", ""),
            ("ALLOW_EMPTY_PASSWORD", "yes"),
            ("TOKEN", "$(X)"),
            ("SECRET", "/run/x"),
        ] {
            assert!(!is_secret(variable, value), "{variable}");
        }
        for line in [
            "postgres://shop:pw@db/shop",
            "run --db-password=pw --x",
            "password: pw",
            "  \"api-key\": \"x\",",
            "sasl.token = pw",
        ] {
            assert!(has_secret(line), "{line}");
        }
        for line in [
            "http://web:80/",
            "postgres://shop:$(PW)@db/shop",
            "postgres://shop@db/shop",
            "password: ${PW}",
            "# password: pw",
            "password_file: /run/pw",
            "say the password: it is asked for",
            "mailto: a@b",
        ] {
            assert!(!has_secret(line), "{line}");
        }
    }
}
