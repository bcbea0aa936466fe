//! What a batch would come to, told before it is accepted: nothing is reserved.

use tokio::runtime::Handle;

use super::asked::Asked;
use super::foreseen::Foreseen;
use super::{BatchOptions, Batches};
use crate::app::Refusal;
use crate::intake::KeptRecord;
use crate::registry::Expected;

/// What rows would come to, if their sound ones were accepted now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prospect {
    /// The numbers that they would have, by counter; another batch may be faster.
    pub numbers: Vec<Expected>,
    /// The batch that they are already.
    pub batch: Option<String>,
    /// What is to be known of it.
    pub notes: Vec<String>,
}

impl Batches {
    /// What rows that were looked at would come to. Only on a thread for blocking work.
    ///
    /// # Errors
    /// Options that do not fit, or a fault of the data directory.
    pub fn prospect(
        &self,
        document: &str,
        foreseen: &Foreseen,
        options: &BatchOptions,
        asked: Asked<'_>,
        handle: &Handle,
    ) -> Result<Prospect, Refusal> {
        let document = self.app().document(document)?;
        let sound: Vec<&KeptRecord> = foreseen.examined.sound().map(|(_, record)| record).collect();
        let first = sound.first().map(|record| record.record(document)).transpose()?;
        self.refuse_misfits(document, options, first.as_ref())?;
        let known = handle.block_on(self.ledger().newest(&asked.key_of(&foreseen.matter)))?;
        if let Some((batch, _)) = known {
            return Ok(Prospect { numbers: Vec::new(), batch: Some(batch), notes: Vec::new() });
        }
        let numbered = document.manifest.numbered.is_some();
        let numbers = if numbered && !sound.is_empty() {
            handle.block_on(self.ledger().registry().foresee(&sound, document))?
        } else {
            Vec::new()
        };
        Ok(Prospect { numbers, batch: None, notes: self.notes_of_new(numbered) })
    }
}
