//! Work over the ledger: in the foreground until a print is done, in the background for ever.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;

use super::{Batches, Order};
use crate::app::Refusal;
use crate::fault::Fault;
use crate::jobs::{Claim, Print, PrintState, Worker};

/// How long one waits who finds nothing to do.
const IDLE: Duration = Duration::from_millis(100);

/// What came of looking for work.
enum Turn {
    /// There was none.
    Nothing,
    /// A chunk was done, or lost to another process.
    Worked,
    /// A chunk of this print was given back.
    Failed(String, Refusal),
}

/// How long one waits in the background; new work calls at once.
const QUIET: Duration = Duration::from_secs(1);

impl Batches {
    /// Works at a print until it is finished, whoever else works at it; `look` is told how it stands, and
    /// says whether to go on. Must be called on a runtime of several threads.
    ///
    /// # Errors
    /// Why it cannot be finished, or a fault.
    pub async fn finish(
        &self,
        print: &str,
        mut look: impl FnMut(&Print) -> bool,
    ) -> Result<Print, Refusal> {
        let worker = Arc::new(self.ledger.worker(self.house.lease).await?);
        self.ledger.reconcile(&worker).await?;
        let stop = Arc::new(AtomicBool::new(false));
        // The ledger keeps the sentence of what failed; whose it is to mend is known here.
        let failed = Arc::new(Mutex::new(None));
        let mut hands = Vec::new();
        for _ in 0..self.house.at_once.max(1) {
            let (batches, worker, stop) = (self.clone(), Arc::clone(&worker), Arc::clone(&stop));
            let (print, handle, failed) =
                (print.to_owned(), Handle::current(), Arc::clone(&failed));
            hands.push(tokio::task::spawn_blocking(move || {
                while !stop.load(Ordering::Acquire) {
                    match batches.work_once(&worker, Some(&print), &handle)? {
                        Turn::Nothing => std::thread::sleep(IDLE),
                        Turn::Worked => {}
                        Turn::Failed(_, refusal) => {
                            *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
                        }
                    }
                }
                Ok::<(), Fault>(())
            }));
        }
        let seen = loop {
            let now = self.ledger.print(print).await;
            match &now {
                Ok(Some(now)) => {
                    let go_on = look(now);
                    if now.state != PrintState::Waiting || !go_on {
                        break Ok(now.clone());
                    }
                }
                Ok(None) => break Err(Refusal::Usage(format!("没有印制 {print}"))),
                Err(fault) => break Err(fault.clone().into()),
            }
            // One that has failed is told at once, not when all have.
            if hands.iter().any(tokio::task::JoinHandle::is_finished) {
                break match now {
                    Ok(Some(now)) => Ok(now),
                    _ => Err(Refusal::Lost),
                };
            }
            tokio::time::sleep(IDLE).await;
        };
        stop.store(true, Ordering::Release);
        let mut done = Ok(());
        for hand in hands {
            match hand.await {
                Ok(ended) => done = done.and(ended),
                Err(failed) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
                Err(_) => {}
            }
        }
        self.ledger.leave(&worker).await;
        done?;
        let seen = seen?;
        // What was done while the hands came to rest counts.
        let seen = self.ledger.print(print).await?.unwrap_or(seen);
        match seen.state {
            PrintState::Stalled => {
                let failed = failed.lock().unwrap_or_else(PoisonError::into_inner).take();
                Err(failed.unwrap_or_else(|| {
                    Refusal::Usage(seen.why.unwrap_or_else(|| "批次停住了".to_owned()))
                }))
            }
            PrintState::Cancelled => {
                Err(Refusal::Usage(format!("批次已取消：{}", seen.why.unwrap_or_default())))
            }
            PrintState::Waiting | PrintState::Done => Ok(seen),
        }
    }

