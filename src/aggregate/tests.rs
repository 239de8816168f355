use super::*;
use crate::exec::{Control, run_blocks};
use crate::frequency::{Bernoulli, NegativeBinomial, Poisson};
use crate::losses::{LossBlock, Source};
use crate::severity::{Capped, LogNormal, Pareto, Severity};

fn near(a: f64, b: f64, relative: f64) -> bool {
    (a - b).abs() <= relative * b.abs()
}

fn anchor() -> Aggregate {
    Aggregate::new(Poisson::new(10.0).unwrap().into(), LogNormal::new(10.0, 2.0).unwrap().into())
}

#[test]
fn gold_g1_by_fft() {
    // 4m xs 1m per event, aggregate limit 12m: E = 370,927.7200, sd 989,213.67; reinstatements on P = 1m 92,674.0994 each.
    let layer = anchor().layered(4e6, 1e6).unwrap();
    let grid = GridDistribution::automatic(&layer, 16).unwrap();
    assert!(near(grid.layer_mean(12e6, 0.0), 370_927.7200, 1e-9), "{}", grid.layer_mean(12e6, 0.0));
    let second = grid.expect(|s| s.min(12e6).powi(2));
    let sd = (second - 370_927.72f64.powi(2)).sqrt();
    assert!(near(sd, 989_213.67, 1e-6), "{sd}");
    // RP on P = 1m, 2 @ 100 %: P/l · E min(S, 2l)
    let reinstated = grid.layer_mean(8e6, 0.0) / 4.0;
    assert!(near(reinstated, 92_674.0994, 2e-9), "{reinstated}");
    // G3: P = E min(S, 3l) / (1 + E min(S, 2l)/l)
    let pure = grid.layer_mean(12e6, 0.0) / (1.0 + grid.layer_mean(8e6, 0.0) / 4e6);
    assert!(near(pure, 339_467.84, 1e-7), "{pure}");
    assert!(
        grid.report().mean_error < 1e-7 && grid.report().numerical < 1e-12,
        "{:?}",
        grid.report()
    );
}

#[test]
fn gold_aggregate_layer_over_an_occurrence_layer() {
    // numerics 2.2: Poisson(10), lognormal(13, 1.5), 9m xs 1m, aggregate deductible 1m, limit 30m → 5,537,861.63.
    let gross = Aggregate::new(
        Poisson::new(10.0).unwrap().into(),
        LogNormal::new(13.0, 1.5).unwrap().into(),
    );
    let layer = gross.layered(9e6, 1e6).unwrap();
    assert!(near(layer.mean(), 6_432_350.45309, 1e-12));
    let grid = GridDistribution::new(&layer, Grid::new(12_500.0, 14).unwrap()).unwrap();
    // The mean-preserving error at this step is published too: 5,537,862.76.
    assert!(near(grid.layer_mean(30e6, 1e6), 5_537_862.76, 2e-9), "{}", grid.layer_mean(30e6, 1e6));
}

#[test]
fn gold_heavy_tail_lies_in_its_brackets() {
    // Poisson(5) × Lomax(1.5, 1) = Pareto(1.5, 1) − 1 (numerics 2.2).
    let lomax =
        crate::severity::Layered::new(Pareto::new(1.5, 1.0).unwrap().into(), f64::INFINITY, 1.0)
            .unwrap();
    let aggregate = Aggregate::new(Poisson::new(5.0).unwrap().into(), lomax.into());
    let grid = GridDistribution::new(&aggregate, Grid::new(0.01, 17).unwrap()).unwrap();
    for (x, low, high) in
        [(100.0, 0.005_705_276_53, 0.005_705_387_13), (1000.0, 1.602_587_4e-4, 1.602_615_3e-4)]
    {
        let b = grid.bracketed_sf(x).unwrap();
        assert!(b.low <= b.value && b.value <= b.high, "{b:?}");
        assert!(b.low <= high && b.high >= low, "{b:?}");
        assert!(b.high - b.low < 0.02 * b.value, "{b:?}");
    }
}

#[test]
fn gold_g6_tweedie() {
    // Bahnemann 2015, ex. 4.2: Poisson(2.5) × Gamma(3, 400): mean 3000, variance 4.8e6, skewness .9128709.
    let aggregate = Aggregate::new(
        Poisson::new(2.5).unwrap().into(),
        crate::severity::Gamma::new(3.0, 400.0).unwrap().into(),
    );
    assert!(near(aggregate.mean(), 3000.0, 1e-14));
    assert!(near(aggregate.variance(), 4.8e6, 1e-12));
    assert!(near(aggregate.skewness(), 0.912_870_9, 1e-7));
    let grid = GridDistribution::new(&aggregate, Grid::new(0.5, 16).unwrap()).unwrap();
    for (x, f) in [
        (0.0, 0.082085),
        (500.0, 0.109550),
        (1000.0, 0.186725),
        (3000.0, 0.561277),
        (10000.0, 0.993438),
    ] {
        // P(S ≤ x) of a continuous total lies half a step from the grid's.
        assert!((grid.cdf(x) - f).abs() < 1e-4, "{x}: {} {f}", grid.cdf(x));
    }
}

#[test]
fn refuses_levels_beyond_the_grid_and_says_why() {
    let grid = GridDistribution::new(&anchor(), Grid::new(1000.0, 12).unwrap()).unwrap();
    let error = grid.quantile(0.999).unwrap_err().to_string();
    assert!(error.contains("beyond the grid"), "{error}");
    assert!(grid.report().verdict().contains("too short"));
    assert!(grid.quantile(1.0).is_err());
}

