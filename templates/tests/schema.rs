//! The schema of the custom resource, and the types that read it, say the same.

use dsoi_runtime::prelude::*;
use dsoi_runtime::testing::lost_fields;

use «krate»::api::«kind»;

const CRD: &str = «kind»::CRD;

#[test]
fn every_field_of_the_schema_survives_decode_and_encode() {
    let lost = lost_fields::<«kind»>(CRD);
    assert_eq!(lost, Vec::<String>::new());
}
