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
        let p = discretise(&severity, grid, Discretisation::MeanPreserving, &Control::default())
            .unwrap();
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

#[test]
fn recursion_is_the_transform() {
    let severity: Severity =
        Capped::new(LogNormal::new(2.0, 1.0).unwrap().into(), 60.0).unwrap().into();
    use crate::frequency::{
        Binomial, Frequency, Geometric, Logarithmic, ZeroModified, ZeroTruncated,
    };
    let poisson: Frequency = Poisson::new(20.0).unwrap().into();
    let counts: Vec<Frequency> = vec![
        poisson.clone(),
        NegativeBinomial::new(15.0, 2.0).unwrap().into(),
        Geometric::new(4.0).unwrap().into(),
        Binomial::new(30, 0.2).unwrap().into(),
        Bernoulli::new(0.3).unwrap().into(),
        Logarithmic::new(0.7).unwrap().into(),
        ZeroModified::new(poisson.clone(), 0.4).unwrap().into(),
        ZeroTruncated::new(poisson).unwrap().into(),
    ];
    for count in counts {
        let aggregate = Aggregate::new(count, severity.clone());
        for how in [Discretisation::Rounding, Discretisation::MeanPreserving, Discretisation::Upper]
        {
            let grid = Grid::new(0.5, 11).unwrap();
            let fft = GridDistribution::by(&aggregate, grid, Solver::Fft, how, &Control::default())
                .unwrap();
            let panjer =
                GridDistribution::by(&aggregate, grid, Solver::Panjer, how, &Control::default())
                    .unwrap();
            for (k, (a, b)) in fft.pmf().iter().zip(panjer.pmf()).enumerate() {
                assert!((a - b).abs() < 1e-12, "{:?} {how:?} {k}: {a} {b}", aggregate.frequency);
            }
            assert!(panjer.report().numerical < 1e-9);
        }
    }
}

#[test]
fn recursion_starts_where_the_probability_underflows() {
    // Poisson(5000) of losses of 1 and 2 (no zero): P(0) = e^−5000. Mass and moments are right.
    let severity: Severity = crate::severity::Empirical::new(&[1.0, 2.0], None).unwrap().into();
    let aggregate = Aggregate::new(Poisson::new(5000.0).unwrap().into(), severity);
    let grid = Grid::new(1.0, 14).unwrap();
    let found = GridDistribution::by(
        &aggregate,
        grid,
        Solver::Panjer,
        Discretisation::Rounding,
        &Control::default(),
    )
    .unwrap();
    let mass: f64 = found.pmf().iter().sum();
    assert!((mass - 1.0).abs() < 1e-11, "{mass}");
    let mean: f64 = found.pmf().iter().enumerate().map(|(k, p)| k as f64 * p).sum();
    assert!(near(mean, 7500.0, 1e-11), "{mean}");
    // The far lower tail keeps its relative accuracy: P(S = 1) = e^−λ λ/2 underflows, P(S = 4000) does not.
    // Saddlepoint: K(t) = λ((e^t + e^2t)/2 − 1), K'(t) = x.
    let (mut t, x) = (0.0f64, 6500.0);
    for _ in 0..60 {
        let slope = 5000.0 * (t.exp() + 2.0 * (2.0 * t).exp()) / 2.0;
        let curve = 5000.0 * (t.exp() + 4.0 * (2.0 * t).exp()) / 2.0;
        t -= (slope - x) / curve;
    }
    let k = 5000.0 * (f64::midpoint(t.exp(), (2.0 * t).exp()) - 1.0);
    let curve = 5000.0 * (t.exp() + 4.0 * (2.0 * t).exp()) / 2.0;
    let approximate = (k - t * x).exp() / (2.0 * std::f64::consts::PI * curve).sqrt();
    assert!(near(found.pmf()[6500], approximate, 1e-3), "{} {approximate}", found.pmf()[6500]);
}

