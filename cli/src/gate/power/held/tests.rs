//! What holds pods down, before and after a change of the manifest.

use super::*;
use crate::gate::fixture::operator;

const MANIFEST: &str = include_str!("../../../../../testdata/manifests/quickstart.yaml");
const STORE: &str = "    store:\n";

/// What holds `store` no more where these lines became those, under a profile.
#[track_caller]
fn told(profile: &str, was: &str, is: &str) -> Vec<String> {
    let security = format!("  kind: Tally\n  security: {{profile: {profile}}}\n");
    let base = MANIFEST.replacen("  kind: Tally\n", &security, 1);
    let of = |lines: &str| {
        let lines = lines.replace('\n', "\n      ");
        operator(&base.replacen(STORE, &format!("{STORE}      {lines}\n"), 1)).cluster
    };
    let found = released(Some(&of(was)), &of(is));
    let line = |power: &Power| format!("{} {}: {}", power.node_type, power.key, power.value);
    found.iter().map(line).collect()
}

// SE-28
#[test]
fn what_held_pods_and_is_no_longer_said_is_told() {
    for (was, is, key) in [
        (
            "securityContext: {runAsNonRoot: true}",
            "",
            "securityContext.runAsNonRoot: no longer said",
        ),
        (
            "securityContext: {runAsUser: 1000}",
            "",
            "securityContext.runAsUser: no longer said",
        ),
        (
            "securityContext: {allowPrivilegeEscalation: false}",
            "",
            "securityContext.allowPrivilegeEscalation: no longer said",
        ),
        (
            "securityContext: {readOnlyRootFilesystem: true}",
            "securityContext: {readOnlyRootFilesystem: false}",
            "securityContext.readOnlyRootFilesystem: no longer said",
        ),
        (
            "securityContext: {capabilities: {drop: [ALL]}}",
            "securityContext: {capabilities: {drop: [KILL]}}",
            "securityContext.capabilities.drop: no longer said",
        ),
        (
            "pod: {securityContext: {seccompProfile: {type: RuntimeDefault}}}",
            "",
            "pod.securityContext.seccompProfile.type: no longer said",
        ),
        (
            "pod: {hostUsers: false}",
            "",
            "pod.hostUsers: no longer said",
        ),
        (
            "pod: {hostUsers: false}",
            "pod: {hostUsers: true}",
            "pod.hostUsers: true",
        ),
        (
            "",
            "pod: {shareProcessNamespace: true}",
            "pod.shareProcessNamespace: true",
        ),
        (
            "pod: {automountServiceAccountToken: false}",
            "",
            "pod.automountServiceAccountToken: no longer said",
        ),
    ] {
        for profile in ["app", "baseline"] {
            assert_eq!(
                told(profile, was, is),
                [format!("store {key}")],
                "{was} → {is}"
            );
        }
    }
}

// SE-28
#[test]
fn what_the_profile_supplies_need_not_be_said() {
    let was = "securityContext: {runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}, readOnlyRootFilesystem: true}";
    assert_eq!(
        told("restricted", was, ""),
        ["store securityContext.readOnlyRootFilesystem: no longer said"]
    );
    assert_eq!(told("app", was, "").len(), 5);
}

#[test]
fn what_is_said_elsewhere_or_more_tightly_still_holds() {
    for (was, is) in [
        (
            "securityContext: {runAsNonRoot: true}",
            "pod: {securityContext: {runAsNonRoot: true}}",
        ),
        (
            "securityContext: {runAsUser: 1000}",
            "securityContext: {runAsUser: 2000}",
        ),
        (
            "securityContext: {runAsUser: 1000}",
            "securityContext: {runAsNonRoot: true}",
        ),
        (
            "securityContext: {capabilities: {drop: [KILL]}}",
            "securityContext: {capabilities: {drop: [ALL]}}",
        ),
        ("pod: {shareProcessNamespace: true}", ""),
        ("", "pod: {hostUsers: false}"),
    ] {
        assert_eq!(told("app", was, is), Vec::<String>::new(), "{was} → {is}");
    }
}

// SE-28
#[test]
fn a_container_more_is_held_as_all_were() {
    let held = "securityContext: {runAsNonRoot: true}";
    let more =
        |context: &str| format!("{held}\npod: {{containers: [{{name: x, image: a/b{context}}}]}}");
    assert_eq!(
        told("app", held, &more("")),
        ["store pod.containers.x.securityContext.runAsNonRoot: no longer said"]
    );
    assert_eq!(
        told("app", held, &more(&format!(", {held}"))),
        Vec::<String>::new()
    );
    let of_pod = "pod: {securityContext: {runAsNonRoot: true}}";
    let all = "pod: {securityContext: {runAsNonRoot: true}, containers: [{name: x, image: a/b}]}";
    assert_eq!(told("app", of_pod, all), Vec::<String>::new());
}
