//! What lets pods, or whoever writes custom resources, do more.

use super::*;
use crate::gate::fixture::operator;

const MANIFEST: &str = include_str!("../../../../testdata/manifests/quickstart.yaml");
const STORE: &str = "    store:\n";

/// What `store` gains with these lines.
fn told(lines: &str) -> Vec<String> {
    let new = MANIFEST.replacen(STORE, &format!("{STORE}      {lines}\n"), 1);
    let gained = gained(Some(&operator(MANIFEST).cluster), &operator(&new).cluster);
    let line = |power: &Power| format!("{} {}: {}", power.node_type, power.key, power.value);
    gained.iter().map(line).collect()
}

// SE-28
#[test]
fn what_loosens_a_pod_is_told() {
    for (lines, key) in [
        (
            "securityContext: {privileged: true}",
            "securityContext.privileged: true",
        ),
        (
            "securityContext: {allowPrivilegeEscalation: true}",
            "securityContext.allowPrivilegeEscalation: true",
        ),
        (
            "securityContext: {capabilities: {add: [NET_ADMIN]}}",
            "securityContext.capabilities.add: NET_ADMIN",
        ),
        (
            "securityContext: {capabilities: {drop: [KILL]}}",
            "securityContext.capabilities.drop: [KILL]",
        ),
        (
            "securityContext: {runAsUser: 0}",
            "securityContext.runAsUser: 0",
        ),
        (
            "pod: {securityContext: {fsGroup: 0}}",
            "pod.securityContext.fsGroup: 0",
        ),
        (
            "pod: {securityContext: {supplementalGroups: [7, 0]}}",
            "pod.securityContext.supplementalGroups: [7, 0]",
        ),
        (
            "pod: {securityContext: {runAsNonRoot: false}}",
            "pod.securityContext.runAsNonRoot: false",
        ),
        (
            "pod: {securityContext: {seccompProfile: {type: Unconfined}}}",
            "pod.securityContext.seccompProfile.type: Unconfined",
        ),
        ("pod: {hostNetwork: true}", "pod.hostNetwork: true"),
        ("pod: {hostPID: true}", "pod.hostPID: true"),
        ("pod: {hostIPC: true}", "pod.hostIPC: true"),
        (
            "pod: {serviceAccountName: admin}",
            "pod.serviceAccountName: admin",
        ),
        (
            "pod: {volumes: [{name: h, hostPath: {path: /}}]}",
            "pod.volumes.h.hostPath: {path: /}",
        ),
        (
            "pod: {containers: [{name: x, image: a/b, securityContext: {privileged: true}}]}",
            "pod.containers.x.securityContext.privileged: true",
        ),
    ] {
        assert_eq!(told(lines), [format!("store {key}")], "{lines}");
    }
}

#[test]
fn what_tightens_a_pod_or_says_nothing_of_power_is_not() {
    for lines in [
        "securityContext: {privileged: false, runAsUser: 1000, capabilities: {drop: [ALL]}}",
        "pod: {hostNetwork: false, securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}}",
        "pod: {volumes: [{name: h, emptyDir: {}}]}",
    ] {
        assert_eq!(told(lines), Vec::<String>::new(), "{lines}");
    }
}

// SE-28
#[test]
fn a_new_node_type_may_do_what_the_one_does_that_it_is_like_and_no_more() {
    let with = |old: &str, lines: &str| {
        let new = old.replacen(STORE, &format!("{lines}{STORE}"), 1);
        (new.clone(), operator(&new).cluster)
    };
    let loose =
        |name: &str| format!("    {name}: {{pod: {{hostNetwork: true}}, ports: {{http: 8081}}}}\n");
    let (text, one) = with(MANIFEST, &loose("a"));
    let count = |lines: &str| gained(Some(&one), &with(&text, lines).1).len();
    assert_eq!(gained(Some(&operator(MANIFEST).cluster), &one).len(), 1);
    assert_eq!(gained(None, &one).len(), 1);
    assert_eq!(count(&loose("b")), 1);
    assert_eq!(count("    b: {like: a}\n"), 0);
    assert_eq!(count("    b: {like: a}\n    c: {like: b}\n"), 0);
    assert_eq!(count("    b: {like: a, pod: {hostPID: true}}\n"), 1);
    assert_eq!(
        count("    b: {like: gateway, pod: {hostNetwork: true}}\n"),
        1
    );
}

