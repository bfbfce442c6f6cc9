//! The schema of the custom resource, and the types that read it, say the same.

use dsoi_runtime::prelude::*;
use dsoi_runtime::testing::lost_fields;

«uses»

const CRD: &str = «kind»::CRD;

#[test]
fn every_field_of_the_schema_survives_decode_and_encode() {
    let lost = lost_fields::<«kind»>(CRD);
    assert_eq!(lost, Vec::<String>::new());
}
{% for resource in resources %}

#[test]
fn every_field_of_a_«resource.file»_survives_too() {
    let lost = lost_fields::<«resource.kind»>(«resource.kind»::CRD);
    assert_eq!(lost, Vec::<String>::new());
}
{% endfor %}
