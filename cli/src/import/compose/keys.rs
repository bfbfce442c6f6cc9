//! Keys of a service that no node type has: why, what it means, and where they belong.

use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;

/// Keys that are seen to elsewhere.
pub(super) const PROBES: &[&str] = &["healthcheck"];
pub(super) const RESOURCES: &[&str] = &["deploy", "scale", "mem_limit", "mem_reservation", "cpus"];
pub(super) const RIGHTS: &[&str] = &["user", "privileged", "cap_add", "cap_drop", "read_only"];

use Weight::{Changed, LeftOut, Resource, Security, Stops};

const OTHERS: &[(&str, Weight, &str, &str)] = &[
    (
        "env_file",
        Stops,
        "no other file is read, so its variables are missing",
        "write them as `env` of the node type",
    ),
    (
        "secrets",
        Stops,
        "secrets are not read, so what the service reads under /run/secrets is not there",
        "mount a Secret with `k8sConfigGroup[].volumes` and `.volumeMount`, or give a variable a field `secretKey` of `cluster.spec`",
    ),
    (
        "working_dir",
        Stops,
        "the main container starts in the directory of its image: a node type has no key for another",
        "the hook `mutate` can set it",
    ),
    (
        "extends",
        Stops,
        "no other file is read, so what the service extends is missing",
        "`like: TYPE` copies a node type",
    ),
    (
        "links",
        Stops,
        "other services have other names here",
        "`$for: p in pods.TYPE` with `${p.host}` names the pods of a node type",
    ),
    (
        "devices",
        Security,
        "devices of the machine are not given to pods, so whoever needs one does not work",
        "a device plug-in, and `resources` of the node type",
    ),
    (
        "network_mode",
        Security,
        "the service had a network of its own kind, as `host` the machine's; pods have one each",
        "`pod: {hostNetwork: true}` of the node type gives pods the machine's, and with it all that listens there",
    ),
    (
        "pid",
        Security,
        "the service saw other processes; pods do not",
        "`pod: {hostPID: true}` of the node type",
    ),
    (
        "ipc",
        Security,
        "the service shared memory with others; pods do not",
        "`pod: {hostIPC: true}` of the node type",
    ),
    (
        "security_opt",
        Security,
        "what it allows or forbids is gone",
        "`securityContext` of the node type",
    ),
    (
        "userns_mode",
        Security,
        "what it allows or forbids is gone",
        "`pod: {hostUsers: false}` of the node type",
    ),
    (
        "uts",
        Security,
        "the service shared the names of the machine; pods do not",
        "",
    ),
    (
        "cgroup",
        Security,
        "the service may have shared the machine's control groups; pods do not",
        "",
    ),
    (
        "device_cgroup_rules",
        Security,
        "devices of the machine are not given to pods, so whoever needs one does not work",
        "a device plug-in, and `resources` of the node type",
    ),
    (
        "group_add",
        Security,
        "groups of the service's process are gone: what it may read by them it may not read",
        "`pod: {securityContext: {supplementalGroups: [NUMBER]}}` of the node type",
    ),
    (
        "runtime",
        Security,
        "what keeps containers apart from the machine is the cluster's",
        "`pod: {runtimeClassName: NAME}` of the node type",
    ),
    (
        "credential_spec",
        Security,
        "pods have no such account of a directory",
        "`pod.securityContext.windowsOptions` of the node type",
    ),
    (
        "sysctls",
        Changed,
        "the kernel's settings are those of the machine",
        "`pod.securityContext.sysctls` of the node type",
    ),
    (
        "pull_policy",
        Resource,
        "when the image is pulled",
        "`k8sConfigGroup[].imagePullPolicy`",
    ),
    (
        "labels",
        Resource,
        "labels of the pods",
        "`k8sConfigGroup[].podMetadata`",
    ),
    (
        "tmpfs",
        Resource,
        "a folder in memory: without it the service writes into its container, if it may",
        "in `k8sConfigGroup[]`: `volumes: [{name: tmp, emptyDir: {medium: Memory}}]` and `volumeMount: [{name: tmp, mountPath: PATH}]`",
    ),
    (
        "networks",
        LeftOut,
        "pods reach each other without them, and nothing keeps them apart",
        "`k8sConfigGroup[].networkPolicy` restricts who may",
    ),
    ("restart", LeftOut, "pods are always started again", ""),
    (
        "container_name",
        LeftOut,
        "names are the operator's",
        "`cluster.names.container`",
    ),
    ("hostname", LeftOut, "names are the operator's", ""),
    (
        "profiles",
        LeftOut,
        "a custom resource leaves out the nodes that it does not want",
        "",
    ),
    (
        "post_start",
        Stops,
        "nothing is run in a container when it has started",
        "`lifecycle: {postStart: {exec: {command: […]}}}` of the node type",
    ),
    (
        "pre_stop",
        Stops,
        "nothing is run in a container before it stops",
        "`lifecycle: {preStop: {exec: {command: […]}}}` of the node type",
    ),
    (
        "stop_signal",
        Changed,
        "pods are stopped by SIGTERM, or by what the image names",
        "`lifecycle: {stopSignal: SIGNAL}` of the node type, with `pod: {os: {name: linux}}`",
    ),
    (
        "extra_hosts",
        Changed,
        "pods do not know these names",
        "`pod: {hostAliases: [{ip: IP, hostnames: [NAME]}]}` of the node type",
    ),
    ("dns", Changed, DNS, DNS_INSTEAD),
    ("dns_opt", Changed, DNS, DNS_INSTEAD),
    ("dns_search", Changed, DNS, DNS_INSTEAD),
    (
        "annotations",
        Resource,
        "annotations of the pods",
        "`k8sConfigGroup[].podMetadata.annotations`",
    ),
    (
        "shm_size",
        Changed,
        "pods have 64 MiB of shared memory",
        "in `k8sConfigGroup[]`: `volumes: [{name: shm, emptyDir: {medium: Memory}}]` and `volumeMount: [{name: shm, mountPath: /dev/shm}]`",
    ),
    (
        "logging",
        LeftOut,
        "the cluster collects what pods print",
        "",
    ),
    (
        "init",
        LeftOut,
        "no process of compose's own stands before the program",
        "",
    ),
];

