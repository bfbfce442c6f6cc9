//! The «kind» operator: its custom resource, and how a cluster is made of it.
//!
//! `api` is written from `dsoi.yaml`; `cluster` and `nodes` are yours to read and to change.

#[rustfmt::skip]
pub mod api;
pub mod cluster;
{% if resources %}
pub mod external;
{% endif %}
{% if hooks %}
pub mod hooks;
{% endif %}
pub mod nodes;
