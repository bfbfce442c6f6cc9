//! A generated operator at work in a namespace of its own, behind a proxy that counts.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use dsoi_runtime::testing::{
    ControlPlane, Error, Logged, Mark, Namespace, Proxy, Verb,
    process::{Launch, Operator},
    wait,
};
use serde_json::Value;

use crate::{
    golden::Golden,
    install::{Installed, Scope, install},
    objects::{Objects, condition, id, name, says},
};

/// How long a cluster may take to run on a machine that does much else.
pub(crate) const CONVERGE: Duration = Duration::from_secs(120);

/// How long nothing must happen before an operator counts as done.
const QUIET: Duration = Duration::from_millis(2500);

/// What a test asks for before the operator starts.
pub(crate) struct Setup {
    golden: &'static Golden,
    plane: Option<&'static ControlPlane>,
    labels: Vec<(&'static str, &'static str)>,
    env: Vec<(&'static str, String)>,
    cluster_wide: bool,
    elected: bool,
    apart: bool,
    metrics: Ipv4Addr,
}

impl Setup {
    pub(crate) fn new(golden: &'static Golden) -> Self {
        Self {
            golden,
            plane: None,
            labels: Vec::new(),
            env: Vec::new(),
            cluster_wide: false,
            elected: false,
            apart: false,
            metrics: Ipv4Addr::LOCALHOST,
        }
    }

    /// Labels the namespace that is watched.
    pub(crate) fn label(mut self, key: &'static str, value: &'static str) -> Self {
        self.labels.push((key, value));
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    /// With the Lease, as it is deployed.
    pub(crate) fn elected(mut self) -> Self {
        self.elected = true;
        self
    }

    /// In a namespace of its own, apart from the one that it watches.
    pub(crate) fn apart(mut self) -> Self {
        self.apart = true;
        self
    }

    /// With metrics that can be reached from elsewhere, as they are deployed.
    pub(crate) fn reachable_metrics(mut self) -> Self {
        self.metrics = Ipv4Addr::UNSPECIFIED;
        self
    }

    /// On a plane that no other test uses.
    pub(crate) fn on(mut self, plane: &'static ControlPlane) -> Self {
        self.plane = Some(plane);
        self
    }

    /// In every namespace of a plane that no other test uses.
    pub(crate) fn cluster_wide(mut self, plane: &'static ControlPlane) -> Self {
        self.cluster_wide = true;
        self.plane = Some(plane);
        self
    }

    /// Installs the operator and starts it.
    pub(crate) async fn start(self) -> Scene {
        let mut scene = self.install().await;
        scene.start().await;
        scene
    }

    /// Installs everything, and leaves the operator to be started by [`Scene::start`].
    pub(crate) async fn install(self) -> Scene {
        let plane = match self.plane {
            Some(plane) => plane,
            None => ControlPlane::shared().await.unwrap(),
        };
        let prefix = self.golden.resource.kind.to_lowercase();
        let namespace = plane.namespace(&prefix, &self.labels).await.unwrap();
        let home = if self.apart {
            plane.namespace("operator", &[]).await.unwrap()
        } else {
            namespace.clone()
        };
        let scope = if self.cluster_wide {
            Scope::Cluster
        } else {
            Scope::Namespaces(vec![namespace.name().to_owned()])
        };
        let installed = install(plane, self.golden, &scope, home.name()).await;
        let token = home
            .service_account_token(&installed.account)
            .await
            .unwrap();
        let proxy = Proxy::start(plane).await.unwrap();
        let kubeconfig = proxy.kubeconfig(&token).unwrap();
        let metrics = free_address();
        let mut launch = Launch::new(&self.golden.binary)
            .env("WATCH_NAMESPACE", scope.watch())
            .env("POD_NAMESPACE", home.name())
            .env("POD_NAME", format!("{}-0", installed.account))
            .env("RUST_LOG", "info,dsoi_runtime=debug")
            .env("HEALTH_ADDRESS", free_address())
            .env("GOOD_AFTER", "50ms")
            .env(
                "METRICS_ADDRESS",
                metrics.replace("127.0.0.1", &self.metrics.to_string()),
            );
        if self.elected {
            launch = launch.arg("--leader-elect");
        }
        for (name, value) in self.env {
            launch = launch.env(name, value);
        }
        let admin = plane.admin().unwrap();
        Scene {
            objects: Objects::new(admin, namespace.name(), &self.golden.resource),
            golden: self.golden,
            home: home.name().to_owned(),
            namespace,
            proxy,
            installed,
            launch,
            metrics,
            kubeconfig,
            operator: None,
            started: None,
        }
    }
}

pub(crate) struct Scene {
    pub(crate) golden: &'static Golden,
    /// The operator's own namespace.
    pub(crate) home: String,
    /// The namespace that is watched.
    pub(crate) namespace: Namespace<'static>,
    pub(crate) proxy: Proxy,
    pub(crate) objects: Objects,
    pub(crate) installed: Installed,
    launch: Launch,
    metrics: String,
    kubeconfig: PathBuf,
    operator: Option<Operator>,
    started: Option<Mark>,
}

impl Scene {
    /// Starts the operator and waits until it watches custom resources.
    pub(crate) async fn start(&mut self) {
        let mark = self.proxy.mark();
        self.started = Some(mark);
        self.operator = Some(self.launch.start(&self.kubeconfig).unwrap());
        let plural = &self.golden.resource.plural;
        let what = format!("the operator watches {plural}");
        let watching = wait::until(Duration::from_secs(60), &what, async || {
            self.must_run();
            let log = self.proxy.since(mark);
            let mut watches = log.iter().filter(|r| r.verb == Verb::Watch);
            watches
                .any(|r| r.resource == *plural && r.status == Some(200))
                .then_some(())
        });
        self.or_explain(watching.await);
        self.settle().await;
    }

