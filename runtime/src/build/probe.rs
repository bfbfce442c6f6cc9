//! Probes of the common shapes, in a few words.

use k8s_openapi::api::core::v1::{ExecAction, HTTPGetAction, Probe, TCPSocketAction};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// A port by its name or its number.
pub trait ProbePort {
    fn port(self) -> IntOrString;
}

impl ProbePort for &str {
    fn port(self) -> IntOrString {
        IntOrString::String(self.to_owned())
    }
}

impl ProbePort for i32 {
    fn port(self) -> IntOrString {
        IntOrString::Int(self)
    }
}

/// Makes and tunes probes. Durations are in seconds.
pub trait ProbeExt {
    fn http_get(path: &str, port: impl ProbePort) -> Self;
    fn tcp(port: impl ProbePort) -> Self;
    fn exec<S: Into<String>>(command: impl IntoIterator<Item = S>) -> Self;
    fn initial_delay(self, seconds: i32) -> Self;
    fn period(self, seconds: i32) -> Self;
    fn timeout(self, seconds: i32) -> Self;
    fn failure_threshold(self, times: i32) -> Self;
    fn success_threshold(self, times: i32) -> Self;
}

impl ProbeExt for Probe {
    fn http_get(path: &str, port: impl ProbePort) -> Self {
        Self {
            http_get: Some(HTTPGetAction {
                path: Some(path.to_owned()),
                port: port.port(),
                ..HTTPGetAction::default()
            }),
            ..Self::default()
        }
    }

    fn tcp(port: impl ProbePort) -> Self {
        Self {
            tcp_socket: Some(TCPSocketAction {
                host: None,
                port: port.port(),
            }),
            ..Self::default()
        }
    }

    fn exec<S: Into<String>>(command: impl IntoIterator<Item = S>) -> Self {
        Self {
            exec: Some(ExecAction {
                command: Some(command.into_iter().map(Into::into).collect()),
            }),
            ..Self::default()
        }
    }

    fn initial_delay(mut self, seconds: i32) -> Self {
        self.initial_delay_seconds = Some(seconds);
        self
    }

    fn period(mut self, seconds: i32) -> Self {
        self.period_seconds = Some(seconds);
        self
    }

    fn timeout(mut self, seconds: i32) -> Self {
        self.timeout_seconds = Some(seconds);
        self
    }

    fn failure_threshold(mut self, times: i32) -> Self {
        self.failure_threshold = Some(times);
        self
    }

    fn success_threshold(mut self, times: i32) -> Self {
        self.success_threshold = Some(times);
        self
    }
}
