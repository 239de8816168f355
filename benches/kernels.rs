//! Nanoseconds a draw on one thread, at every instruction set of this machine, beside `rand` and
//! `rand_distr`: `cargo bench --bench kernels`.
//!
//! The least of many short windows: what the code costs, whatever else the machine does.

#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use _kebao::numeric::dispatch::{available, level, run_at};
use _kebao::numeric::kernel::{Exp, Ln, LogNormal, NormalIsf, Pareto};
use _kebao::random::{Purpose, Stream};
use _kebao::severity::{Family, Severity};
use rand::SeedableRng;
use rand::distr::Open01;
use rand::rngs::{SmallRng, StdRng};
use rand_distr::Distribution;

/// Draws of one window; the column stays in the first two levels of cache.
const N: usize = 8_192;

fn nanoseconds(mut window: impl FnMut(&mut [f64])) -> f64 {
    let mut column = vec![0.5; N];
    let mut best = f64::INFINITY;
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(200) {
        let begin = Instant::now();
        window(black_box(&mut column));
        best = best.min(begin.elapsed().as_secs_f64());
    }
    black_box(&column);
    best * 1e9 / N as f64
}

fn main() {
    println!("{:28} {:>8}", "", "ns/draw");
    for level in available() {
        let stream = || Stream::new(1, Purpose::Severity, 2, 3).at_level(level);
        let mut uniforms = vec![0.0; N];
        stream().fill(&mut uniforms);
        let row = |name: &str, ns: f64| println!("{:8} {name:20} {ns:7.2}", level.name());

        let mut s = stream();
        row("uniform", nanoseconds(|u| s.fill(u)));
        let mut s = stream();
        row("uniform one by one", nanoseconds(|u| u.iter_mut().for_each(|u| *u = s.uniform())));
        let copy = nanoseconds(|u| u.copy_from_slice(&uniforms));
        let kernel = |run: &dyn Fn(&mut [f64])| {
            nanoseconds(|u| {
                u.copy_from_slice(&uniforms);
                run(u);
            }) - copy
        };
        row("exp", kernel(&|u| run_at(level, Exp(u))));
        row("ln", kernel(&|u| run_at(level, Ln(u))));
        row("normal_isf", kernel(&|u| run_at(level, NormalIsf(u))));
        let mut s = stream();
        let normal = nanoseconds(|u| {
            s.fill(u);
            run_at(level, NormalIsf(u));
        });
        row("normal", normal);
        let mut s = stream();
        let lognormal = nanoseconds(|u| {
            s.fill(u);
            run_at(level, LogNormal { u, mu: 12.6, sigma: 1.7 });
        });
        row("lognormal", lognormal);
        let mut s = stream();
        let pareto = nanoseconds(|u| {
            s.fill(u);
            run_at(level, Pareto { u, alpha: 1.4, scale: 5e6 });
        });
        row("Pareto", pareto);
        let each = |name: &str, draw: &dyn Fn(&mut Stream) -> f64| {
            let mut s = stream();
            row(name, nanoseconds(|u| u.iter_mut().for_each(|u| *u = draw(&mut s))));
        };
        each("normal one by one", &|s| s.normal());
        each("gamma(2.5)", &|s| s.gamma(2.5));
        each("gamma(0.5)", &|s| s.gamma(0.5));
        each("beta(2, 5)", &|s| s.beta(2.0, 5.0));
        each("Poisson(1)", &|s| s.poisson(1.0) as f64);
        each("Poisson(100)", &|s| s.poisson(100.0) as f64);
        each("Poisson(1e9)", &|s| s.poisson(1e9) as f64);
        each("binomial(100, 0.3)", &|s| s.binomial(100, 0.3) as f64);
        let mut entity = 0;
        let first = nanoseconds(|u| {
            for u in u {
                entity += 1;
                *u = Stream::new(1, Purpose::Count, entity, 3).at_level(level).uniform();
            }
        });
        row("new stream, one draw", first);
        println!();
    }
    families();
    rival("SmallRng", SmallRng::seed_from_u64(1));
    rival("StdRng", StdRng::seed_from_u64(1));
}

/// A loop that draws one loss at a time.
type Loop<R> = Box<dyn Fn(&mut R) -> f64>;

/// Columns of every family at the level in use, uniforms included, beside plain loops over
/// `rand_distr` with the generators of `rand`: its small one and its standard one.
fn families() {
    let (small, standard) = (loops::<SmallRng>(), loops::<StdRng>());
    println!("{:28} {:>8} {:>9} {:>9}", "", "ns/draw", "SmallRng", "StdRng");
    for ((json, small), (_, standard)) in small.into_iter().zip(standard) {
        let severity = Severity::from_json(json).expect("valid parameters");
        let mut stream = Stream::new(1, Purpose::Severity, 2, 3);
        let ours = nanoseconds(|u| {
            stream.fill(u);
            severity.sample(u);
        });
        let (mut a, mut b) = (SmallRng::seed_from_u64(1), StdRng::seed_from_u64(1));
        let small = nanoseconds(|u| u.iter_mut().for_each(|u| *u = small(&mut a)));
        let standard = nanoseconds(|u| u.iter_mut().for_each(|u| *u = standard(&mut b)));
        println!(
            "{:8} {:19} {ours:8.2} {small:9.2} {standard:9.2}  {:.1}x {:.1}x",
            level().name(),
            severity.family(),
            small / ours,
            standard / ours
        );
    }
    println!();
}

#[expect(clippy::unnecessary_wraps, reason = "as the constructors that can fail")]
fn ok<D>(law: D) -> Result<D, std::convert::Infallible> {
    Ok(law)
}

