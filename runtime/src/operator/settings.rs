//! Settings of the process: flags, each with an environment variable, over the manifest's defaults.

#[cfg(feature = "external")]
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::telemetry::LogFormat;

/// Resources side by side. Each has several requests under way; with more of them a pass would wait
/// for the server's answers to the others, and none would be done sooner (SE-14).
const CONCURRENCY: u16 = 4;

/// A program that fails at its start has done so by then.
const GOOD_AFTER: Duration = Duration::from_secs(30);

/// What the manifest says.
#[derive(Clone, Debug)]
pub(super) struct Defaults {
    pub(super) lease: String,
    pub(super) deny: Vec<String>,
    pub(super) watch: Vec<String>,
    pub(super) resync: Duration,
}

impl Defaults {
    pub(super) fn new(operator: &str) -> Self {
        Self {
            lease: operator.to_owned(),
            deny: Vec::new(),
            watch: Vec::new(),
            resync: Duration::from_secs(600),
        }
    }
}

/// As typed: nothing is decided here.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Flags {
    /// Watch these namespaces only, separated by commas; empty for all
    #[arg(long, env = "WATCH_NAMESPACE", value_name = "NAMES")]
    watch_namespace: Option<String>,
    /// Leave the resources of these namespaces alone, separated by commas
    #[arg(long, env = "DENY_LIST", value_name = "NAMES")]
    deny_list: Option<String>,
    /// Look at each resource this often when nothing happens, as in 10m or 1h30m
    #[arg(long, env = "RECONCILE_WAIT", value_name = "DURATION", value_parser = duration)]
    reconcile_wait: Option<Duration>,
    /// Keep what a node type runs, to go back to it after a crash, once it ran this long [default: 30s]
    #[arg(long, env = "GOOD_AFTER", value_name = "DURATION", value_parser = duration)]
    good_after: Option<Duration>,
    /// Work on this many resources side by side [default: 4]
    #[arg(long, env = "MAX_CONCURRENT_RECONCILES", value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1000))]
    max_concurrent_reconciles: Option<u16>,
    /// Speak to these servers of applications at other addresses, as in tally=http://127.0.0.1:9000,
    /// separated by commas: from outside of the cluster, their own are out of reach
    #[cfg(feature = "external")]
    #[arg(long = "server", env = "SERVERS", value_name = "NAME=URL", value_delimiter = ',', value_parser = address)]
    servers: Vec<(String, String)>,
    /// Serve /livez and /readyz here [default: 0.0.0.0:8081]
    #[arg(long, env = "HEALTH_ADDRESS", value_name = "ADDRESS")]
    health_address: Option<SocketAddr>,
    /// Serve /metrics here: plain on a loopback address; on any other by TLS, to accounts that may
    /// get the non-resource URL /metrics [default: 127.0.0.1:8080]
    #[arg(long, env = "METRICS_ADDRESS", value_name = "ADDRESS")]
    metrics_address: Option<SocketAddr>,
    /// Serve /metrics with the tls.crt and tls.key in this folder, read again when they change;
    /// without it, with a certificate made at start
    #[arg(long, env = "METRICS_CERTIFICATE", value_name = "FOLDER")]
    metrics_certificate: Option<PathBuf>,
    /// Lead by the Lease, or wait while another replica does
    #[arg(long, env = "LEADER_ELECT", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    leader_elect: Option<bool>,
    /// The Lease's name
    #[arg(long, env = "LEASE_NAME", value_name = "NAME")]
    lease_name: Option<String>,
    /// The Lease's namespace [default: the one that the operator runs in]
    #[arg(long, env = "POD_NAMESPACE", value_name = "NAME")]
    lease_namespace: Option<String>,
    /// How log lines look [default: json]
    #[arg(long, env = "LOG_FORMAT", value_enum, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
}

/// As meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Empty for all namespaces.
    watch: Vec<String>,
    deny: Vec<String>,
    pub(crate) resync: Duration,
    /// For how long a node type has to run before it can be gone back to; `minReadySeconds` if longer.
    pub(crate) good_after: Duration,
    pub(crate) concurrency: u16,
    pub(crate) health: SocketAddr,
    pub(crate) metrics: MetricsSettings,
    pub(crate) lease: Option<LeaseSettings>,
    /// Addresses of applications by the names of their servers, in place of their own.
    #[cfg(feature = "external")]
    pub(crate) servers: BTreeMap<String, String>,
    pub(crate) logs: LogFormat,
}

/// Where the metrics are, and the folder of their certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MetricsSettings {
    pub(crate) address: SocketAddr,
    pub(crate) certificate: Option<PathBuf>,
}

/// Where the Lease is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeaseSettings {
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
}

