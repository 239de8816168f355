//! The one parallel loop of the crate.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::pool::{default_threads, pool};
use crate::error::{Error, Result};

/// How a run is steered and watched from outside: cancel, progress, threads.
///
/// Shared by reference between the thread that works and the one that watches.
#[derive(Debug, Default)]
pub struct Control {
    cancelled: AtomicBool,
    done: AtomicU64,
    total: AtomicU64,
    threads: Option<usize>,
}

impl Control {
    /// `threads` = `None` takes [`default_threads`]; 0 counts as 1.
    pub fn new(threads: Option<usize>) -> Self {
        Self { threads: threads.map(|n| n.max(1)), ..Self::default() }
    }

    pub fn threads(&self) -> usize {
        self.threads.unwrap_or_else(default_threads)
    }

    /// Asks every run under this control to stop: no further blocks are begun, and those in hand
    /// that ask [`Control::check`] are left.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// # Errors
    /// [`Error::Cancelled`] when a stop was asked for. Long work on one block calls this every few
    /// milliseconds.
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// Blocks finished so far, over all runs under this control.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Blocks asked for so far, over all runs under this control.
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run<T> {
    /// Results of the first `done.len()` blocks, in block order.
    pub done: Vec<T>,
    /// The run stopped before its last block.
    pub cancelled: bool,
}

impl<T> Run<T> {
    /// The results, or [`Error::Cancelled`] when some are missing.
    pub fn complete(self) -> Result<Vec<T>> {
        if self.cancelled { Err(Error::Cancelled) } else { Ok(self.done) }
    }
}

/// Works on every block of `blocks`, on the threads of `control`, each thread with a scratch of its
/// own, and returns the results in block order.
///
/// `work` must be a function of the block alone (scratch is memory, not state); then the results
/// are the same for any number of threads. Blocks are handed out in ascending order. After a cancel
/// those in hand are finished or left (see [`Control::check`]); what is returned is the prefix before
/// the first that was left.
///
/// # Errors
/// The error of the lowest failing block, whichever thread met one first.
pub fn run_blocks<S, T>(
    blocks: Range<u64>,
    control: &Control,
    work: impl Fn(&mut S, u64) -> Result<T> + Sync,
) -> Result<Run<T>>
where
    S: Default + Send,
    T: Send,
{
    let wanted = blocks.end.saturating_sub(blocks.start);
    control.total.fetch_add(wanted, Ordering::Relaxed);
    let threads = control.threads().min(usize::try_from(wanted).unwrap_or(usize::MAX));
    if threads <= 1 {
        return run_here(blocks, control, work);
    }

    let next = AtomicU64::new(0);
    let failed = AtomicBool::new(false);
    let finished: Mutex<Vec<(u64, Result<T>)>> = Mutex::new(Vec::new());
    let worker = || {
        let mut scratch = S::default();
        let mut mine = Vec::new();
        while !control.is_cancelled() && !failed.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= wanted {
                break;
            }
            let result = work(&mut scratch, blocks.start + index);
            match &result {
                Ok(_) => control.done.fetch_add(1, Ordering::Relaxed),
                Err(Error::Cancelled) => break,
                Err(_) => u64::from(failed.swap(true, Ordering::Relaxed)),
            };
            mine.push((index, result));
        }
        let mut all = finished.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.append(&mut mine);
    };
    pool(threads)?.scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|_| worker());
        }
    });

    let mut finished = finished.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    finished.sort_unstable_by_key(|(index, _)| *index);
    // Every block below one that was handed out has been handed out too; a gap was left by a cancel.
    let prefix = finished.into_iter().zip(0..).take_while(|((index, _), place)| index == place);
    let done: Vec<T> = prefix.map(|((_, result), _)| result).collect::<Result<_>>()?;
    let cancelled = (done.len() as u64) < wanted;
    Ok(Run { done, cancelled })
}

/// The same on the calling thread: no pool, nothing to fork badly.
fn run_here<S: Default, T>(
    blocks: Range<u64>,
    control: &Control,
    work: impl Fn(&mut S, u64) -> Result<T>,
) -> Result<Run<T>> {
    let mut scratch = S::default();
    let mut done = Vec::new();
    for block in blocks {
        if control.is_cancelled() {
            return Ok(Run { done, cancelled: true });
        }
        match work(&mut scratch, block) {
            Ok(result) => done.push(result),
            Err(Error::Cancelled) => return Ok(Run { done, cancelled: true }),
            Err(fault) => return Err(fault),
        }
        control.done.fetch_add(1, Ordering::Relaxed);
    }
    Ok(Run { done, cancelled: false })
}

