//! What the environment may choose, each choice seen by a process of its own.

use std::env;
use std::process::Command;

use _kebao::exec::default_threads;
use _kebao::numeric::dispatch::{Level, available, level};

/// Runs test `name` of this file again under other variables; it sees `EXPECTED` and checks.
fn again(name: &str, variables: &[(&str, &str)], expected: &str) {
    let mut child = Command::new(env::current_exe().expect("a copy of this test"));
    child.args(["--exact", name]).env("EXPECTED", expected);
    for unset in ["KEBAO_ISA", "KEBAO_NUM_THREADS", "RAYON_NUM_THREADS"] {
        child.env_remove(unset);
    }
    let output = child.envs(variables.iter().copied()).output().expect("a copy of this test");
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{variables:?}: {report}");
    assert!(report.contains("1 passed"), "{variables:?}: {report}");
}

#[test]
fn instruction_set() {
    if let Ok(expected) = env::var("EXPECTED") {
        assert_eq!(level().name(), expected);
        return;
    }
    let names: Vec<&str> = available().map(Level::name).collect();
    let highest = names[names.len() - 1];
    let or_highest = |name| if names.contains(&name) { name } else { highest };
    again("instruction_set", &[], highest);
    again("instruction_set", &[("KEBAO_ISA", "sse2")], "sse2");
    again("instruction_set", &[("KEBAO_ISA", "avx2")], or_highest("avx2"));
    again("instruction_set", &[("KEBAO_ISA", "avx512")], highest);
    again("instruction_set", &[("KEBAO_ISA", "mmx")], highest);
}

#[test]
fn threads() {
    if let Ok(expected) = env::var("EXPECTED") {
        assert_eq!(default_threads().to_string(), expected);
        return;
    }
    let machine = std::thread::available_parallelism().expect("a copy of this test").to_string();
    let (own, rayon) = (("KEBAO_NUM_THREADS", "3"), ("RAYON_NUM_THREADS", "5"));
    again("threads", &[], &machine);
    again("threads", &[rayon], "5");
    again("threads", &[own, rayon], "3");
    again("threads", &[("KEBAO_NUM_THREADS", "0"), rayon], "5");
    again("threads", &[("KEBAO_NUM_THREADS", "many")], &machine);
}
