//! What a request asks for, read from its method, path, headers and body.

use std::time::Instant;

use http::{HeaderMap, Method, Uri, header};
use hyper::body::Bytes;
use serde_json::Value;

use super::target::{Query, Target};

/// What is done to a resource, in the words of Kubernetes' access rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verb {
    /// One object, or a path that is no resource.
    Get,
    /// Many objects.
    List,
    /// A stream of changes.
    Watch,
    /// A new object.
    Create,
    /// A whole object.
    Update,
    /// A part of an object, a server-side apply among them.
    Patch,
    /// One object's end.
    Delete,
    /// Many objects' end.
    DeleteCollection,
}

/// A request as the proxy saw it, and what became of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Logged {
    /// Its place in the order of arrival, from 0.
    pub number: u64,
    /// When it arrived.
    pub at: Instant,
    /// What it does.
    pub verb: Verb,
    /// The path without the query.
    pub path: String,
    /// The API group; empty for the core group.
    pub group: String,
    /// The plural of the kind, such as `configmaps`; empty for a path that is no resource.
    pub resource: String,
    /// `status`, `scale` and the like.
    pub subresource: Option<String>,
    /// The object's namespace.
    pub namespace: Option<String>,
    /// The object's name; of a creation, the one in the body.
    pub name: Option<String>,
    /// Whether nothing is to be stored.
    pub dry_run: bool,
    /// The field manager that the query names.
    pub field_manager: Option<String>,
    /// The body's type; of a patch, the kind of patch.
    pub content_type: Option<String>,
    /// Who the caller says it is.
    pub user_agent: Option<String>,
    /// The size of the request's body.
    pub request_bytes: usize,
    /// The body of a write, if it is at most 64 KiB.
    pub body: Option<Bytes>,
    /// The action of the fault that was applied.
    pub fault: Option<&'static str>,
    /// The API server's answer, whether or not the caller got it.
    pub upstream: Option<u16>,
    /// What the caller was answered; absent until then, and for ever if it was not.
    pub status: Option<u16>,
    /// The size of the response's body so far.
    pub response_bytes: u64,
    /// Of a watch: the events passed on so far, without bookmarks.
    pub events: u64,
}

impl Logged {
    /// Whether the request changes something (or would, but for `dryRun`).
    pub fn is_write(&self) -> bool {
        !matches!(self.verb, Verb::Get | Verb::List | Verb::Watch)
    }

    /// Whether the request reads objects once.
    pub fn is_read(&self) -> bool {
        matches!(self.verb, Verb::Get | Verb::List)
    }

    /// Whether the request is about the operator itself and not about what it manages: leases,
    /// events, reviews of tokens and rights, discovery.
    pub fn is_background(&self) -> bool {
        matches!(
            (self.group.as_str(), self.resource.as_str()),
            ("coordination.k8s.io", "leases")
                | ("" | "events.k8s.io", "events")
                | ("authentication.k8s.io" | "authorization.k8s.io", _)
                | (_, "")
        )
    }

    /// Whether the request is a server-side apply.
    pub fn is_apply(&self) -> bool {
        let content = self.content_type.as_deref().unwrap_or_default();
        self.verb == Verb::Patch && content.starts_with("application/apply-patch")
    }

    /// The logged body as a value, if there is one and it is JSON.
    pub fn json(&self) -> Option<Value> {
        // A body that is no JSON is no value, which is what is asked.
        serde_json::from_slice(self.body.as_ref()?).ok()
    }

