//! The line by which an editor finds the schema.

use super::*;

#[test]
fn a_manifest_gets_the_line_once_and_keeps_its_mark_and_line_ends() {
    let line = "# yaml-language-server: $schema=config/schema/dsoi.yaml.json";
    for (manifest, expected) in [
        ("a: 1\n", Some(format!("{line}\na: 1\n"))),
        ("", Some(format!("{line}\n"))),
        (
            "# c\r\na: 1\r\n",
            Some(format!("{line}\r\n# c\r\na: 1\r\n")),
        ),
        ("\u{feff}a: 1\n", Some(format!("\u{feff}{line}\na: 1\n"))),
        (
            "# mine\n#yaml-language-server: $schema=x.json\na: 1\n",
            None,
        ),
    ] {
        assert_eq!(wired(manifest), expected, "{manifest:?}");
    }
    let once = wired("a: 1\n").unwrap();
    assert_eq!(wired(&once), None);
}