    pub(crate) fn operator(&self) -> &Operator {
        self.operator.as_ref().expect("the operator was started")
    }

    /// Replaces the operator by another program, as an upgrade of its Deployment does, and its
    /// definition before that.
    pub(crate) async fn upgrade(&mut self, crd: &str, binary: &Path) {
        self.namespace.apply_yaml(crd).await.unwrap();
        self.stop().await;
        self.launch = self.launch.clone().program(binary);
        self.start().await;
    }

    /// Ends the operator as a cluster does, and says how that went.
    pub(crate) async fn stop(&mut self) -> std::process::ExitStatus {
        let operator = self.operator.take().expect("the operator was started");
        let ended = operator.terminate(Duration::from_secs(30)).await;
        ended.unwrap_or_else(|error| panic!("{error}\n{}", operator.log()))
    }

    /// The answer at the metrics' TLS port to who shows this token.
    pub(crate) async fn guarded_metrics(&self, token: Option<&str>) -> (u16, String) {
        let mut config = kube::Config::new(format!("https://{}", self.metrics).parse().unwrap());
        // The certificate is the operator's own.
        config.accept_invalid_certs = true;
        config.auth_info.token = token.map(|token| token.to_owned().into());
        let client = kube::Client::try_from(config).unwrap();
        let request = http::Request::get("/metrics").body(kube::client::Body::empty());
        let answer = client.send(request.unwrap()).await.unwrap();
        let code = answer.status().as_u16();
        let body = http_body_util::BodyExt::collect(answer.into_body()).await;
        let text = String::from_utf8(body.unwrap().to_bytes().to_vec()).unwrap();
        (code, text)
    }

    /// Fails if the operator has ended.
    pub(crate) fn must_run(&self) {
        let operator = self.operator();
        if let Some(status) = operator.exited().unwrap() {
            panic!("the operator ended ({status}):\n{}", operator.log());
        }
    }

    /// Applies a manifest, strictly.
    pub(crate) async fn apply(&self, document: &Value) -> Value {
        match self.try_apply(document).await {
            Ok(applied) => applied,
            Err(error) => panic!("{error}: {:?}", error.status()),
        }
    }

    pub(crate) async fn try_apply(&self, document: &Value) -> Result<Value, Error> {
        let applied = self.namespace.apply_yaml(&document.to_string()).await?;
        Ok(serde_json::to_value(&applied[0]).unwrap())
    }

    /// The custom resource as it is now.
    pub(crate) async fn resource(&self, name: &str) -> Value {
        self.objects.get(&self.golden.resource.kind, name).await
    }

