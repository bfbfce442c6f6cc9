//! The children of the sample, as they would be sent.
//!
//! `SNAPSHOTS=overwrite cargo test` writes the expected documents anew; so does a first run without them, except
//! where `CI` is set: there nobody would look at them, so they have to be committed.

use std::path::Path;
use std::process::Command;

const OPERATOR: &str = env!("CARGO_BIN_EXE_depot-operator");
const SAMPLE: &str = "config/samples/depot.yaml";
const EXPECTED: &str = "tests/children/depot.yaml";

fn render() -> String {
    let output = Command::new(OPERATOR)
        .args(["render", "-f", SAMPLE])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the operator starts");
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{problems}");
    String::from_utf8(output.stdout).expect("the children are text")
}

#[test]
fn the_sample_has_the_expected_children() {
    let children = render();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(EXPECTED);
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite");
    let records = std::env::var_os("CI").is_none() && !path.exists();
    if overwrite || records {
        let folder = path.parent().expect("the file has a folder");
        std::fs::create_dir_all(folder).expect("the folder can be made");
        std::fs::write(&path, &children).expect("the file can be written");
    }
    let expected = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{EXPECTED}: {error}; run cargo test, look, and commit it"));
    assert_eq!(children, expected);
}

#[test]
fn a_second_rendering_is_the_same() {
    assert_eq!(render(), render());
}
