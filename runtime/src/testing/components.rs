//! The five processes of a control plane, and how each is started.

use std::{
    ffi::OsString,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};

use super::{
    Error,
    binaries::{Binaries, Part},
    certs::Certs,
    child::Child,
    kubeconfig::{Server, User, server_url},
    stages,
};

/// What the processes of one plane have in common.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) binaries: Binaries,
    pub(super) folder: PathBuf,
    pub(super) certs: Certs,
    etcd: u16,
    etcd_peer: u16,
    api: u16,
}

impl Layout {
    /// Makes the certificates and takes three ports from the system, which are free until
    /// someone else takes them: a start that loses that race is tried again by the caller.
    pub(super) fn new(binaries: Binaries, folder: &Path) -> Result<Self, Error> {
        let port = || -> Result<(TcpListener, u16), Error> {
            let io = |source| Error::Io {
                act: "take a port on 127.0.0.1".to_owned(),
                source,
            };
            let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(io)?;
            let port = listener.local_addr().map_err(io)?.port();
            Ok((listener, port))
        };
        // Held together, so that they differ.
        let (a, b, c) = (port()?, port()?, port()?);
        Ok(Self {
            binaries,
            certs: Certs::write(folder)?,
            folder: folder.to_owned(),
            etcd: a.1,
            etcd_peer: b.1,
            api: c.1,
        })
    }

    pub(super) fn server(&self) -> Result<Server, Error> {
        Ok(Server {
            url: server_url("https", self.api)?,
            ca: Some(self.certs.ca.clone()),
        })
    }

    /// Starts etcd and the API server; the latter waits for the former.
    pub(super) fn start_store(&self) -> Result<Vec<Child>, Error> {
        let client = format!("http://127.0.0.1:{}", self.etcd);
        let peer = format!("http://127.0.0.1:{}", self.etcd_peer);
        let etcd = self.start(
            Part::Etcd,
            &Args::default()
                .path("data-dir", &self.folder.join("etcd"))
                .text("listen-client-urls", &client)
                .text("advertise-client-urls", &client)
                .text("listen-peer-urls", &peer)
                .text("initial-advertise-peer-urls", &peer)
                .text("initial-cluster", &format!("default={peer}"))
                // The data is worth nothing once the plane is gone.
                .text("unsafe-no-fsync", "true")
                .text("log-level", "warn"),
        )?;
        let certs = &self.certs;
        let api = self.start(
            Part::ApiServer,
            &Args::default()
                .text("etcd-servers", &client)
                .text("bind-address", "127.0.0.1")
                .text("advertise-address", "127.0.0.1")
                // Endpoints on loopback are refused, and no pod runs that could use them.
                .text("endpoint-reconciler-type", "none")
                .text("secure-port", &self.api.to_string())
                .path("cert-dir", &self.folder)
                .path("tls-cert-file", &certs.server.cert)
                .path("tls-private-key-file", &certs.server.key)
                .path("client-ca-file", &certs.ca)
                .text("authorization-mode", "RBAC")
                .text("service-account-issuer", "https://kubernetes.default.svc")
                .path("service-account-key-file", &certs.service_accounts.cert)
                .path(
                    "service-account-signing-key-file",
                    &certs.service_accounts.key,
                )
                .text("service-cluster-ip-range", "10.96.0.0/16")
                // Nobody would take the taint away: no node lifecycle controller runs.
                .text("disable-admission-plugins", "TaintNodesByCondition")
                .text("allow-privileged", "true")
                .text("profiling", "false"),
        )?;
        Ok(vec![etcd, api])
    }

    /// Starts what acts on the API: the controllers, the scheduler, and kwok as the kubelet.
    pub(super) fn start_actors(&self) -> Result<Vec<Child>, Error> {
        let kubeconfig = self.folder.join("admin.kubeconfig");
        self.server()?
            .kubeconfig(&User::admin(&self.certs), &kubeconfig)?;
        let shipped = self.binaries.path(Part::Stages);
        let shipped = fs::read_to_string(shipped).map_err(Error::io("read", shipped))?;
        let stages = self.folder.join("stages.yaml");
        fs::write(&stages, stages::adapt(&shipped)?).map_err(Error::io("write", &stages))?;
        let common = || {
            Args::default()
                .path("kubeconfig", &kubeconfig)
                .text("leader-elect", "false")
                // No port of its own: nothing asks for its health or metrics.
                .text("secure-port", "0")
                // The client-side limits are meant for clusters with more than one test's objects.
                .text("kube-api-qps", "500")
                .text("kube-api-burst", "1000")
        };
        let controllers = self.start(
            Part::ControllerManager,
            &common()
                .text("controllers", "*,-nodeipam,-nodelifecycle")
                .path("root-ca-file", &self.certs.ca)
                .path(
                    "service-account-private-key-file",
                    &self.certs.service_accounts.key,
                ),
        )?;
        let scheduler = self.start(Part::Scheduler, &common())?;
        let kwok = self.start(
            Part::Kwok,
            &Args::default()
                .path("kubeconfig", &kubeconfig)
                .path("config", &stages)
                .text("manage-all-nodes", "true")
                .text("cidr", "10.244.0.0/16"),
        )?;
        Ok(vec![controllers, scheduler, kwok])
    }

    fn start(&self, part: Part, args: &Args) -> Result<Child, Error> {
        let log = self.folder.join(format!("{}.log", part.file()));
        // kwok keeps files below its home; the user's is none of its business.
        let home = ("HOME".into(), self.folder.clone().into_os_string());
        Child::spawn(self.binaries.path(part), &args.0, &[home], &log)
    }
}

/// Flags of the form `--name=value`.
#[derive(Default)]
struct Args(Vec<OsString>);

impl Args {
    fn text(mut self, name: &str, value: &str) -> Self {
        self.0.push(format!("--{name}={value}").into());
        self
    }

    fn path(mut self, name: &str, value: &Path) -> Self {
        let mut flag = OsString::from(format!("--{name}="));
        flag.push(value);
        self.0.push(flag);
        self
    }
}
