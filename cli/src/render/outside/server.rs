//! The function of a server.

use super::duration;
use crate::model::{Auth, AuthKeys, Server, ServerPlace, Type};
use crate::render::rust::Expr as Rust;
use crate::render::source::statement_at;
use crate::render::value::Ctx;

/// `pub(crate) fn pinot(parent: &Pinot) -> Server { … }`
pub(super) fn function(ctx: Ctx<'_>, kind: &str, server: &Server) -> String {
    let name = Rust::str(server.name.as_str());
    let mut body = String::new();
    let mut code = match &server.place {
        ServerPlace::Labels { labels, port } => {
            let labels = labels.iter().map(|(key, value)| {
                Rust::Tuple(vec![Rust::str(key.as_str()), ctx.text_slice(value)])
            });
            let labels = Rust::Array(labels.collect());
            body.push_str(&statement_at(4, "labels", &labels));
            let port = Rust::atom(port.to_string());
            Rust::call("Server::service", [name, Rust::atom("labels"), port])
        }
        ServerPlace::Named { name: of, port } => {
            let port = Rust::atom(port.to_string());
            Rust::call("Server::service_named", [name, ctx.text_arg(of), port])
        }
        ServerPlace::Url { url, hosts } => {
            let code = Rust::call("Server::url", [name, ctx.text_arg(url)]);
            if hosts.is_empty() {
                code
            } else {
                let hosts = hosts.iter().map(|host| Rust::str(host));
                code.method("allow_hosts", [Rust::Array(hosts.collect())])
            }
        }
    };
    if let Some(timeout) = server.timeout {
        code = code.method("timeout", [duration(timeout)]);
    }
    if let Some(auth) = &server.auth {
        let method = if auth.when.is_some() {
            "auth_if"
        } else {
            "auth"
        };
        body.push_str(&statement_at(4, "auth", &auth_of(ctx, auth)));
        code = code.method(method, [Rust::atom("auth")]);
    }
    let (doc, params) = if server.of_parent {
        (format!(" of a {kind}"), format!("parent: &{kind}"))
    } else {
        (String::new(), String::new())
    };
    format!(
        "/// The server `{}`{doc}.\npub(crate) fn {}({params}) -> Server {{\n{body}    {}\n}}",
        server.name,
        server.ident,
        code.print(4, 4, 0)
    )
}

fn auth_of(ctx: Ctx<'_>, auth: &Auth) -> Rust {
    let secret = if auth.secret.ty == Type::SecretRef {
        ctx.value(&auth.secret).name_of_secret()
    } else {
        ctx.text_value_arg(&auth.secret)
    };
    let code = match &auth.keys {
        AuthKeys::Basic { username, password } => Rust::call(
            "Auth::basic",
            [secret, Rust::str(username), Rust::str(password)],
        ),
        AuthKeys::Bearer { token } => Rust::call("Auth::bearer", [secret, Rust::str(token)]),
    };
    match &auth.when {
        None => code,
        Some(cond) => ctx.when(cond, code),
    }
}
