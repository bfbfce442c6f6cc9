//! What each feature of the crate brings along (OK-29).

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// The packages below the crate with these features alone.
fn tree(features: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()))
        .current_dir(folder)
        .args(["tree", "--package", "dsoi-runtime", "--edges", "normal"])
        .args(["--prefix", "none", "--format", "{p}", "--offline"])
        .args(["--no-default-features", "--features", features])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| Some(line.split_whitespace().next()?.to_owned()))
        .collect()
}

// OK-29.
#[test]
fn the_shared_types_bring_no_client_and_no_runtime() {
    let packages = tree("spec");
    for needed in ["k8s-openapi", "serde", "serde_json"] {
        assert!(packages.contains(needed), "{needed} is not in {packages:?}");
    }
    for heavy in [
        "clap",
        "hyper",
        "kube",
        "kube-client",
        "kube-core",
        "ring",
        "rustls",
        "tokio",
        "tracing",
    ] {
        assert!(!packages.contains(heavy), "{heavy} is in {packages:?}");
    }
    println!("spec alone: {} packages", packages.len());
}

#[test]
fn an_operator_has_one_tls_stack_and_none_of_the_tools_of_tests() {
    let packages = tree("default");
    assert!(packages.contains("rustls") && packages.contains("ring"));
    for unwanted in [
        "aws-lc-rs",
        "axum",
        "native-tls",
        "openssl",
        "openssl-sys",
        "tempfile",
    ] {
        assert!(
            !packages.contains(unwanted),
            "{unwanted} is in {packages:?}"
        );
    }
    println!("an operator: {} packages", packages.len());
}

#[test]
fn kinds_outside_of_kubernetes_bring_nothing_that_the_client_does_not() {
    let (without, with) = (tree("default"), tree("external"));
    let more: Vec<_> = with.difference(&without).collect();
    assert!(more.is_empty(), "{more:?}");
}