/// What a program without kebao would write.
fn loops<R: rand::Rng + 'static>() -> Vec<(&'static str, Loop<R>)> {
    fn of<R: rand::Rng, D: Distribution<f64> + 'static>(
        law: Result<D, impl std::fmt::Debug>,
        finish: impl Fn(f64) -> f64 + 'static,
    ) -> Loop<R> {
        let law = law.expect("valid parameters");
        Box::new(move |rng| finish(law.sample(rng)))
    }
    let lognormal = || rand_distr::LogNormal::new(12.6, 1.7);
    let gamma = |shape: f64, scale: f64| rand_distr::Gamma::new(shape, scale);
    let (top, bottom) = (gamma(2.0, 1.0).expect("valid"), gamma(3.0, 1.0).expect("valid"));
    let (first, second) = (lognormal().expect("valid"), gamma(2.0, 1e5).expect("valid"));
    vec![
        (r#"{"family":"LogNormal","mu":12.6,"sigma":1.7}"#, of(lognormal(), |x| x)),
        (r#"{"family":"Exponential","mean":3e5}"#, of(rand_distr::Exp::new(1.0 / 3e5), |x| x)),
        (
            r#"{"family":"Weibull","shape":0.7,"scale":2e5}"#,
            of(rand_distr::Weibull::new(2e5, 0.7), |x| x),
        ),
        (
            r#"{"family":"Pareto","alpha":1.4,"scale":5e6}"#,
            of(rand_distr::Pareto::new(5e6, 1.4), |x| x),
        ),
        (
            r#"{"family":"Lomax","alpha":1.4,"scale":5e6}"#,
            of(rand_distr::Pareto::new(5e6, 1.4), |x| x - 5e6),
        ),
        (
            r#"{"family":"GPD","shape":0.3,"scale":3e5,"threshold":1e5}"#,
            of(ok(rand_distr::Exp1), |h: f64| 1e5 + 1e6 * (0.3 * h).exp_m1()),
        ),
        (
            r#"{"family":"GEV","shape":0.3,"location":4e5,"scale":1e5}"#,
            of(ok(rand_distr::Exp1), |h: f64| 4e5 + 1e5 / 0.3 * (h.powf(-0.3) - 1.0)),
        ),
        (
            r#"{"family":"Frechet","shape":1.8,"scale":3e5}"#,
            of(rand_distr::Frechet::new(0.0, 3e5, 1.8), |x| x),
        ),
        (
            r#"{"family":"Burr","alpha":1.7,"gamma":1.3,"scale":2e5}"#,
            of(rand_distr::Pareto::new(1.0, 1.7), |x: f64| 2e5 * (x - 1.0).powf(1.0 / 1.3)),
        ),
        (
            r#"{"family":"LogLogistic","shape":2.4,"scale":3e5}"#,
            of(ok(Open01), |u: f64| 3e5 * (u / (1.0 - u)).powf(1.0 / 2.4)),
        ),
        (r#"{"family":"Gamma","shape":2.5,"scale":3e5}"#, of(gamma(2.5, 3e5), |x| x)),
        (r#"{"family":"InverseGamma","shape":2.6,"scale":5e5}"#, of(gamma(2.6, 1.0), |x| 5e5 / x)),
        (
            r#"{"family":"InverseGaussian","mean":3e5,"shape":2e5}"#,
            of(rand_distr::InverseGaussian::new(3e5, 2e5), |x| x),
        ),
        (
            r#"{"family":"GB2","alpha":3,"tau":2,"scale":3e5}"#,
            Box::new(move |rng| 3e5 * top.sample(rng) / bottom.sample(rng)),
        ),
        (
            r#"{"family":"LogGamma","shape":2.5,"rate":3.1,"scale":1e4}"#,
            of(gamma(2.5, 1.0 / 3.1), |y: f64| 1e4 * y.exp()),
        ),
        (
            r#"{"family":"LogT","mu":12,"sigma":0.9,"df":5}"#,
            of(rand_distr::StudentT::new(5.0), |t: f64| (12.0 + 0.9 * t).exp()),
        ),
        (
            r#"{"family":"Uniform","low":1e5,"high":4e5}"#,
            of(rand_distr::Uniform::new(1e5, 4e5), |x| x),
        ),
        (r#"{"family":"Beta","a":2,"b":5}"#, of(rand_distr::Beta::new(2.0, 5.0), |x| x)),
        (
            r#"{"family":"Mixture","parts":[{"family":"LogNormal","mu":12.6,"sigma":1.7},
               {"family":"Gamma","shape":2,"scale":1e5}],"weights":[0.3,0.7]}"#,
            Box::new(move |rng| {
                let u: f64 = Open01.sample(rng);
                if u < 0.3 { first.sample(rng) } else { second.sample(rng) }
            }),
        ),
    ]
}

fn rival<R: rand::Rng>(name: &str, mut rng: R) {
    rival_row(name, "uniform", &mut rng, &Open01);
    rival_row(name, "normal", &mut rng, &rand_distr::StandardNormal);
    let valid = "valid parameters";
    rival_row(name, "gamma(0.5)", &mut rng, &rand_distr::Gamma::new(0.5, 1.0).expect(valid));
    rival_row(name, "Poisson(1)", &mut rng, &rand_distr::Poisson::new(1.0).expect(valid));
    rival_row(name, "Poisson(100)", &mut rng, &rand_distr::Poisson::new(100.0).expect(valid));
    println!();
}

fn rival_row<R: rand::Rng>(name: &str, what: &str, rng: &mut R, law: &impl Distribution<f64>) {
    let ns = nanoseconds(|u| u.iter_mut().for_each(|u| *u = law.sample(rng)));
    println!("{name:8} {what:20} {ns:7.2}");
}