#[test]
fn a_count_without_a_recursion_says_so() {
    let aggregate = Aggregate::new(
        crate::frequency::NeymanA::new(3.0, 2.0).unwrap().into(),
        LogNormal::new(0.0, 1.0).unwrap().into(),
    );
    let grid = Grid::new(0.1, 10).unwrap();
    let how = Discretisation::MeanPreserving;
    let error = GridDistribution::by(&aggregate, grid, Solver::Panjer, how, &Control::default())
        .unwrap_err();
    assert!(error.to_string().contains("evaluate by fft"), "{error}");
}

#[test]
fn gold_g5_dental() {
    // Klugman, Panjer, Willmot, Loss Models, examples 9.5 and 9.6: unit 25.
    let counts = [0.05, 0.1, 0.15, 0.2, 0.25, 0.15, 0.06, 0.03, 0.01];
    let sizes = [0.15, 0.2, 0.25, 0.125, 0.075, 0.05, 0.05, 0.05, 0.025, 0.025];
    let amounts: Vec<f64> = (1..=10).map(|k| 25.0 * f64::from(k)).collect();
    let aggregate = Aggregate::new(
        crate::frequency::EmpiricalCount::new(counts.to_vec()).unwrap().into(),
        crate::severity::Empirical::new(&amounts, Some(&sizes)).unwrap().into(),
    );
    let grid = Grid::new(25.0, 8).unwrap();
    let found = GridDistribution::by(
        &aggregate,
        grid,
        Solver::Fft,
        Discretisation::Rounding,
        &Control::default(),
    )
    .unwrap();
    for (k, p) in [0.05, 0.015, 0.023375, 0.034675, 0.032_576_56].into_iter().enumerate() {
        assert!((found.pmf()[k] - p).abs() < 5e-9, "{k}: {}", found.pmf()[k]);
    }
    for (d, stop_loss) in [(0.0, 314.5), (25.0, 290.75), (50.0, 267.375), (75.0, 244.5844)] {
        assert!((found.excess(d) - stop_loss).abs() < 1e-4, "{d}: {}", found.excess(d));
    }
    assert!(near(aggregate.sd(), 191.6155, 1e-6), "{}", aggregate.sd());
}

#[test]
fn gold_g13_actuar_vignette() {
    // actuar, vignette "risk": gamma(2, 1) on 0..22 by 0.5 unbiased, Poisson(10). The last point takes
    // [E min(X, 22) − E min(X, 21.5)]/h − S(22), as the package does.
    let gamma: Severity = crate::severity::Gamma::new(2.0, 1.0).unwrap().into();
    let h = 0.5;
    let amounts: Vec<f64> = (0..=44).map(|k| h * f64::from(k)).collect();
    let mut masses = discretise(
        &gamma,
        Grid::new(h, 6).unwrap(),
        Discretisation::MeanPreserving,
        &Control::default(),
    )
    .unwrap();
    masses.truncate(45);
    masses[44] = (gamma.lev(22.0) - gamma.lev(21.5)) / h - gamma.sf(22.0);
    let severity = crate::severity::Empirical::new(&amounts, Some(&masses)).unwrap();
    let aggregate = Aggregate::new(Poisson::new(10.0).unwrap().into(), severity.into());
    let grid = Grid::new(h, 10).unwrap();
    for solver in [Solver::Fft, Solver::Panjer] {
        let found = GridDistribution::by(
            &aggregate,
            grid,
            solver,
            Discretisation::Rounding,
            &Control::default(),
        )
        .unwrap();
        // The package's recursion stops one point after a cumulative probability of 1 − 1e-6.
        let mut total = 0.0;
        let crossed = found.pmf().iter().position(|p| {
            total += p;
            total >= 1.0 - 1e-6
        });
        let kept: Vec<(f64, f64)> =
            (0..=crossed.unwrap() + 1).map(|k| (h * k as f64, found.pmf()[k])).collect();
        let mean: f64 = kept.iter().map(|(x, p)| x * p).sum();
        assert!((mean - 19.999_937).abs() < 1.5e-6, "{mean}");
        for (p, quantile) in [
            (0.25, 14.5),
            (0.5, 19.5),
            (0.75, 25.0),
            (0.9, 30.5),
            (0.95, 34.0),
            (0.975, 37.0),
            (0.99, 41.0),
            (0.995, 43.5),
        ] {
            assert_eq!(found.quantile(p).unwrap(), quantile, "{p}");
        }
        // CTE of the vignette: the mean of what it kept above VaR.
        for (p, cte) in [(0.9, 35.418738), (0.95, 38.549201), (0.99, 45.010662)] {
            let q = found.quantile(p).unwrap();
            let above = || kept.iter().filter(|(x, _)| *x > q);
            let mean =
                above().map(|(x, p)| x * p).sum::<f64>() / above().map(|(_, p)| p).sum::<f64>();
            assert!((mean - cte).abs() < 1e-6, "{p}: {mean} {cte}");
        }
    }
}