    /// Reads a request. Its number is given by the log.
    pub(super) fn read(method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Self {
        let query = Query(uri.query().unwrap_or_default());
        let target = Target::read(uri.path());
        let header = |name| {
            let value = headers.get(name)?.to_str();
            // Bytes that are no text are not worth a failure of the log.
            value.ok().map(str::to_owned)
        };
        let watch = query
            .value("watch")
            .is_some_and(|v| v == "true" || v == "1");
        let one = target.name.is_some() || target.resource.is_empty();
        let verb = match *method {
            Method::POST => Verb::Create,
            Method::PUT => Verb::Update,
            Method::PATCH => Verb::Patch,
            Method::DELETE if one => Verb::Delete,
            Method::DELETE => Verb::DeleteCollection,
            _ if watch => Verb::Watch,
            _ if one => Verb::Get,
            _ => Verb::List,
        };
        let mut logged = Self {
            number: 0,
            at: Instant::now(),
            verb,
            path: uri.path().to_owned(),
            group: target.group.to_owned(),
            resource: target.resource.to_owned(),
            subresource: target.subresource.map(str::to_owned),
            namespace: target.namespace.map(str::to_owned),
            name: target.name.map(str::to_owned),
            dry_run: query.value("dryRun").is_some(),
            field_manager: query.value("fieldManager"),
            content_type: header(header::CONTENT_TYPE),
            user_agent: header(header::USER_AGENT),
            request_bytes: body.len(),
            body: None,
            fault: None,
            upstream: None,
            status: None,
            response_bytes: 0,
            events: 0,
        };
        if logged.is_write() && body.len() <= LOGGED_BODY {
            logged.body = Some(body.clone());
        }
        if logged.name.is_none() && verb == Verb::Create {
            let name = logged.json();
            let name = name.as_ref().and_then(|v| v.pointer("/metadata/name"));
            logged.name = name.and_then(Value::as_str).map(str::to_owned);
        }
        logged
    }
}

/// The largest body that the log keeps.
const LOGGED_BODY: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(method: &Method, uri: &str, body: &str) -> Logged {
        let uri = uri.parse().unwrap();
        Logged::read(
            method,
            &uri,
            &HeaderMap::new(),
            &Bytes::from(body.to_owned()),
        )
    }

    #[test]
    fn the_verb_and_the_object_come_from_method_and_path() {
        let (get, post, delete) = (&Method::GET, &Method::POST, &Method::DELETE);
        let maps = "/api/v1/namespaces/a/configmaps";
        for (method, uri, verb, resource, namespace, name) in [
            (get, maps, Verb::List, "configmaps", Some("a"), None),
            (
                get,
                "/api/v1/pods?watch=true",
                Verb::Watch,
                "pods",
                None,
                None,
            ),
            (
                get,
                "/api/v1/namespaces/a/pods/p/log",
                Verb::Get,
                "pods",
                Some("a"),
                Some("p"),
            ),
            (
                get,
                "/api/v1/namespaces/a",
                Verb::Get,
                "namespaces",
                Some("a"),
                Some("a"),
            ),
            (
                get,
                "/api/v1/namespaces",
                Verb::List,
                "namespaces",
                None,
                None,
            ),
            (
                get,
                "/apis/apps/v1/deployments",
                Verb::List,
                "deployments",
                None,
                None,
            ),
            (
                delete,
                maps,
                Verb::DeleteCollection,
                "configmaps",
                Some("a"),
                None,
            ),
            (post, maps, Verb::Create, "configmaps", Some("a"), Some("x")),
            (get, "/version", Verb::Get, "", None, None),
            (get, "/apis/apps/v1", Verb::Get, "", None, None),
        ] {
            let read = read(method, uri, r#"{"metadata":{"name":"x"}}"#);
            let (is_namespace, is_name) = (read.namespace.as_deref(), read.name.as_deref());
            assert_eq!(
                (read.verb, read.resource.as_str(), is_namespace, is_name),
                (verb, resource, namespace, name),
                "{uri}"
            );
        }
    }

    #[test]
    fn the_query_is_decoded() {
        let uri = "/api/v1/namespaces/a/pods/p/status?fieldManager=a%2Fb%zz&dryRun=All";
        let read = read(&Method::PATCH, uri, "");
        assert_eq!(read.field_manager.as_deref(), Some("a/b%zz"));
        assert_eq!(read.subresource.as_deref(), Some("status"));
        assert!(read.dry_run && read.is_write() && !read.is_background());
    }

    #[test]
    fn leases_events_reviews_and_discovery_are_background() {
        for uri in [
            "/apis/coordination.k8s.io/v1/namespaces/a/leases/l",
            "/api/v1/namespaces/a/events",
            "/apis/events.k8s.io/v1/namespaces/a/events",
            "/apis/authentication.k8s.io/v1/tokenreviews",
            "/apis/apps/v1",
        ] {
            assert!(read(&Method::GET, uri, "").is_background(), "{uri}");
        }
    }
}
