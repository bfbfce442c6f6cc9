//! `servers.V`: HTTP endpoints that kinds outside of Kubernetes live at (MF-17).

use std::time::Duration;

use super::keys::{Section, Shape, key, required};
use super::labels::{self, Label};
use super::reader::Reader;
use super::source::{Span, Spanned};
use super::tree::Pair;
use crate::diagnostic::{Code, Problem};
use crate::expr::{Cond, Text};

/// One endpoint.
#[derive(Debug, Clone)]
pub struct Server {
    pub name: Spanned<String>,
    /// The kind whose custom resource `parent` is.
    pub of: Option<Spanned<String>>,
    pub service: Option<Service>,
    pub url: Option<Text>,
    /// Hosts that a `url` from a custom resource may name.
    pub allow_hosts: Vec<Spanned<String>>,
    pub auth: Option<Auth>,
    pub timeout: Option<Spanned<Duration>>,
    pub span: Span,
}

/// A Service of the namespace, by its labels or its name.
#[derive(Debug, Clone)]
pub struct Service {
    pub labels: Vec<Label>,
    pub name: Option<Text>,
    pub port: Option<Spanned<i64>>,
    pub span: Span,
}

/// What a request proves itself by.
#[derive(Debug, Clone)]
pub struct Auth {
    pub condition: Option<Cond>,
    pub basic: Option<Basic>,
    pub bearer: Option<Bearer>,
    pub span: Span,
}

/// User and password out of one Secret.
#[derive(Debug, Clone)]
pub struct Basic {
    pub secret: Text,
    pub username: Spanned<String>,
    pub password: Spanned<String>,
}

/// A token out of a Secret.
#[derive(Debug, Clone)]
pub struct Bearer {
    pub secret: Text,
    pub key: Spanned<String>,
}

pub(super) static SECTION: Section = Section {
    path: "servers.V",
    doc: "An HTTP endpoint that resources outside of Kubernetes live at.",
    keys: &[
        key(
            "of",
            Shape::Text,
            "The kind whose custom resource it belongs to; its expressions see that resource as `parent`.",
        ),
        key(
            "service",
            Shape::Section(&SERVICE),
            "A Service in the namespace of the resource.",
        ),
        key(
            "url",
            Shape::Expression,
            "Where it is, in place of `service`. A value of a custom resource in it needs `allowHosts`.",
        ),
        key(
            "allowHosts",
            Shape::Texts,
            "Hosts that a `url` out of a custom resource may name.",
        ),
        key(
            "auth",
            Shape::Section(&AUTH),
            "What a request proves itself by.",
        ),
        key(
            "timeout",
            Shape::Duration,
            "How long a request may take; `10s` unless given.",
        ),
    ],
};

static SERVICE: Section = Section {
    path: "servers.V.service",
    doc: "A Service of the namespace: the first, by name, with these labels, or the one of this name.",
    keys: &[
        key("labels", Shape::ExpressionMap, "Labels that it has."),
        key("name", Shape::Expression, "Its name, in place of `labels`."),
        required("port", Shape::Int, "The port that answers."),
    ],
};

static AUTH: Section = Section {
    path: "servers.V.auth",
    doc: "What a request proves itself by: read from a Secret when it is sent, and written nowhere.",
    keys: &[
        key(
            "$if",
            Shape::Condition,
            "Requests prove themselves while this holds.",
        ),
        key(
            "basic",
            Shape::Section(&BASIC),
            "By a user and a password (`Authorization: Basic`).",
        ),
        key(
            "bearer",
            Shape::Section(&BEARER),
            "By a token (`Authorization: Bearer`).",
        ),
    ],
};

static BASIC: Section = Section {
    path: "servers.V.auth.basic",
    doc: "A user and a password out of one Secret.",
    keys: &[
        required(
            "secret",
            Shape::Expression,
            "A `secretRef` of the custom resource, or the name of a Secret in its namespace.",
        ),
        required("username", Shape::Text, "The key of the user's name."),
        required("password", Shape::Text, "The key of the password."),
    ],
};

static BEARER: Section = Section {
    path: "servers.V.auth.bearer",
    doc: "A token out of a Secret.",
    keys: &[
        required(
            "secret",
            Shape::Expression,
            "A `secretRef` of the custom resource, or the name of a Secret in its namespace.",
        ),
        required("key", Shape::Text, "The key of the token."),
    ],
};

pub(super) fn read(pair: &Pair, reader: &mut Reader<'_, '_>) -> Server {
    let name = Spanned::new(pair.key.text.clone(), pair.key.span);
    reader.exclusive("service", "url");
    if !reader.has("service") && !reader.has("url") {
        let problem = Problem::new(
            Code::E0104,
            format!("`service` is missing in {}", reader.name()),
        )
        .at(name.span, "has neither `service` nor `url`")
        .help("say where it is: `service: {labels: {app: tally}, port: 8080}`");
        reader.problems.push(problem);
    }
    Server {
        name,
        of: reader.text("of"),
        service: reader.section("service", &SERVICE, service),
        url: reader.expression("url"),
        allow_hosts: reader.texts("allowHosts").unwrap_or_default(),
        auth: reader.section("auth", &AUTH, auth),
        timeout: reader.duration("timeout"),
        span: pair.span(),
    }
}

fn service(reader: &mut Reader<'_, '_>) -> Service {
    reader.exclusive("labels", "name");
    Service {
        labels: labels::read(reader).unwrap_or_default(),
        name: reader.expression("name"),
        port: reader.int("port"),
        span: reader.span,
    }
}

fn auth(reader: &mut Reader<'_, '_>) -> Auth {
    reader.exclusive("basic", "bearer");
    Auth {
        condition: reader.condition(),
        basic: reader.section("basic", &BASIC, |reader| {
            let secret = reader.expression("secret");
            let (username, password) = (reader.text("username"), reader.text("password"));
            Some(Basic {
                secret: secret?,
                username: username?,
                password: password?,
            })
        }),
        bearer: reader.section("bearer", &BEARER, |reader| {
            let (secret, key) = (reader.expression("secret"), reader.text("key"));
            Some(Bearer {
                secret: secret?,
                key: key?,
            })
        }),
        span: reader.span,
    }
}