    /// Waits until the custom resource says something, and returns it then.
    pub(crate) async fn until(
        &self,
        name: &str,
        what: &str,
        holds: impl Fn(&Value) -> bool,
    ) -> Value {
        let start = Instant::now();
        loop {
            self.must_run();
            let resource = self.resource(name).await;
            if holds(&resource) {
                return resource;
            }
            if start.elapsed() > CONVERGE {
                self.explain(&format!(
                    "{what}: still not so after {CONVERGE:?}\n{resource:#}"
                ));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the custom resource is Ready in its present generation and nothing happens any
    /// more, and returns it.
    pub(crate) async fn ready(&self, name: &str) -> Value {
        self.until(name, "Ready", |resource| says(resource, "Ready", "True"))
            .await;
        self.settle().await;
        let resource = self.resource(name).await;
        assert!(
            says(&resource, "Ready", "True"),
            "no longer Ready: {resource:#}"
        );
        resource
    }

    /// Waits until a condition has this status for the present generation, and returns its
    /// reason and message.
    pub(crate) async fn condition(
        &self,
        name: &str,
        type_: &str,
        status: &str,
    ) -> (String, String) {
        let what = format!("{type_}={status}");
        let resource = self
            .until(name, &what, |resource| says(resource, type_, status))
            .await;
        let condition = condition(&resource, type_).unwrap();
        let word = |key: &str| condition[key].as_str().unwrap_or_default().to_owned();
        (word("reason"), word("message"))
    }

    /// Applies a custom resource and waits until it is Ready.
    pub(crate) async fn create(&self, document: &Value) -> Value {
        let applied = self.apply(document).await;
        self.ready(name(&applied)).await
    }

    /// Waits until the operator and the cluster have nothing more to do.
    pub(crate) async fn settle(&self) {
        let settled = self.proxy.settled(QUIET, CONVERGE).await;
        self.or_explain(settled);
        self.must_run();
    }

    /// All requests since the operator was last started.
    pub(crate) fn requests(&self) -> Vec<Logged> {
        self.proxy
            .since(self.started.expect("the operator was started"))
    }

    /// The writes since `mark` that concern children, dry runs not included.
    pub(crate) fn child_writes(&self, mark: Mark) -> Vec<Logged> {
        let mut writes = self.proxy.writes(mark);
        writes.retain(|r| r.resource != self.golden.resource.plural && !r.dry_run);
        writes
    }

    /// The writes of custom resources' status since `mark`.
    pub(crate) fn status_writes(&self, mark: Mark) -> Vec<Logged> {
        let mut writes = self.proxy.writes(mark);
        writes.retain(|r| r.resource == self.golden.resource.plural);
        writes
    }

    fn or_explain<T>(&self, result: Result<T, Error>) -> T {
        match result {
            Ok(value) => value,
            Err(error) => self.explain(&error.to_string()),
        }
    }

    /// Fails with what the operator asked and printed last.
    pub(crate) fn explain(&self, what: &str) -> ! {
        let requests = self.proxy.log();
        let requests: Vec<_> = requests.iter().rev().take(40).rev().map(line).collect();
        let log = self
            .operator
            .as_ref()
            .map(Operator::log)
            .unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let tail = lines[lines.len().saturating_sub(60)..].join("\n");
        panic!(
            "{what}\n--- last requests\n{}\n--- its log\n{tail}",
            requests.join("\n")
        );
    }
}

/// An address that nobody listens on at the moment: many operators run on this machine.
fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// A request on one line.
pub(crate) fn line(request: &Logged) -> String {
    let status = request
        .status
        .map_or("-".to_owned(), |status| status.to_string());
    let sub = request
        .subresource
        .as_deref()
        .map(|s| format!("/{s}"))
        .unwrap_or_default();
    format!(
        "{:>5} {status} {:?} {}{sub} {}{}{}",
        request.number,
        request.verb,
        request.resource,
        request.name.as_deref().unwrap_or("*"),
        if request.dry_run { " (dry run)" } else { "" },
        if request.is_apply() { " (apply)" } else { "" },
    )
}

pub(crate) fn lines(requests: &[Logged]) -> String {
    requests.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// `Kind name` of each, for a message.
pub(crate) fn ids(objects: &[Value]) -> Vec<String> {
    objects.iter().map(id).collect()
}