impl Settings {
    pub(super) fn new(flags: Flags, defaults: &Defaults) -> Self {
        let names = |given: Option<String>, default: &[String]| match given {
            Some(text) => list(&text),
            None => default.to_vec(),
        };
        let lease = LeaseSettings {
            name: flags.lease_name.unwrap_or_else(|| defaults.lease.clone()),
            namespace: flags.lease_namespace,
        };
        Self {
            watch: names(flags.watch_namespace, &defaults.watch),
            deny: names(flags.deny_list, &defaults.deny),
            resync: flags.reconcile_wait.unwrap_or(defaults.resync),
            good_after: flags.good_after.unwrap_or(GOOD_AFTER),
            concurrency: flags.max_concurrent_reconciles.unwrap_or(CONCURRENCY),
            health: flags
                .health_address
                .unwrap_or(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8081))),
            metrics: MetricsSettings {
                address: flags
                    .metrics_address
                    .unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))),
                // An empty variable is none.
                certificate: flags
                    .metrics_certificate
                    .filter(|folder| !folder.as_os_str().is_empty()),
            },
            lease: flags.leader_elect.unwrap_or_default().then_some(lease),
            #[cfg(feature = "external")]
            servers: flags.servers.into_iter().collect(),
            logs: flags.log_format.unwrap_or_default(),
        }
    }

    /// One watch each: the namespaces, or none for all of them.
    pub(crate) fn scopes(&self) -> Vec<Option<String>> {
        if self.watch.is_empty() {
            vec![None]
        } else {
            self.watch.iter().cloned().map(Some).collect()
        }
    }

    pub(crate) fn denies(&self, namespace: &str) -> bool {
        self.deny.iter().any(|denied| denied == namespace)
    }
}

/// Names between commas, trimmed, each once.
fn list(text: &str) -> Vec<String> {
    let mut names: Vec<String> = text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

/// `tally=http://127.0.0.1:9000`.
#[cfg(feature = "external")]
fn address(text: &str) -> Result<(String, String), String> {
    let refused = || format!("`{text}` names no server; write it as NAME=http://HOST:PORT");
    let (name, url) = text.trim().split_once('=').ok_or_else(refused)?;
    let uri: http::Uri = url.parse().map_err(|_| refused())?;
    if name.is_empty() || !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(refused());
    }
    Ok((name.to_owned(), url.to_owned()))
}

/// `90s`, `10m`, `1h30m`, `500ms`.
fn duration(text: &str) -> Result<Duration, String> {
    let refused = || format!("`{text}` is no duration; write it as 90s, 10m or 1h30m");
    let mut total = Duration::ZERO;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest
            .find(|character: char| !character.is_ascii_digit())
            .ok_or_else(refused)?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail
            .find(|character: char| character.is_ascii_digit())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let number: u64 = number.parse().map_err(|_| refused())?;
        let part = match unit {
            "ms" => Some(Duration::from_millis(number)),
            "s" => Some(Duration::from_secs(number)),
            "m" => number.checked_mul(60).map(Duration::from_secs),
            "h" => number.checked_mul(3600).map(Duration::from_secs),
            _ => None,
        };
        total = part
            .and_then(|part| total.checked_add(part))
            .ok_or_else(refused)?;
        rest = tail;
    }
    // Without an upper bound, adding it to the present time could overflow.
    if total.is_zero() || total > Duration::from_secs(365 * 24 * 3600) {
        return Err(refused());
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OR-17.
    #[test]
    fn durations_are_read_as_go_writes_them() {
        for (text, seconds) in [("10s", 10), ("10m", 600), ("1h30m", 5400), (" 2s ", 2)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        for text in [
            "",
            "abc",
            "10",
            "s",
            "0s",
            "-1s",
            "1d",
            "99999999999999999999h",
            "9999999999h",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lists_of_namespaces_are_trimmed() {
        assert_eq!(list(" b, a ,,b,"), ["a", "b"]);
        assert!(list(" ").is_empty());
    }

    #[test]
    fn flags_win_over_the_manifest() {
        let mut defaults = Defaults::new("op");
        defaults.deny = vec!["kube-system".to_owned()];
        defaults.watch = vec!["a".to_owned()];
        let settings = Settings::new(Flags::default(), &defaults);
        assert!(settings.denies("kube-system"));
        assert_eq!(settings.scopes(), [Some("a".to_owned())]);
        let flags = Flags {
            watch_namespace: Some(String::new()),
            deny_list: Some("x".to_owned()),
            ..Flags::default()
        };
        let settings = Settings::new(flags, &defaults);
        assert!(!settings.denies("kube-system") && settings.denies("x"));
        assert_eq!(settings.scopes(), [None]);
    }
}