/// Works on each of `items`, in place of numbered blocks.
///
/// # Errors
/// As [`run_blocks`]; [`Error::Cancelled`] if some were left.
pub fn run_each<S, T>(
    items: Vec<T>,
    control: &Control,
    work: impl Fn(&mut S, T) -> Result<()> + Sync,
) -> Result<()>
where
    S: Default + Send,
    T: Send,
{
    let count = items.len() as u64;
    let items: Vec<Mutex<Option<T>>> =
        items.into_iter().map(|item| Mutex::new(Some(item))).collect();
    let one = |scratch: &mut S, block: u64| {
        // Each is asked for once, so nobody waits.
        let held = items[block as usize].lock();
        match held.unwrap_or_else(std::sync::PoisonError::into_inner).take() {
            Some(item) => work(scratch, item),
            None => Ok(()),
        }
    };
    run_blocks(0..count, control, one)?.complete().map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "the shape of work")]
    fn square(_: &mut (), block: u64) -> Result<u64> {
        Ok(block * block)
    }

    #[test]
    fn results_come_in_block_order_for_any_number_of_threads() {
        let want: Vec<u64> = (5..1005).map(|b| b * b).collect();
        for threads in [1, 2, 4, 7] {
            let control = Control::new(Some(threads));
            let run = run_blocks(5..1005, &control, square).unwrap();
            assert_eq!(run, Run { done: want.clone(), cancelled: false });
            assert_eq!((control.done(), control.total()), (1000, 1000));
        }
        let none = run_blocks(3..3, &Control::new(None), square).unwrap();
        assert_eq!(none, Run { done: vec![], cancelled: false });
    }

    #[test]
    fn scratch_is_kept_by_a_thread() {
        let control = Control::new(Some(2));
        let run = run_blocks(0..64, &control, |seen: &mut u64, _| {
            *seen += 1;
            Ok(*seen)
        });
        let most = run.unwrap().done.into_iter().max().unwrap();
        assert!(most >= 32);
    }

    #[test]
    fn a_cancel_leaves_a_contiguous_prefix_and_stops_within_the_blocks_in_hand() {
        for threads in [1, 2, 4] {
            let control = Control::new(Some(threads));
            let run = run_blocks(0..100_000, &control, |(): &mut (), block| {
                if block == 50 {
                    control.cancel();
                }
                Ok(block)
            });
            let run = run.unwrap();
            assert!(run.cancelled);
            assert!(run.done.len() > 50);
            assert!(run.done.iter().zip(0..).all(|(block, place)| *block == place));
            assert!(matches!(run.complete(), Err(Error::Cancelled)));
        }
    }

    #[test]
    fn a_block_may_be_left_in_the_middle_and_what_comes_before_it_is_kept() {
        for threads in [1, 2, 4] {
            let control = Control::new(Some(threads));
            let run = run_blocks(0..1000, &control, |(): &mut (), block| {
                if block == 20 {
                    control.cancel();
                    control.check()?;
                }
                Ok(block)
            });
            let run = run.unwrap();
            // Others may have finished blocks beyond the one that was left: they do not count.
            assert_eq!(run, Run { done: (0..20).collect(), cancelled: true });
        }
    }

    #[test]
    fn the_lowest_failing_block_is_reported() {
        for threads in [1, 2, 4] {
            for _ in 0..50 {
                let control = Control::new(Some(threads));
                let fault = run_blocks(0..200, &control, |(): &mut (), block| {
                    if block % 7 == 6 {
                        Err(Error::numeric(block.to_string(), "no"))
                    } else {
                        Ok(())
                    }
                });
                assert_eq!(fault.unwrap_err().to_string(), "6: no");
            }
        }
    }

    #[test]
    fn a_run_inside_a_run_finishes() {
        let control = Control::new(Some(2));
        let run = run_blocks(0..8, &control, |(): &mut (), block| {
            let inner = run_blocks(0..8, &Control::new(Some(2)), square)?;
            Ok(inner.done.iter().sum::<u64>() + block)
        });
        assert_eq!(run.unwrap().done, (0..8).map(|b| 140 + b).collect::<Vec<_>>());
    }
}