// SE-28
#[test]
fn what_a_custom_resource_decides_by_fields_of_its_own_is_told() {
    let fields = "  spec: {sn: optional string, sc: optional k8s.SecurityContext, psc: optional k8s.PodSecurityContext, vols: optional list<k8s.Volume>, key: optional secretKey, res: optional k8s.ResourceRequirements}\n  nodeTypes:\n";
    let base = MANIFEST.replacen("  nodeTypes:\n", fields, 1);
    let old = operator(&base).cluster;
    for (lines, key, decides) in [
        (
            "securityContext: ${spec.sc}",
            "securityContext",
            "what pods may do on their node",
        ),
        (
            "pod: {securityContext: \"${spec.psc}\"}",
            "pod.securityContext",
            "what pods may do on their node",
        ),
        (
            "pod: {volumes: \"${spec.vols}\"}",
            "pod.volumes",
            "which Secrets and which of the node's files pods read",
        ),
        (
            "pod: {volumes: [{name: s, secret: {secretName: \"${spec.sn ?? cr.name}\"}}]}",
            "pod.volumes.s.secret.secretName",
            "which Secrets pods read",
        ),
        (
            "env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: \"${spec.sn ?? cr.name}\", key: t}}}]",
            "env.TOKEN.secretKeyRef.name",
            "which Secrets pods read",
        ),
        (
            "env: {TOKEN: \"${spec.key}\"}",
            "env.TOKEN",
            "which Secrets pods read",
        ),
        (
            "envFrom: [{secretRef: {name: \"${spec.sn ?? cr.name}\"}}]",
            "envFrom.secretRef.name",
            "which Secrets pods read",
        ),
        (
            "command: [serve, \"${spec.sn ?? cr.name}\"]",
            "command",
            "which program runs in pods",
        ),
        (
            "pod: {containers: [{name: x, image: \"${spec.sn ?? 'a/b'}\"}]}",
            "pod.containers.x.image",
            "which program runs in pods",
        ),
    ] {
        let new = base.replacen(STORE, &format!("{STORE}      {lines}\n"), 1);
        let found = gained(Some(&old), &operator(&new).cluster);
        let [one] = found.as_slice() else {
            panic!("{lines}: {found:?}");
        };
        assert_eq!((one.key.as_str(), one.decides), (key, Some(decides)));
    }
    for lines in [
        "pod: {volumes: [{name: s, secret: {secretName: \"${cr.name}-tls\"}}]}",
        "resources: ${spec.res}",
        "env: {NAME: \"${spec.sn}\"}",
        "livenessProbe: ${k8s.livenessProbe}",
    ] {
        let new = base.replacen(STORE, &format!("{STORE}      {lines}\n"), 1);
        assert_eq!(gained(Some(&old), &operator(&new).cluster), [], "{lines}");
    }
}

// SE-28
#[test]
fn a_field_that_gives_whoever_edits_a_custom_resource_power_is_told_once_it_is_there() {
    let with = |fields: &str| {
        let group = format!("  k8sConfigGroup: {{fields: [image, {fields}]}}\n  nodeTypes:\n");
        operator(&MANIFEST.replacen("  nodeTypes:\n", &group, 1)).cluster
    };
    let (few, more) = (with("env"), with("env, securityContext, affinity"));
    assert_eq!(
        opened(Some(&few), &more),
        [Opened {
            path: "spec.k8sConfigGroup[].securityContext".to_owned(),
            decides: "what pods may do on their node",
        }]
    );
    let all = opened(
        Some(&few),
        &with("lifecycle, service, dnsConfig, tolerations, resources"),
    );
    let all: Vec<&str> = all.iter().map(|field| field.decides).collect();
    assert_eq!(
        all,
        [
            "what is run in containers, or asked by the kubelet",
            "who reaches pods, and under which addresses",
            "whom pods ask for addresses",
        ]
    );
    assert!(opened(Some(&more), &few).is_empty());
    assert!(opened(Some(&more), &more).is_empty());
}
