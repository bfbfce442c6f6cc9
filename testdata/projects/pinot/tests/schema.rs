//! The schema of the custom resource, and the types that read it, say the same.

use dsoi_runtime::prelude::*;
use dsoi_runtime::testing::lost_fields;

use pinot_control_plane::api::{Pinot, PinotSchema, PinotTable, PinotTenant};

const CRD: &str = Pinot::CRD;

#[test]
fn every_field_of_the_schema_survives_decode_and_encode() {
    let lost = lost_fields::<Pinot>(CRD);
    assert_eq!(lost, Vec::<String>::new());
}

#[test]
fn every_field_of_a_pinot_schema_survives_too() {
    let lost = lost_fields::<PinotSchema>(PinotSchema::CRD);
    assert_eq!(lost, Vec::<String>::new());
}

#[test]
fn every_field_of_a_pinot_table_survives_too() {
    let lost = lost_fields::<PinotTable>(PinotTable::CRD);
    assert_eq!(lost, Vec::<String>::new());
}

#[test]
fn every_field_of_a_pinot_tenant_survives_too() {
    let lost = lost_fields::<PinotTenant>(PinotTenant::CRD);
    assert_eq!(lost, Vec::<String>::new());
}
