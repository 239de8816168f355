//! Thread pools of our own, one for each process and size.
//!
//! Rayon's global pool hangs for ever in a forked child, whose threads are gone; Python users fork.
//! A pool is found by process id, so a child makes its own and never touches its parent's.

use std::sync::{Arc, Mutex, TryLockError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::{Error, Result};

struct Entry {
    process: u32,
    threads: usize,
    pool: Arc<ThreadPool>,
}

/// Entries are never dropped: dropping a parent's pool in a forked child would wait for threads
/// that do not exist there.
static POOLS: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

/// The pool of `threads` threads of this process.
pub(super) fn pool(threads: usize) -> Result<Arc<ThreadPool>> {
    let process = std::process::id();
    let known = |entries: &Vec<Entry>| {
        let mut found = entries.iter().filter(|e| e.process == process && e.threads == threads);
        found.next().map(|entry| Arc::clone(&entry.pool))
    };
    if let Some(pool) = with_pools(|entries| known(entries)).flatten() {
        return Ok(pool);
    }
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("kebao-{index}"))
        .build()
        .map_err(|fault| Error::numeric("threads", format!("cannot start {threads}: {fault}")))?;
    let pool = Arc::new(pool);
    let kept = with_pools(|entries| {
        known(entries).unwrap_or_else(|| {
            entries.push(Entry { process, threads, pool: Arc::clone(&pool) });
            Arc::clone(&pool)
        })
    });
    Ok(kept.unwrap_or(pool))
}

/// Never waits: a fork may have copied the lock while another thread held it. Without the list a
/// caller makes a pool for its own use.
fn with_pools<T>(action: impl FnOnce(&mut Vec<Entry>) -> T) -> Option<T> {
    match POOLS.try_lock() {
        Ok(mut entries) => Some(action(&mut entries)),
        Err(TryLockError::Poisoned(poisoned)) => Some(action(&mut poisoned.into_inner())),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// Threads used when none are asked for: `KEBAO_NUM_THREADS`, else `RAYON_NUM_THREADS`, else what
/// the machine offers.
pub fn default_threads() -> usize {
    let named = |name: &str| std::env::var(name).ok()?.trim().parse().ok().filter(|n| *n > 0);
    named("KEBAO_NUM_THREADS")
        .or_else(|| named("RAYON_NUM_THREADS"))
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pool_for_a_size_and_process_and_a_held_list_stops_nobody() {
        let held = POOLS.lock(); // as after a fork that copied the lock in use
        assert_eq!(pool(5).unwrap().install(|| 6 * 7), 42);
        drop(held);
        let two = pool(2).unwrap();
        assert_eq!(two.current_num_threads(), 2);
        assert!(!Arc::ptr_eq(&two, &pool(3).unwrap()));
        // Other tests may hold the list for a moment; once it is free the pools are shared.
        let shared = || Arc::ptr_eq(&pool(2).unwrap(), &pool(2).unwrap());
        assert!((0..100).any(|_| shared()));
    }

    #[test]
    fn there_is_always_a_thread() {
        assert!(default_threads() >= 1);
    }
}
