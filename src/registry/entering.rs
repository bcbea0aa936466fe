//! Certificates are entered into the register with the history of their numbers.

use std::sync::Arc;

use serde_json::{Value, json};
use sqlx::{Sqlite, Transaction};

use super::history::{Event, Happened};
use super::reserve::Reserved;
use super::{Registry, code};
use crate::digest::Digest;
use crate::fault::Fault;
use crate::intake::{self, KeptRecord};
use crate::wording::numbering;

/// A row's place on a counter: which, and the serial.
pub(super) type Place = (Arc<str>, u64);

/// A record with its number, as it is entered.
pub(super) struct Entering {
    pub(super) record: KeptRecord,
    pub(super) number: String,
    pub(super) row: Value,
    pub(super) event: Event,
}

impl Entering {
    /// What is entered of the row at a place (from 0).
    pub(super) fn of(
        of: &Reserved<'_>,
        at: usize,
        record: &KeptRecord,
        number: Option<(String, Option<Place>)>,
    ) -> Result<Self, Fault> {
        let document = of.document;
        let nothing = || Fault::new(format!("文书 {} 没有编号的规则", document.id));
        let (number, place) = number.ok_or_else(nothing)?;
        let mut record = record.record(document)?;
        if place.is_some() {
            record = intake::numbered(document, &record, &number)?;
        }
        let code = code::new()?;
        let kept = numbering::registered(document, &record)?;
        let facts = json!({
            "document": document.id.to_string(),
            "counter": place.as_ref().map(|(counter, _)| &**counter),
            "serial": place.as_ref().map(|(_, serial)| serial),
            // The code itself is for whoever holds the certificate.
            "code": Digest::of(code.as_bytes()),
            "verify_at": of.verify_at,
            "holder": kept.holder,
            "credit_code": kept.credit_code,
            "title": kept.title,
            "issuer": kept.issuer,
            "term_from": kept.from,
            "term_to": kept.to,
            "issued_on": kept.issued_on,
            "digest": record.digest(),
            "batch": of.batch,
            "row": at + 1,
        });
        let mut row = facts.clone();
        row["number"] = number.as_str().into();
        row["code"] = code.into();
        row["record"] = record.canonical().into();
        let event =
            Event { what: Happened::Reserved, number: number.clone(), why: String::new(), facts };
        Ok(Self { record: record.into(), number, row, event })
    }
}

impl Registry {
    /// Writes certificates into the register.
    pub(super) async fn enter(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        rows: Vec<Value>,
    ) -> Result<(), Fault> {
        let sql = "INSERT INTO certificate (number, document, counter, serial, code, verify_at, holder,
                credit_code, title, issuer, term_from, term_to, issued_on, record, digest, batch, row, state)
            SELECT value->>'number', value->>'document', value->>'counter', value->>'serial', value->>'code',
                value->>'verify_at', value->>'holder', value->>'credit_code', value->>'title', value->>'issuer',
                value->>'term_from', value->>'term_to', value->>'issued_on', value->>'record',
                value->>'digest', value->>'batch', value->>'row', 'reserved'
            FROM json_each(?)";
        sqlx::query(sql)
            .bind(Value::from(rows).to_string())
            .execute(&mut **change)
            .await
            .map(drop)
            .map_err(|error| self.store.fault(&error))
    }
}
