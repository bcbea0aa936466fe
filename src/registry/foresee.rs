//! Which numbers rows would be given now; nothing is reserved.

use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;

use super::Registry;
use super::reserve::Asked;
use crate::catalog::Document;
use crate::fault::Fault;
use crate::intake::KeptRecord;

/// The numbers that rows would have of one counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// The first number.
    pub first: String,
    /// The last number.
    pub last: String,
    /// How many rows would have one of them.
    pub count: usize,
}

impl Registry {
    /// The numbers that records would be given now. Nothing is written, so nobody who writes waits for it.
    pub(crate) async fn foresee(
        &self,
        records: &[&KeptRecord],
        document: &Document,
    ) -> Result<Vec<Expected>, Fault> {
        let asked: Vec<Asked> = records
            .par_iter()
            .map(|record| Asked::of(document, &record.record(document)?))
            .collect::<Result<_, Fault>>()?;
        let begun = self.store.pool().begin().await;
        let mut look = begun.map_err(|error| self.store.fault(&error))?;
        let given = self.give(&mut look, records, &asked, document).await?;
        drop(look);
        let mut expected: Vec<(Arc<str>, Expected)> = Vec::new();
        for (number, (counter, _)) in
            given.numbers.into_iter().flatten().filter_map(|(number, place)| Some((number, place?)))
        {
            match expected.iter_mut().find(|(known, _)| *known == counter) {
                Some((_, numbers)) => {
                    numbers.last = number;
                    numbers.count += 1;
                }
                None => {
                    let first = number.clone();
                    expected.push((counter, Expected { first, last: number, count: 1 }));
                }
            }
        }
        Ok(expected.into_iter().map(|(_, numbers)| numbers).collect())
    }
}