#[test]
fn simulation_agrees_with_closed_forms_and_fft() {
    let severity = Capped::new(LogNormal::new(12.0, 1.5).unwrap().into(), 5e7).unwrap();
    for frequency in [
        Poisson::new(3.0).unwrap().into(),
        NegativeBinomial::new(12.0, 1.5).unwrap().into(),
        Bernoulli::new(0.2).unwrap().into(),
    ] {
        let aggregate = Aggregate::new(frequency, severity.clone().into());
        let years = 200_000;
        let sampler = Sampler::new(aggregate.clone(), years, 42, false).unwrap();
        let control = Control::new(None);
        let run = run_blocks(
            0..sampler.blocks(),
            &control,
            |scratch: &mut (SamplerScratch, LossBlock), b| {
                let (scratch, block) = scratch;
                sampler.fill(b, &control, scratch, block)?;
                Ok((0..block.years())
                    .map(|y| block.loss[block.year(y)].iter().sum::<f64>())
                    .collect::<Vec<f64>>())
            },
        )
        .unwrap();
        let totals: Vec<f64> = run.complete().unwrap().concat();
        assert_eq!(totals.len(), years as usize);
        let n = years as f64;
        let mean = totals.iter().sum::<f64>() / n;
        let variance = totals.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        let z = (mean - aggregate.mean()) / (aggregate.sd() / n.sqrt());
        assert!(z.abs() < 4.0, "{aggregate:?}: z = {z}");
        let fourth = totals.iter().map(|x| (x - mean).powi(4)).sum::<f64>() / n;
        let z = (variance - aggregate.variance()) / ((fourth - variance * variance) / n).sqrt();
        assert!(z.abs() < 4.0, "{aggregate:?}: variance z = {z}");
        let grid = GridDistribution::automatic(&aggregate, 16).unwrap();
        for p in [0.9, 0.99, 0.999] {
            let q = grid.quantile(p).unwrap();
            let above = totals.iter().filter(|x| **x > q).count() as f64 / n;
            let exact = grid.sf(q);
            let z = (above - exact) / (exact * (1.0 - exact) / n).sqrt();
            assert!(z.abs() < 4.0, "{aggregate:?} {p}: z = {z}");
        }
    }
}

#[test]
fn a_shorter_run_is_a_prefix_and_blocks_do_not_know_each_other() {
    let long = Sampler::new(anchor(), 10_000, 7, true).unwrap();
    let short = Sampler::new(anchor(), 5_000, 7, true).unwrap();
    let (mut a, mut b, mut scratch) =
        (LossBlock::default(), LossBlock::default(), SamplerScratch::default());
    long.fill(1, &Control::default(), &mut scratch, &mut a).unwrap();
    short.fill(1, &Control::default(), &mut scratch, &mut b).unwrap();
    assert_eq!(b.years(), 904);
    assert_eq!(a.loss[..b.rows()], b.loss[..]);
    assert_eq!(a.time[..b.rows()], b.time[..]);
    assert!(b.time.iter().all(|t| (0.0..1.0).contains(t)));
}

#[test]
fn too_many_losses_are_refused() {
    let crowd =
        Aggregate::new(Poisson::new(1e9).unwrap().into(), LogNormal::new(0.0, 1.0).unwrap().into());
    assert!(Sampler::new(crowd, 10, 1, false).is_err());
}

#[test]
fn discretised_areas_are_layer_means() {
    let log_normal: Severity = LogNormal::new(10.0, 2.0).unwrap().into();
    let layer = anchor().layered(4e6, 1e6).unwrap().severity;
    let gamma: Severity = crate::severity::Gamma::new(3.0, 400.0).unwrap().into();
    let capped: Severity =
        Capped::new(Pareto::new(1.5, 1000.0).unwrap().into(), 50_000.0).unwrap().into();
    for (severity, step) in
        [(log_normal, 200e3), (layer.clone(), 400.0), (layer, 373.7), (gamma, 20.0), (capped, 7.3)]
    {
        let grid = Grid::new(step, 14).unwrap();
        let p = discretise(&severity, grid, Discretisation::MeanPreserving);
        let mut last = step;
        for (k, p) in p.iter().enumerate() {
            let area = severity.layer_mean(step, k as f64 * step);
            let exact = (last - area) / step;
            last = area;
            assert!((p - exact).abs() <= 1e-12, "{severity:?} {k}: {p:e} {exact:e}");
        }
    }
}

#[test]
fn a_short_grid_is_padded_and_agrees_with_a_long_one() {
    // 3 % of the probability lies beyond the short grid; aliasing would show.
    let short = GridDistribution::new(&anchor(), Grid::new(100.0, 16).unwrap()).unwrap();
    let long = GridDistribution::new(&anchor(), Grid::new(100.0, 21).unwrap()).unwrap();
    assert!(short.report().truncated_mass > 0.01 && long.report().truncated_mass < 1e-4);
    let told = short.report().numerical + long.report().numerical;
    for (a, b) in short.pmf().iter().zip(long.pmf()) {
        assert!((a - b).abs() <= told, "{a:e} {b:e} {told:e}");
    }
    assert!(short.report().numerical < 1e-9, "{:?}", short.report());
}
