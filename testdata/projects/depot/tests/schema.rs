//! The schema of the custom resource, and the types that read it, say the same.

use dsoi_runtime::prelude::*;
use dsoi_runtime::testing::lost_fields;

use depot_operator::api::Depot;

const CRD: &str = Depot::CRD;

#[test]
fn every_field_of_the_schema_survives_decode_and_encode() {
    let lost = lost_fields::<Depot>(CRD);
    assert_eq!(lost, Vec::<String>::new());
}
