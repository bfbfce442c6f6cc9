//! The operator at work: from settings to an exit code.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use http::HeaderValue;
use k8s_openapi::api::coordination::v1::Lease;
use kube::{Api, Client, Config};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;

use super::process::Stopping;
use super::settings::{LeaseSettings, Settings};
use super::{Operator, Process};
use crate::admin::{Readiness, ServeError, serve_health, serve_metrics};
use crate::error::chain;
use crate::lease::{Elector, Leadership};
use crate::metrics::Metrics;
use crate::telemetry;

const CONNECT: Duration = Duration::from_secs(10);
/// A watch is silent for at most 290 s before the server ends it.
const SILENCE: Duration = Duration::from_secs(300);

/// Why the operator cannot run, or stopped.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot start the runtime")]
    Runtime(#[source] std::io::Error),
    #[error("cannot listen to signals")]
    Signals(#[source] std::io::Error),
    #[error("cannot find the API server's address and credentials")]
    Config(#[source] Box<kube::config::InferConfigError>),
    #[error("cannot make a client for the API server")]
    Client(#[source] Box<kube::Error>),
    #[error("the operator's name and version are no HTTP header")]
    UserAgent(#[source] http::header::InvalidHeaderValue),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error("the lease was lost")]
    LeaseLost,
}

/// Runs until a signal, or until the lease is lost.
pub(super) fn run(operator: Operator, settings: Settings) -> ExitCode {
    telemetry::start(settings.logs);
    let result = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::Runtime)
        .and_then(|runtime| runtime.block_on(work(operator, settings)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tracing::error!(error = chain(&failure), "the operator ends");
            ExitCode::FAILURE
        }
    }
}

async fn work(operator: Operator, settings: Settings) -> Result<(), Failure> {
    let stopping = Stopping::new();
    listen_to_signals(stopping.clone())?;
    let client = client(&operator).await?;
    let metrics = Metrics::new();
    let readiness = Readiness::default();
    let mut endpoints = JoinSet::new();
    endpoints.spawn(serve_health(settings.health, readiness.clone()));
    endpoints.spawn(serve_metrics(
        settings.metrics.clone(),
        metrics.clone(),
        client.clone(),
    ));

    let mut elector = settings.lease.as_ref().map(|lease| elector(&client, lease));
    let process = Process {
        name: operator.name.to_owned(),
        version: operator.version.to_owned(),
        client,
        leadership: elector
            .as_ref()
            .map_or_else(Leadership::alone, Elector::leadership),
        settings: Arc::new(settings),
        metrics,
        readiness,
        stopping: stopping.clone(),
    };
    tracing::info!(name = process.name, version = process.version, "starting");
    if let Some(elector) = &mut elector {
        tokio::select! {
            () = elector.lead() => tracing::info!("leading"),
            () = stopping.wait() => return Ok(()),
            Some(ended) = endpoints.join_next() => return failed(ended),
        }
    }
    let controllers = join_all(
        operator
            .kinds
            .into_iter()
            .map(|kind| kind.run(process.clone())),
    );
    let mut controllers = std::pin::pin!(controllers);
    let result = tokio::select! {
        _ = &mut controllers => Ok(()),
        () = keep(&mut elector) => {
            // What is in flight is finished; nothing new is started.
            stopping.set();
            controllers.await;
            Err(Failure::LeaseLost)
        }
        Some(ended) = endpoints.join_next() => failed(ended),
    };
    if result.is_ok()
        && let Some(elector) = &mut elector
    {
        elector.release().await;
    }
    tracing::info!("stopped");
    result
}

async fn keep(elector: &mut Option<Elector>) {
    match elector {
        Some(elector) => elector.keep().await,
        None => std::future::pending().await,
    }
}

fn failed(ended: Result<Result<(), ServeError>, tokio::task::JoinError>) -> Result<(), Failure> {
    match ended {
        Ok(result) => result.map_err(Failure::Serve),
        Err(panic) => {
            tracing::error!(error = chain(&panic), "an endpoint ended");
            Ok(())
        }
    }
}

/// A client that identifies itself, never sends twice by itself, and notices a silent server.
async fn client(operator: &Operator) -> Result<Client, Failure> {
    let mut config = Config::infer()
        .await
        .map_err(|error| Failure::Config(Box::new(error)))?;
    config.default_retry = false;
    config.connect_timeout = Some(CONNECT);
    config.read_timeout = Some(SILENCE);
    let agent = format!("{}/{}", operator.name, operator.version);
    let agent = HeaderValue::from_str(&agent).map_err(Failure::UserAgent)?;
    config.headers.push((http::header::USER_AGENT, agent));
    Client::try_from(config).map_err(|error| Failure::Client(Box::new(error)))
}

fn elector(client: &Client, lease: &LeaseSettings) -> Elector {
    let leases: Api<Lease> = match &lease.namespace {
        Some(namespace) => Api::namespaced(client.clone(), namespace),
        None => Api::default_namespaced(client.clone()),
    };
    Elector::new(leases, &lease.name, identity())
}

/// The pod's name, and what tells two processes of one name apart.
fn identity() -> String {
    let host = std::env::var("HOSTNAME").unwrap_or_else(|_| "operator".to_owned());
    format!("{host}-{}", std::process::id())
}

/// The first signal stops, the second ends at once.
fn listen_to_signals(stopping: Stopping) -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::Signals)?;
    tokio::spawn(async move {
        either(&mut terminate, &mut interrupt).await;
        tracing::info!("stopping: what is in flight is finished");
        stopping.set();
        either(&mut terminate, &mut interrupt).await;
        tracing::warn!("stopping at once");
        std::process::exit(1);
    });
    Ok(())
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
