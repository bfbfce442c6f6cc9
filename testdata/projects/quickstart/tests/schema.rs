//! The schema of the custom resource, and the types that read it, say the same.

use dsoi_runtime::prelude::*;
use dsoi_runtime::testing::lost_fields;

use tally_operator::api::Tally;

const CRD: &str = Tally::CRD;

#[test]
fn every_field_of_the_schema_survives_decode_and_encode() {
    let lost = lost_fields::<Tally>(CRD);
    assert_eq!(lost, Vec::<String>::new());
}
