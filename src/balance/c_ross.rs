//! Premium and reserve risk of C-ROSS II for non-life insurers, with sci-tech insurance as a switch.
//!
//! A line: P = premium · RF · (1 + K), R = reserve · RF · (1 + K), √(P² + P R + R²). Lines are joined
//! by their correlations. Factors and their sources are in `c_ross.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::error::{Error, Faults, Issue, Result};

/// The factor file.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factors {
    pub version: String,
    pub source: String,
    pub notice_2025: String,
    pub notice_2023: String,
    /// Correlation of premium and reserve risk in a line.
    pub within_line: f64,
    pub k_limit: f64,
    pub combined_ratio: Vec<(f64, f64)>,
    pub deviation_motor: Vec<(f64, f64)>,
    pub deviation_other: Vec<(f64, f64)>,
    pub cession_bounds: [f64; 4],
    pub lines: BTreeMap<String, LineFactors>,
    pub guarantee: Guarantee,
    pub correlation: BTreeMap<String, f64>,
}

#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineFactors {
    pub premium: f64,
    pub reserve: f64,
    /// k by class of the non-proportional cession.
    pub cession: [f64; 5],
}

#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guarantee {
    pub mortgage: f64,
    pub remortgage: f64,
    pub personal: f64,
    pub corporate: f64,
    pub other: f64,
    pub micro: Vec<(f64, f64)>,
}

/// The factors that the crate ships.
pub fn factors() -> Result<&'static Factors> {
    static FACTORS: OnceLock<std::result::Result<Factors, String>> = OnceLock::new();
    let read = || toml::from_str(include_str!("c_ross.toml")).map_err(|fault| fault.to_string());
    FACTORS.get_or_init(read).as_ref().map_err(|fault| Error::file("c_ross.toml", fault))
}

/// How the 2023 notice on sci-tech insurance is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SciTech {
    /// The line is not sci-tech insurance.
    #[default]
    No,
    /// Property factors, and the capital of the line counts at 90 %.
    Ninety,
    /// Property factors, and −0.1 among the features k.
    Feature,
}

impl SciTech {
    pub const ALL: [(&str, Self); 3] =
        [("no", Self::No), ("ninety_percent", Self::Ninety), ("feature", Self::Feature)];
}

/// A line of business.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    pub line: String,
    /// Net written premium of the last twelve months.
    pub premium: f64,
    /// Net outstanding claims reserve.
    pub reserve: f64,
    /// Combined ratio as a fraction, when known.
    pub combined_ratio: Option<f64>,
    /// Net share of non-proportional cessions.
    pub cession: Option<f64>,
    /// Run-off deviation of the reserve.
    pub deviation: Option<f64>,
    /// Further features, added to K of both risks.
    pub premium_k: f64,
    pub reserve_k: f64,
    pub sci_tech: SciTech,
}

impl Line {
    /// The line whose factors and correlations count.
    fn base(&self) -> &str {
        if self.sci_tech == SciTech::No { &self.line } else { "property" }
    }
}

/// Minimum capital of a line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Capital {
    pub line: String,
    pub premium_risk: f64,
    pub reserve_risk: f64,
    pub capital: f64,
}

impl Factors {
    /// Capital of each line, and of all together.
    pub fn capital(
        &self,
        lines: &[Line],
        given: &BTreeMap<(String, String), f64>,
    ) -> Result<(Vec<Capital>, f64)> {
        let mut faults = Faults::new();
        let mut all = Vec::new();
        for line in lines {
            all.extend(faults.take(self.line(line))?);
        }
        let mut square = 0.0;
        for (i, one) in all.iter().enumerate() {
            square += one.capital * one.capital;
            for (j, other) in all.iter().enumerate().skip(i + 1) {
                let (a, b) = (lines[i].base(), lines[j].base());
                match self.correlation(a, b, given) {
                    Some(rho) => square += 2.0 * rho * all[i].capital * all[j].capital,
                    None if one.capital == 0.0 || other.capital == 0.0 => {}
                    None => faults.push(
                        Issue::new("missing", "c_ross", "correlation")
                            .value(format!("{a}, {b}"))
                            .hint("the factor file has none for this pair: give it"),
                    ),
                }
            }
        }
        faults.finish()?;
        Ok((all, square.sqrt()))
    }

    /// Of the factors of two lines, as given or as in the file.
    fn correlation(
        &self,
        a: &str,
        b: &str,
        given: &BTreeMap<(String, String), f64>,
    ) -> Option<f64> {
        let pair = |a: &str, b: &str| {
            let own = given.get(&(a.to_owned(), b.to_owned())).copied();
            own.or_else(|| self.correlation.get(&format!("{a} {b}")).copied())
        };
        if a == b {
            return Some(1.0);
        }
        pair(a, b).or_else(|| pair(b, a))
    }

