//! The regions that a form offers: cities with their counties, and the zones by themselves.

use minijinja::{Value, context};

use crate::catalog::Catalog;

/// What the zones (功能区), which are written without a city, stand under.
const ZONES: &str = "功能区";

/// The cities of a province in the order of codes, each with its counties by name and as they are written.
pub(super) fn regions(catalog: &Catalog, province: &str) -> Vec<Value> {
    let mut cities: Vec<(String, Vec<Value>)> = Vec::new();
    for region in catalog.regions().of(province) {
        let city = if region.zone { ZONES } else { &region.city };
        let county = context! { name => &region.name, full => region.full_name() };
        match cities.iter_mut().find(|(name, _)| name == city) {
            Some((_, counties)) => counties.push(county),
            None => cities.push((city.to_owned(), vec![county])),
        }
    }
    // Zones are few, and nobody looks for them first.
    cities.sort_by_key(|(name, _)| name == ZONES);
    cities.into_iter().map(|(name, counties)| context! { name, counties }).collect()
}
