//! The schema of the custom resource, and the types that read it, say the same.

use dsoi_runtime::prelude::*;
use dsoi_runtime::testing::lost_fields;

use depot_operator::api::{Depot, DepotSetting, Shelf};

const CRD: &str = Depot::CRD;

#[test]
fn every_field_of_the_schema_survives_decode_and_encode() {
    let lost = lost_fields::<Depot>(CRD);
    assert_eq!(lost, Vec::<String>::new());
}

#[test]
fn every_field_of_a_depot_setting_survives_too() {
    let lost = lost_fields::<DepotSetting>(DepotSetting::CRD);
    assert_eq!(lost, Vec::<String>::new());
}

#[test]
fn every_field_of_a_shelf_survives_too() {
    let lost = lost_fields::<Shelf>(Shelf::CRD);
    assert_eq!(lost, Vec::<String>::new());
}