    /// Works at whatever there is until `stop`, on as many threads as are set; `called` wakes them.
    ///
    /// # Errors
    /// A data directory that cannot be written when it begins; later faults are logged, and tried again.
    pub async fn work(
        &self,
        stop: Arc<AtomicBool>,
        called: Arc<tokio::sync::Notify>,
    ) -> Result<(), Fault> {
        let worker = Arc::new(self.ledger.worker(self.house.lease).await?);
        let mut hands = Vec::new();
        for _ in 0..self.house.at_once.max(1) {
            let (batches, worker) = (self.clone(), Arc::clone(&worker));
            let (stop, called) = (Arc::clone(&stop), Arc::clone(&called));
            hands.push(tokio::spawn(async move {
                while !stop.load(Ordering::Acquire) {
                    let (own, held) = (batches.clone(), Arc::clone(&worker));
                    let handle = Handle::current();
                    let done =
                        tokio::task::spawn_blocking(move || own.work_once(&held, None, &handle));
                    match done.await {
                        Ok(Ok(Turn::Worked)) => continue,
                        // What has failed may do better after a while: a disk that was full, say.
                        Ok(Ok(Turn::Nothing)) => {}
                        Ok(Ok(Turn::Failed(print, why))) => {
                            tracing::error!(print, "批次没有做成：{why}");
                        }
                        Ok(Err(fault)) => tracing::error!("程序故障：{fault}"),
                        Err(error) => tracing::error!("批次的工作中断：{error}"),
                    }
                    let _ = tokio::time::timeout(QUIET, called.notified()).await;
                    if let Err(fault) = batches.ledger.reconcile(&worker).await {
                        tracing::error!("程序故障：{fault}");
                    }
                }
            }));
        }
        for hand in hands {
            let _ = hand.await;
        }
        self.ledger.leave(&worker).await;
        Ok(())
    }

    /// Takes one chunk and does it. Only on a thread for blocking work.
    fn work_once(
        &self,
        worker: &Worker,
        only: Option<&str>,
        handle: &Handle,
    ) -> Result<Turn, Fault> {
        let fits = |document: &str, template: &str, fonts: &str| {
            let known = self.app.catalog().document(document);
            known.is_some_and(|known| known.digest.as_str() == template)
                && self.app.catalog().fonts().digest().as_str() == fonts
        };
        let Some(claim) = handle.block_on(self.ledger.claim(worker, only, fits))? else {
            return Ok(Turn::Nothing);
        };
        let turn = self.do_chunk(&claim, handle);
        worker.let_go(&claim.print, claim.chunk);
        turn
    }

    fn do_chunk(&self, claim: &Claim, handle: &Handle) -> Result<Turn, Fault> {
        let done = Order::read(&claim.options).and_then(|order| {
            if claim.joins {
                self.make_file(claim, &order, handle)
            } else {
                self.make_run(claim, &order, handle)
            }
        });
        // Who lost the fence leaves everything as it is.
        let Err(refusal) = done else { return Ok(Turn::Worked) };
        // What the rows or options cannot be will not be at the next try either.
        let at_once = matches!(refusal, Refusal::Usage(_) | Refusal::Problems(_));
        let why = refusal.to_string();
        // What cannot be given back is taken again, as it is in nobody's hand.
        handle.block_on(self.ledger.give_up(claim, &why, at_once))?;
        Ok(Turn::Failed(claim.print.clone(), refusal))
    }

    fn make_run(&self, claim: &Claim, order: &Order, handle: &Handle) -> Result<bool, Refusal> {
        let mut rows = handle.block_on(self.ledger.rows_of(claim))?;
        // Also what was revoked after it was asked for is not printed again.
        rows.retain(|row| {
            let ended = !claim.issues && row.out_of_force().is_some();
            !ended && !order.without.contains(&row.row)
        });
        let made = self.typeset(claim, rows, order)?;
        // What was issued before is not told to have failed because it cannot be printed again.
        let alone = claim.each_alone && claim.issues;
        if let (Some((row, why)), false) = (made.failed.first(), alone) {
            return Err(Refusal::Usage(format!("{}印不出来：{why}", row.name)));
        }
        if !made.bytes.is_empty() {
            handle.block_on(self.ledger.store().files().keep(&made.run.file, made.bytes))?;
        }
        Ok(handle.block_on(self.ledger.commit_run(claim, &made.run, &made.failed))?)
    }

    fn make_file(&self, claim: &Claim, order: &Order, handle: &Handle) -> Result<bool, Refusal> {
        let joined = self.join(claim, &order.options, handle)?;
        let committed = handle.block_on(self.ledger.commit_file(
            claim,
            &joined.name,
            &joined.written,
            joined.pages,
            &joined.begins,
            &order.why,
        ))?;
        if !committed {
            handle.block_on(self.ledger.store().files().remove(&joined.name))?;
        }
        Ok(committed)
    }
}
