//! The certificate that the metrics are served with: made at start, or mounted and read again.
//!
//! A folder with `tls.crt` and `tls.key`, as a Secret of type `kubernetes.io/tls` has them, is read
//! again when a file changes; what cannot be read then is said once, and the last good pair stays.
//! Without a folder, the certificate is our own and new with each process: a scraper that verifies
//! needs a mounted one.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::error::chain;

/// How often the files are looked at, at most.
const LOOK: Duration = Duration::from_secs(5);
const CERTIFICATE: &str = "tls.crt";
const KEY: &str = "tls.key";

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateError {
    #[error("cannot make a certificate")]
    Make(#[source] rcgen::Error),
    #[error("cannot read {}", .path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{} holds no {what} in PEM", .path.display())]
    Pem {
        path: PathBuf,
        what: &'static str,
        source: pem::Error,
    },
    #[error("the certificate and its key cannot be used")]
    Use(#[source] rustls::Error),
}

/// The certificate in use.
pub(super) struct Certificates {
    folder: Option<PathBuf>,
    current: Mutex<Current>,
}

struct Current {
    acceptor: TlsAcceptor,
    /// The files as they were read last, whether they could be used or not.
    files: Option<Files>,
    looked: Instant,
}

#[derive(PartialEq, Eq)]
struct Files {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Certificates {
    /// With the pair in this folder, or with one of our own.
    pub(super) fn new(folder: Option<PathBuf>) -> Result<Self, CertificateError> {
        let files = folder.as_deref().map(read).transpose()?;
        let acceptor = match (&folder, &files) {
            (Some(folder), Some(files)) => mounted(folder, files)?,
            _ => self_signed()?,
        };
        Ok(Self {
            folder,
            current: Mutex::new(Current {
                acceptor,
                files,
                looked: Instant::now(),
            }),
        })
    }

    /// For the next connection.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let mut current = self.lock();
        if let Some(folder) = &self.folder
            && current.looked.elapsed() >= LOOK
        {
            current.looked = Instant::now();
            current.read_again(folder);
        }
        current.acceptor.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Current {
    fn read_again(&mut self, folder: &Path) {
        let result = read(folder).and_then(|files| {
            if self.files.as_ref() == Some(&files) {
                return Ok(());
            }
            let acceptor = mounted(folder, &files);
            // Also what cannot be used is known now, and not told again.
            self.files = Some(files);
            self.acceptor = acceptor?;
            tracing::info!("the certificate of the metrics was read again");
            Ok(())
        });
        if let Err(error) = result {
            let error = chain(&error);
            tracing::warn!(error, "the certificate of the metrics stays as it was");
        }
    }
}

fn read(folder: &Path) -> Result<Files, CertificateError> {
    let file = |name: &str| {
        let path = folder.join(name);
        std::fs::read(&path).map_err(|source| CertificateError::Read { path, source })
    };
    Ok(Files {
        certificate: file(CERTIFICATE)?,
        key: file(KEY)?,
    })
}

fn mounted(folder: &Path, files: &Files) -> Result<TlsAcceptor, CertificateError> {
    let failed = |name: &str, what: &'static str| {
        let path = folder.join(name);
        move |source| CertificateError::Pem { path, what, source }
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&files.certificate)
        .collect::<Result<_, _>>()
        .map_err(failed(CERTIFICATE, "certificate"))?;
    let key = PrivateKeyDer::from_pem_slice(&files.key).map_err(failed(KEY, "private key"))?;
    acceptor(chain, key)
}

fn self_signed() -> Result<TlsAcceptor, CertificateError> {
    made_for("localhost").map(|(acceptor, _)| acceptor)
}

/// A certificate of our own for a name or an address, and its text in PEM.
pub(crate) fn made_for(name: &str) -> Result<(TlsAcceptor, String), CertificateError> {
    let pair =
        rcgen::generate_simple_self_signed([name.to_owned()]).map_err(CertificateError::Make)?;
    let key = PrivatePkcs8KeyDer::from(pair.signing_key.serialize_der());
    let acceptor = acceptor(vec![pair.cert.der().clone()], key.into())?;
    Ok((acceptor, pair.cert.pem()))
}

fn acceptor(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<TlsAcceptor, CertificateError> {
    // The provider of kube's client, named: which one is the process' default is not ours to say.
    let provider = Arc::new(ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key))
        .map_err(CertificateError::Use)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &Path, pair: &rcgen::CertifiedKey<rcgen::KeyPair>) {
        std::fs::write(folder.join(CERTIFICATE), pair.cert.pem()).unwrap();
        std::fs::write(folder.join(KEY), pair.signing_key.serialize_pem()).unwrap();
    }

    fn pair() -> rcgen::CertifiedKey<rcgen::KeyPair> {
        rcgen::generate_simple_self_signed(["metrics.example.com".to_owned()]).unwrap()
    }

    /// As if it was time to look again.
    fn look_again(certificates: &Certificates) -> bool {
        let before = Arc::as_ptr(certificates.lock().acceptor.config());
        let folder = certificates.folder.clone().unwrap();
        certificates.lock().read_again(&folder);
        before != Arc::as_ptr(certificates.lock().acceptor.config())
    }

    // SE-15.
    #[test]
    fn a_mounted_certificate_is_read_again_when_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), &pair());
        let certificates = Certificates::new(Some(folder.path().to_owned())).unwrap();
        assert!(!look_again(&certificates), "it is the same");
        put(folder.path(), &pair());
        assert!(look_again(&certificates), "it is another");
    }

    #[test]
    fn a_broken_pair_leaves_the_last_good_one_in_use() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), &pair());
        let certificates = Certificates::new(Some(folder.path().to_owned())).unwrap();
        std::fs::write(folder.path().join(KEY), "no key").unwrap();
        assert!(!look_again(&certificates));
        std::fs::remove_file(folder.path().join(KEY)).unwrap();
        assert!(!look_again(&certificates));
        put(folder.path(), &pair());
        assert!(look_again(&certificates));
    }

    #[test]
    fn a_folder_without_a_pair_is_named_at_start() {
        let folder = tempfile::tempdir().unwrap();
        let error = Certificates::new(Some(folder.path().to_owned()))
            .err()
            .unwrap();
        assert!(error.to_string().ends_with("tls.crt"), "{error}");
        put(folder.path(), &pair());
        std::fs::write(folder.path().join(KEY), pair().signing_key.serialize_pem()).unwrap();
        let error = Certificates::new(Some(folder.path().to_owned()))
            .err()
            .unwrap();
        assert!(matches!(error, CertificateError::Use(_)), "{error}");
    }

    #[test]
    fn without_a_folder_there_is_a_certificate_of_our_own() {
        Certificates::new(None).unwrap();
    }
}
