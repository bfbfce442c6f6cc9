//! `servers.V`: where resources outside of Kubernetes live, and what a request proves itself by.

use super::ident;
use super::resource::is_value;
use super::scope::{Place, Scope, View, mark_used};
use super::typer::Typer;
use super::value::is_text;
use crate::diagnostic::{Code, Problem, nearest};
use crate::expr::Text as WrittenText;
use crate::manifest::{self as ast, Server as Written, Spanned};
use crate::model::{
    Auth, AuthKeys, DnsLabel, Expr, KindName, LabelKey, Piece, Server, ServerPlace, Text, Type,
};

impl Typer<'_, '_> {
    /// An endpoint; typed with the facts of the cluster's kind.
    pub(super) fn server(&self, written: &Written) -> Option<Server> {
        let name = self
            .report
            .name_or(&written.name, "the name of a server", DnsLabel::new)?;
        let Some(ident) = ident::field(name.as_str()) else {
            self.report.push(ident::none(&written.name));
            return None;
        };
        let of_parent = match &written.of {
            Some(of) => {
                self.is_cluster(of)?;
                true
            }
            None => false,
        };
        let scope = Scope::outside(View::Server { of_parent }, Place::Server);
        let place = match (&written.service, &written.url) {
            (Some(service), None) => self.service_place(&scope, service),
            (None, Some(url)) => self.url(&scope, url, written),
            // Reported when it was read.
            _ => None,
        };
        let auth = match &written.auth {
            Some(auth) => Some(self.auth(&scope, auth)?),
            None => None,
        };
        Some(Server {
            name,
            ident,
            of_parent,
            place: place?,
            auth,
            timeout: written.timeout.as_ref().map(|timeout| timeout.value),
        })
    }

    /// `E0216` unless it is the cluster's kind.
    pub(super) fn is_cluster(&self, kind: &Spanned<String>) -> Option<()> {
        let known = &self.facts.manifest.cluster.kind.value;
        // One that cannot be a kind was reported: what is right is not known.
        if kind.value == *known || KindName::new(known.as_str()).is_err() {
            return Some(());
        }
        let problem = Problem::new(
            Code::E0216,
            format!("`{}` is not the kind of the cluster", kind.value),
        )
        .at(kind.span, format!("the cluster's kind is `{known}`"));
        self.report.push(
            match nearest(&kind.value, std::iter::once(known.as_str())) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            },
        );
        None
    }

    fn service_place(
        &self,
        scope: &Scope<'_>,
        written: &ast::ServerService,
    ) -> Option<ServerPlace> {
        let port = written.port.as_ref()?;
        let number = u16::try_from(port.value).ok().filter(|port| *port > 0);
        if number.is_none() {
            self.report.push(
                Problem::new(Code::E0511, format!("{} is no port", port.value))
                    .at(port.span, "expected 1 to 65535"),
            );
        }
        if let Some(name) = &written.name {
            let name = self.whole_text(scope, name);
            return Some(ServerPlace::Named {
                name: name?,
                port: number?,
            });
        }
        if written.labels.is_empty() {
            self.report.push(
                Problem::new(Code::E0104, "`labels` is missing in `service`")
                    .at(written.span, "has neither `labels` nor `name`")
                    .help("say which Service it is: `labels: {app: tally}`"),
            );
            return None;
        }
        let labels = written.labels.iter().map(|label| {
            let key = self
                .report
                .name(&label.key, "the key of a label", LabelKey::new);
            Some((key?, self.whole_text(scope, &label.value)?))
        });
        let labels: Vec<_> = labels.collect();
        Some(ServerPlace::Labels {
            labels: labels.into_iter().collect::<Option<_>>()?,
            port: number?,
        })
    }

    fn url(
        &self,
        scope: &Scope<'_>,
        written: &WrittenText,
        server: &Written,
    ) -> Option<ServerPlace> {
        let url: Text = self.whole_text(scope, written)?;
        let hosts: Vec<String> = server
            .allow_hosts
            .iter()
            .map(|host| host.value.clone())
            .collect();
        let from_resource = url.pieces.iter().any(is_value);
        if from_resource && hosts.is_empty() {
            self.report.push(
                Problem::new(
                    Code::E0525,
                    "a custom resource would decide where requests go",
                )
                .at(
                    written.span,
                    "whoever may create one could reach any host, with the operator's secrets",
                )
                .help("list the hosts that it may name: `allowHosts: [\"*.example.com\"]`"),
            );
            return None;
        }
        let legal = match url.pieces.first() {
            Some(Piece::Literal(text)) => {
                text.starts_with("https://") || text.starts_with("http://")
            }
            _ => from_resource,
        };
        if !legal {
            self.report
                .push(Problem::new(Code::E0523, "this is no URL of a server").at(
                    written.span,
                    "expected `https://` or `http://` at its start",
                ));
            return None;
        }
        Some(ServerPlace::Url { url, hosts })
    }

    fn auth(&self, scope: &Scope<'_>, written: &ast::Auth) -> Option<Auth> {
        let (mut when, narrowed) = match &written.condition {
            Some(cond) => {
                let (cond, narrowed) = self.cond(scope, cond)?;
                (Some(cond), narrowed)
            }
            None => (None, Vec::new()),
        };
        let scope = scope.with_narrowed(&narrowed);
        let (secret, keys) = match (&written.basic, &written.bearer) {
            (Some(basic), _) => (
                &basic.secret,
                AuthKeys::Basic {
                    username: basic.username.value.clone(),
                    password: basic.password.value.clone(),
                },
            ),
            (None, Some(bearer)) => (
                &bearer.secret,
                AuthKeys::Bearer {
                    token: bearer.key.value.clone(),
                },
            ),
            (None, None) => {
                self.report.push(
                    Problem::new(Code::E0104, "`basic` is missing in `auth`")
                        .at(written.span, "has neither `basic` nor `bearer`")
                        .help("say how: `bearer: {secret: NAME, key: token}`"),
                );
                return None;
            }
        };
        let secret = self.secret_name(&scope, secret)?;
        if let Some(cond) = &mut when {
            mark_used(cond, &narrowed);
        }
        Some(Auth { when, secret, keys })
    }

    /// A `secretRef`, or the name of a Secret.
    fn secret_name(&self, scope: &Scope<'_>, written: &WrittenText) -> Option<Expr> {
        let expr = self.text(scope, written)?;
        if expr.ty != Type::SecretRef && !is_text(&expr.ty) {
            self.report.push(
                Problem::new(Code::E0302, "this is no Secret")
                    .at(written.span, super::literal::words(&expr.ty))
                    .help("name a field of type `secretRef`, or write the name of a Secret"),
            );
            return None;
        }
        if expr.optional {
            let value = written.as_value();
            let path = value.and_then(crate::expr::Expr::as_path);
            let name = path.map_or_else(|| "this value".to_owned(), ToString::to_string);
            self.absent(written.span, &name, path, &expr.ty);
            return None;
        }
        Some(expr)
    }
}