    fn line(&self, line: &Line) -> Result<Capital> {
        let object = format!("c_ross.{}", line.line);
        let mut faults = Faults::new();
        if !self.lines.contains_key(&line.line) {
            let names = self.lines.keys().map(String::as_str);
            faults.push(Issue::unknown("c_ross", "line", &line.line, names));
        }
        faults.non_negative(&object, "premium", line.premium);
        faults.non_negative(&object, "reserve", line.reserve);
        for (field, k) in [("premium_k", line.premium_k), ("reserve_k", line.reserve_k)] {
            faults.finite(&object, field, k);
        }
        for (field, value) in [("cession", line.cession), ("deviation", line.deviation)] {
            if let Some(value) = value {
                faults.finite(&object, field, value);
            }
        }
        if let Some(ratio) = line.combined_ratio {
            faults.check((0.0..10.0).contains(&ratio), || {
                Issue::new("out_of_range", &object, "combined_ratio")
                    .value(ratio)
                    .allowed("a fraction, such as 1.02 for 102 %")
            });
        }
        faults.finish()?;
        let unknown = || Issue::new("unknown_name", "c_ross", "line").value(&line.line);
        let own = self.lines.get(line.base()).ok_or_else(unknown)?;
        let class = line.cession.map_or(2, |share| {
            // (−∞, −1 %), [−1 %, 0), [0, 2.5 %), [2.5 %, 5 %), [5 %, ∞)
            self.cession_bounds.iter().filter(|bound| share >= **bound).count()
        });
        let cession = own.cession[class];
        let feature = if line.sci_tech == SciTech::Feature { -0.1 } else { 0.0 };
        let ratio = line.combined_ratio.map_or(0.0, |ratio| above(&self.combined_ratio, ratio));
        let bounds =
            if line.line == "motor" { &self.deviation_motor } else { &self.deviation_other };
        let deviation = line.deviation.map_or(0.0, |share| above(bounds, share));
        let limit = |k: f64| k.clamp(-self.k_limit, self.k_limit);
        let counts = if line.sci_tech == SciTech::Ninety { 0.9 } else { 1.0 };
        let premium_k = limit(ratio + cession + line.premium_k + feature);
        let reserve_k = limit(deviation + line.reserve_k + feature);
        let p = counts * line.premium * own.premium * (1.0 + premium_k);
        let r = counts * line.reserve * own.reserve * (1.0 + reserve_k);
        let capital = (p * p + 2.0 * self.within_line * p * r + r * r).sqrt();
        Ok(Capital { line: line.line.clone(), premium_risk: p, reserve_risk: r, capital })
    }

    /// Financing guarantee insurance: net loan balance less net reserve, times its factor.
    pub fn guarantee(&self, kind: &str, exposure: f64, micro_share: f64, k: f64) -> Result<f64> {
        let own = &self.guarantee;
        let kinds = [
            ("mortgage", own.mortgage),
            ("remortgage", own.remortgage),
            ("personal", own.personal),
            ("corporate", own.corporate),
            ("other", own.other),
        ];
        let mut faults = Faults::new();
        let found = kinds.iter().find(|(name, _)| *name == kind);
        if found.is_none() {
            faults.push(Issue::unknown("c_ross", "guarantee", kind, kinds.map(|(name, _)| name)));
        }
        faults.non_negative("c_ross", "exposure", exposure);
        faults.fraction("c_ross", "micro_share", micro_share);
        faults.finite("c_ross", "k", k);
        faults.finish()?;
        let micro = own.micro.iter().rev().find(|(bound, _)| micro_share >= *bound);
        let k = (micro.map_or(0.0, |(_, k)| *k) + k).clamp(-self.k_limit, self.k_limit);
        Ok(exposure * found.map_or(0.0, |(_, factor)| *factor) * (1.0 + k))
    }
}

/// k of the last bound that lies below `value`; zero below all.
fn above(bounds: &[(f64, f64)], value: f64) -> f64 {
    bounds.iter().rev().find(|(bound, _)| value > *bound).map_or(0.0, |(_, k)| *k)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(sci_tech: SciTech) -> Line {
        Line {
            line: "property".into(),
            premium: 1000.0,
            reserve: 600.0,
            combined_ratio: Some(1.02),
            cession: Some(0.06),
            deviation: Some(0.0),
            sci_tech,
            ..Line::default()
        }
    }

    fn alone(line: Line) -> Capital {
        factors().unwrap().capital(&[line], &BTreeMap::new()).unwrap().0[0].clone()
    }

    #[test]
    fn property_by_hand() {
        let plain = alone(property(SciTech::No));
        assert!((plain.premium_risk - 396.865).abs() < 1e-9);
        assert!((plain.reserve_risk - 336.6).abs() < 1e-9);
        assert!((plain.capital - 635.91).abs() < 0.005);
        assert!((alone(property(SciTech::Ninety)).capital - 572.32).abs() < 0.005);
        assert!((alone(property(SciTech::Feature)).premium_risk - 357.765).abs() < 1e-9);
    }

    #[test]
    fn property_and_liability_by_hand() {
        let liability =
            Line { line: "liability".into(), premium: 500.0, reserve: 800.0, ..Line::default() };
        let lines = [property(SciTech::No), liability];
        let (all, total) = factors().unwrap().capital(&lines, &BTreeMap::new()).unwrap();
        assert!((all[1].premium_risk - 101.5).abs() < 1e-9);
        assert!((all[1].reserve_risk - 346.4).abs() < 1e-9);
        assert!((all[1].capital - 406.76).abs() < 0.005);
        assert!((total - 866.55).abs() < 0.005);
    }

    #[test]
    fn corporate_guarantee_by_hand() {
        let capital = factors().unwrap().guarantee("corporate", 1000.0, 0.7, 0.0).unwrap();
        assert!((capital - 94.5).abs() < 1e-9);
    }

    #[test]
    fn a_pair_without_a_correlation_is_refused_until_given() {
        let line = |line: &str| Line { line: line.into(), premium: 1.0, ..Line::default() };
        let lines = [line("accident"), line("other")];
        assert!(factors().unwrap().capital(&lines, &BTreeMap::new()).is_err());
        let given = BTreeMap::from([(("other".to_owned(), "accident".to_owned()), 0.0)]);
        assert!(factors().unwrap().capital(&lines, &given).is_ok());
        assert!(factors().unwrap().capital(&[line("proprety")], &given).is_err());
    }
}