const DNS: &str = "pods ask the name servers of the cluster alone";
const DNS_INSTEAD: &str =
    "`pod: {dnsPolicy: None, dnsConfig: {nameservers: [IP], searches: [NAME]}}` of the node type";

/// Notes what a service has in its networks: other names, and addresses.
pub(super) fn networks(spec: &Yaml, title: &str, losses: &mut Losses) {
    for (network, options) in spec.entries_at(&["networks"]) {
        for (key, value) in options.entries() {
            let from = format!("{title}, networks {network}, {key}");
            if key == "aliases" {
                for alias in value.items().iter().filter_map(Yaml::text) {
                    losses.add(
                        Changed,
                        format!("{from} {alias}"),
                        "pods have one name in DNS: who asks for this one does not find them",
                        "a Service of that name, under `services` of the node type",
                    );
                }
            } else {
                losses.add(
                    LeftOut,
                    format!("{from}: {}", value.words().unwrap_or_default()),
                    "pods are in one network, which gives them their addresses",
                    "",
                );
            }
        }
    }
}

/// Notes a key that is not carried over.
pub(super) fn note(key: &str, value: &Yaml, title: &str, losses: &mut Losses) {
    let what = match value.words() {
        Some(words) => format!("{title}, {key}: {words}"),
        None => format!("{title}, {key}"),
    };
    if key == "extends" && value.get("file").is_none() {
        losses.add(
            Stops,
            what,
            "the file has no such service, or a circle or too much of them, so what this one extends is missing",
            "`like: TYPE` copies a node type",
        );
        return;
    }
    let known = OTHERS.iter().find(|(other, ..)| *other == key);
    match known {
        Some((_, weight, why, instead)) => losses.add(*weight, what, why, instead),
        None => losses.add(
            LeftOut,
            what,
            "a node type has nothing like it, so it has no effect any more",
            "",
        ),
    }
}
