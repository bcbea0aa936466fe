//! Numbers skipped (跳过) that were handed out and that the registry does not know.

use tokio::runtime::Handle;

use super::reason;
use crate::app::{Batches, Refusal};
use crate::registry::Skipped;

impl Batches {
    /// Has the counter that would give a number go on behind it; how many numbers are skipped, and the first
    /// of them. Only on a thread for blocking work.
    ///
    /// # Errors
    /// A reason that is missing, a number that no counter would give next, or a fault.
    pub fn skip(
        &self,
        number: &str,
        who: &str,
        why: &str,
        handle: &Handle,
    ) -> Result<(u64, String), Refusal> {
        let why = reason(why)?;
        if why.is_empty() {
            return Err(Refusal::Usage("请写明跳过的原因（--why）".to_owned()));
        }
        let document = |id: &str| self.app().catalog().document(id);
        let skipping = self.ledger().registry().skip(number, who, &why, document);
        match handle.block_on(skipping)? {
            Skipped::Done(count, first) => Ok((count, first)),
            Skipped::Known => {
                Err(Refusal::Usage(format!("{number} 已在登记簿里，不用跳过，也不会再编一次")))
            }
            Skipped::NotFound => Err(Refusal::Usage(format!(
                "按现在的计数，接下来不会编出 {number}；请核对写法，例如年份、括号和位数。\
                 这种编号还一个也没有编过的（例如新的一年），先把发过的填在表里补登"
            ))),
        }
    }
}