fn three_lines(shock: Option<Shock>, mixing: f64) -> Lines {
    let line = |name: &str, mean: f64, mu: f64| Line {
        name: name.to_owned(),
        aggregate: Aggregate::new(
            Poisson::new(mean).unwrap().into(),
            Capped::new(LogNormal::new(mu, 1.0).unwrap().into(), 2e4).unwrap().into(),
        ),
    };
    let lines = vec![line("ai", 2.0, 6.0), line("cloud", 0.5, 7.0), line("chips", 4.0, 5.0)];
    Lines::new(lines, shock, mixing).unwrap()
}

#[test]
fn lines_without_a_common_cause_are_one_compound() {
    // Poisson lines add up: one Poisson with the mixture of the severities.
    let lines = three_lines(None, 0.0);
    let found = GridDistribution::of_lines(&lines, 13, Some(20.0), &Control::default()).unwrap();
    let severities = lines.lines.iter().map(|l| l.aggregate.severity.clone()).collect();
    let mixture =
        crate::severity::Mixture::new(severities, vec![2.0 / 6.5, 0.5 / 6.5, 4.0 / 6.5]).unwrap();
    let one = Aggregate::new(Poisson::new(6.5).unwrap().into(), mixture.into());
    let other = GridDistribution::new(&one, Grid::new(20.0, 13).unwrap()).unwrap();
    for (a, b) in found.pmf().iter().zip(other.pmf()) {
        assert!((a - b).abs() < 1e-12);
    }
    assert!(near(lines.sd(), one.sd(), 1e-12));
}

#[test]
fn common_causes_have_their_moments_and_allocations() {
    let shock = Shock { rate: 0.3, shares: vec![0.9, 0.5, 0.1] };
    for (shock, mixing) in [(Some(shock.clone()), 0.0), (None, 0.8), (Some(shock), 0.5)] {
        let lines = three_lines(shock, mixing);
        let found =
            GridDistribution::of_lines(&lines, 15, Some(10.0), &Control::default()).unwrap();
        let mean: f64 = found.expect(|s| s);
        let variance = found.expect(|s| (s - mean) * (s - mean));
        // What lies beyond the grid, and the spread of mass within a step.
        assert!(near(mean, lines.mean(), 1e-6), "{mean} {}", lines.mean());
        assert!(near(variance.sqrt(), lines.sd(), 1e-4), "{} {}", variance.sqrt(), lines.sd());
        let parts = lines.contributions(found.grid).unwrap();
        // Σⱼ E[Xⱼ; S = s] = s P(S = s), and each adds up to its mean.
        for (k, p) in found.pmf().iter().enumerate() {
            let all: f64 = parts.iter().map(|part| part[k]).sum();
            assert!((all - k as f64 * 10.0 * p).abs() < 1e-8, "{k}: {all}");
        }
        for (part, mean) in parts.iter().zip(lines.means()) {
            assert!(near(part.iter().sum(), mean, 1e-6));
        }
    }
}

