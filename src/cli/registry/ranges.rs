//! Which numbers were given, counter by counter, and why one bears no certificate.

use serde_json::json;
use tokio::runtime::Runtime;

use crate::app::Refusal;
use crate::cli::output;
use crate::registry::{Registry, Run};

pub(super) fn ranges(runtime: &Runtime, registry: &Registry, as_json: bool) -> Result<(), Refusal> {
    let ranges = runtime.block_on(registry.ranges())?;
    if as_json {
        return output::json(&json!({ "ranges": ranges }));
    }
    if ranges.is_empty() {
        output::line("还没有编过号。");
        return Ok(());
    }
    for range in &ranges {
        let (document, counter) = (&range.document, &range.counter);
        output::line(format_args!(
            "{document} {counter}：{} 至 {}，共 {} 个",
            range.first, range.last, range.count
        ));
        range.runs.iter().for_each(|run| output::line(format_args!("  {}", told(run))));
    }
    Ok(())
}

fn told(run: &Run) -> String {
    let numbers = match run.count {
        1 => run.first.clone(),
        count => format!("{} 至 {}（{count} 个）", run.first, run.last),
    };
    let batch = run.batch.as_deref().map(|batch| format!("，批次 {batch}")).unwrap_or_default();
    let why = run.why.as_deref().map(|why| format!("：{why}")).unwrap_or_default();
    format!("{numbers}  {}{why}{batch}", run.fate.title())
}
