//! Check: an input looked at, with what only the layout can tell.

use serde_json::Value;

use super::{App, Refusal};
use crate::catalog::Document;
use crate::intake::{self, Examination};
use crate::values::Finding;

impl App {
    /// Looks at an input.
    ///
    /// # Errors
    /// An unknown document, or a fault; problems of the input are part of the answer.
    pub fn check(&self, document: &str, input: &[u8]) -> Result<Examination, Refusal> {
        let document = self.document(document)?;
        let examined = intake::examine(&self.catalog, document, input, self.most.rows)?;
        self.with_room(document, examined)
    }

    /// Looks at an input that was read already, with what was found in it then.
    pub(super) fn check_read(
        &self,
        document: &Document,
        value: Value,
        findings: Vec<(String, Finding)>,
    ) -> Result<Examination, Refusal> {
        let (catalog, most) = (&self.catalog, self.most.rows);
        let examined = intake::examine_read(catalog, document, Some(value), findings, most)?;
        self.with_room(document, examined)
    }

    /// What was looked at, with what has no room on its sheet.
    fn with_room(
        &self,
        document: &Document,
        mut examined: Examination,
    ) -> Result<Examination, Refusal> {
        let without_room = self.find_without_room(document, &examined.records)?;
        if !without_room.is_sound() {
            examined.problems.join(without_room);
            examined.records.clear();
        }
        Ok(examined)
    }
}
