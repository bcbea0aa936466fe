//! Calibrate: a sheet that tells how far a printer is out (套打校准).

use serde_json::json;

use super::plan::Plan;
use super::wanted::{Options, Output, Rendered};
use super::{App, Refusal};
use crate::typeset::Offset;
use crate::wording::Sheet;

/// The layout, which belongs to no document.
const LAYOUT: &str = "lib/calibrate";

impl App {
    /// The sheet for a document's stock, moved by so much already.
    ///
    /// # Errors
    /// The document cannot be overprinted, or faults.
    pub fn calibrate(
        &self,
        document: &str,
        offset: Offset,
        output: Output,
    ) -> Result<Rendered, Refusal> {
        let document = self.document(document)?;
        let options = Options { overprint: Some(offset), output, ..Options::default() };
        let plan = Plan::of(document, false, options)?;
        let sheet = Sheet::free(json!({ "offset": offset.to_string() }), document.issued);
        let single = plan.single(self, document, None, LAYOUT, document.issued);
        let output = plan.wanted(single);
        let mut job = plan.job(self, document, vec![sheet], output);
        LAYOUT.clone_into(&mut job.document);
        job.title = format!("套打校准页（{}）", document.manifest.name);
        // Rulers stand nearer to the edge than any text of a document.
        job.draft = true;
        let made = self.typesetting.typeset(&job)?;
        plan.finish(made, &job.title, crate::intake::Problems::default())
    }
}
