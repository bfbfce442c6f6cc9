//! The certificates and keys of one control plane, made new for each.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};

use super::Error;

/// Paths of the files in a plane's folder.
#[derive(Clone, Debug)]
pub(super) struct Certs {
    /// The authority that signed the server's and the administrator's certificate.
    pub(super) ca: PathBuf,
    pub(super) server: Pair,
    /// Of the group `system:masters`; also what the other components sign in with, because the
    /// operator's rights are under test here and theirs are not.
    pub(super) admin: Pair,
    /// Signs service-account tokens. Its certificate file holds the public key.
    pub(super) service_accounts: Pair,
}

/// A certificate (or public key) and its private key.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) cert: PathBuf,
    pub(super) key: PathBuf,
}

impl Certs {
    /// Makes all of them and writes them to `folder`.
    pub(super) fn write(folder: &Path) -> Result<Self, Error> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
            .distinguished_name
            .push(DnType::CommonName, "dsoi-testing");
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;

        let mut server = CertificateParams::new([
            "127.0.0.1".to_owned(),
            "localhost".to_owned(),
            "kubernetes.default.svc".to_owned(),
        ])?;
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        server
            .distinguished_name
            .push(DnType::CommonName, "kube-apiserver");

        let mut admin = CertificateParams::default();
        admin.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        admin
            .distinguished_name
            .push(DnType::CommonName, "dsoi-testing-admin");
        admin
            .distinguished_name
            .push(DnType::OrganizationName, "system:masters");

        let service_accounts = KeyPair::generate()?;
        Ok(Self {
            ca: put(folder, "ca.crt", &ca.pem())?,
            server: signed(&server, &ca, folder, "server")?,
            admin: signed(&admin, &ca, folder, "admin")?,
            service_accounts: Pair {
                cert: put(
                    folder,
                    "service-accounts.pub",
                    &service_accounts.public_key_pem(),
                )?,
                key: put(
                    folder,
                    "service-accounts.key",
                    &service_accounts.serialize_pem(),
                )?,
            },
        })
    }
}

fn signed(
    params: &CertificateParams,
    ca: &CertifiedIssuer<'_, KeyPair>,
    folder: &Path,
    name: &str,
) -> Result<Pair, Error> {
    let key = KeyPair::generate()?;
    let cert = params.signed_by(&key, ca)?;
    Ok(Pair {
        cert: put(folder, &format!("{name}.crt"), &cert.pem())?,
        key: put(folder, &format!("{name}.key"), &key.serialize_pem())?,
    })
}

fn put(folder: &Path, name: &str, text: &str) -> Result<PathBuf, Error> {
    let path = folder.join(name);
    fs::write(&path, text).map_err(Error::io("write", &path))?;
    Ok(path)
}
