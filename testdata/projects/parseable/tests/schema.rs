//! The schema of the custom resource, and the types that read it, say the same.

use dsoi_runtime::prelude::*;
use dsoi_runtime::testing::lost_fields;

use parseable_operator::api::ParseableTenant;

const CRD: &str = ParseableTenant::CRD;

#[test]
fn every_field_of_the_schema_survives_decode_and_encode() {
    let lost = lost_fields::<ParseableTenant>(CRD);
    assert_eq!(lost, Vec::<String>::new());
}