#[test]
fn mixed_lines_are_a_negative_binomial_when_alone() {
    let one = Lines::new(vec![three_lines(None, 0.0).lines.remove(0)], None, 0.5).unwrap();
    let found = GridDistribution::of_lines(&one, 12, Some(50.0), &Control::default()).unwrap();
    let severity = one.lines[0].aggregate.severity.clone();
    let mixed = Aggregate::new(NegativeBinomial::new(2.0, 2.0).unwrap().into(), severity);
    let other = GridDistribution::new(&mixed, Grid::new(50.0, 12).unwrap()).unwrap();
    for (a, b) in found.pmf().iter().zip(other.pmf()) {
        assert!((a - b).abs() < 1e-12);
    }
}

#[test]
fn net_and_ceded_together() {
    let severity: Severity =
        Capped::new(Pareto::new(1.5, 100.0).unwrap().into(), 2000.0).unwrap().into();
    let aggregate =
        Aggregate::new(NegativeBinomial::new(3.0, 2.0).unwrap().into(), severity.clone());
    let cession = Cession::new(0.8, 300.0, 700.0).unwrap();
    let plane = Bivariate::new(&aggregate, cession, (9, 9), Some((40.0, 20.0))).unwrap();
    let (net, ceded) = plane.exact_means;
    assert!(near(plane.expect(|n, _| n), net, 1e-5), "{} {net}", plane.expect(|n, _| n));
    assert!(near(plane.expect(|_, c| c), ceded, 1e-5), "{} {ceded}", plane.expect(|_, c| c));
    assert!(near(ceded, 3.0 * 0.8 * severity.layer_mean(700.0, 300.0), 1e-12));
    // Cov = E N · E[nc] + (Var N − E N) E n E c, E[nc] by quadrature over the loss.
    let (mut both, steps) = (0.0, 400_000);
    for i in 0..steps {
        let x = severity.isf((f64::from(i) + 0.5) / f64::from(steps));
        let c = 0.8 * (x - 300.0).clamp(0.0, 700.0);
        both += (x - c) * c / f64::from(steps);
    }
    let (n1, c1) = (net / 3.0, ceded / 3.0);
    let covariance = 3.0 * both + (3.0 + 4.5 - 3.0) * n1 * c1;
    let found = plane.expect(|n, c| (n - net) * (c - ceded));
    assert!(near(found, covariance, 2e-3), "{found} {covariance}");
    // The margin of the ceded is the compound of the layer.
    let layer = aggregate.layered(700.0, 300.0).unwrap();
    let scaled = Aggregate::new(
        layer.frequency.clone(),
        crate::severity::Scaled::new(layer.severity, 0.8).unwrap().into(),
    );
    let one = GridDistribution::new(&scaled, Grid::new(20.0, 9).unwrap()).unwrap();
    let margin = plane.ceded_pmf();
    let mut running = 0.0;
    for (k, p) in margin.iter().enumerate() {
        running += p;
        assert!((running - one.cdf(k as f64 * 20.0)).abs() < 3e-3, "{k}");
    }
    // A quota share lies on a line: ceded/net = 0.4/0.6, correlation 1.
    let share = Cession::new(0.4, 0.0, f64::INFINITY).unwrap();
    let line = Bivariate::new(&aggregate, share, (10, 10), Some((12.0, 8.0))).unwrap();
    assert!(line.correlation() > 0.9995, "{}", line.correlation());
    assert!((plane.cdf(1e9, 1e9) + plane.truncated_mass - 1.0).abs() < 1e-9);
}

#[test]
fn bad_lines_are_all_told() {
    let mut lines = three_lines(None, 0.0).lines;
    lines[1].name = "ai".to_owned();
    lines[2].aggregate.frequency = NegativeBinomial::new(1.0, 1.0).unwrap().into();
    let shock = Some(Shock { rate: -1.0, shares: vec![0.5, 2.0] });
    let text = Lines::new(lines, shock, 0.3).unwrap_err().to_string();
    for word in ["name", "frequency", "rate", "shares[1]", "shares"] {
        assert!(text.contains(word), "{word}: {text}");
    }
}
