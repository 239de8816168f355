//! Time per row of the treaty engine: `cargo bench --bench treaty`.

#![allow(clippy::print_stdout)]

use std::time::Instant;

use _kebao::aggregate::{Aggregate, Sampler, SamplerScratch};
use _kebao::exec::Control;
use _kebao::frequency::Poisson;
use _kebao::losses::{BLOCK_YEARS, LossBlock, Source};
use _kebao::severity::LogNormal;
use _kebao::treaty::{Annuals, Options, Plan, Programme, Scratch, run};

const YEARS: u64 = 1_000_000;

fn main() {
    let frequency = Poisson::new(10.0).expect("a mean above zero");
    let severity = LogNormal::new(10.0, 2.0).expect("a positive sigma");
    let source = Sampler::new(Aggregate::new(frequency.into(), severity.into()), YEARS, 7, true)
        .expect("a source of a million years");
    let mut block = LossBlock::default();
    let mut scratch = SamplerScratch::default();
    source.fill(0, &Control::default(), &mut scratch, &mut block).expect("a block");
    let mut grouped = block.clone();
    // Up to three risks an event.
    grouped.event.extend((0..grouped.loss.len() as u32).map(|row| row / 3));
    grouped.risk.extend((0..grouped.loss.len() as u32).map(|row| row % 3));
    let tower = "qs: 40% quota share
        r: 1m xs 500k per risk on net of qs
        c1: 4m xs 1m on net of qs, r, 2 @ 100%, rate 1%
        c2: 10m xs 5m on net of qs, r, 1 @ 100%, aad 1m
        sl: 5m xs 10m annual on net of qs, r, c1, c2";
    for (name, text, block) in [
        ("W1 one layer, one pass", "xl: 4m xs 1m, 2 @ 100%, premium 1m", &block),
        ("the same pro rata time", "xl: 4m xs 1m, 2 @ 100%, premium 1m, pro rata time", &block),
        ("five treaties, rows are events", tower, &block),
        ("five treaties, events of risks", tower, &grouped),
    ] {
        let programme = Programme::from_text(text, None, Some(50e6)).expect("a programme");
        let plan = Plan::new(&programme, Options::default()).expect("a plan");
        let (mut scratch, mut out) = (Scratch::default(), Annuals::default());
        let mut best = f64::INFINITY;
        for _ in 0..50 {
            let start = Instant::now();
            plan.apply(block, &mut scratch, &mut out).expect("applied");
            best = best.min(start.elapsed().as_secs_f64());
        }
        println!("{name:36} {:6.2} ns a row", best * 1e9 / block.rows() as f64);
    }
    let programme = Programme::from_text("xl: 4m xs 1m, 2 @ 100%, premium 1m", None, None)
        .expect("a programme");
    let plan = Plan::new(&programme, Options::default()).expect("a plan");
    let start = Instant::now();
    let outcome = run(&plan, &source, &Control::new(None)).expect("a run");
    println!(
        "{:36} {:6.3} s, {} blocks of {BLOCK_YEARS} years, mean {:.0}",
        "W1 draws and all, every thread",
        start.elapsed().as_secs_f64(),
        source.blocks(),
        outcome.treaties[0].ceded.iter().sum::<f64>() / YEARS as f64,
    );
}
