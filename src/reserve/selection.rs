//! A selection as it is written down: origins and ages by their labels, so that it outlives the
//! triangle it was made on. Read from JSON, and resolved to a [`Development`] for each triangle.

use super::development::{Average, Choice, Credibility, Development, Given, Sigma};
use super::tail::{Curve, Span, TAIL_PERIODS, Tail};
use super::triangle::Triangle;
use crate::error::{Faults, Issue, Result};
use serde_json::{Map, Value};

/// Judgement on development, by labels.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    all: Choice,
    /// By age in months where the link starts.
    by_age: Vec<(i32, Choice)>,
    exclude: Vec<(String, i32)>,
    diagonals: Vec<String>,
    weights: Vec<(String, i32, f64)>,
    factors: Vec<(i32, Given)>,
    sigma: Sigma,
    tail: Tail,
    /// Ages in months between which a curve is fitted.
    from: Option<i32>,
    to: Option<i32>,
}

const FIELDS: [&str; 12] = [
    "average",
    "n",
    "drop_high",
    "drop_low",
    "by_age",
    "exclude",
    "exclude_diagonals",
    "weights",
    "factors",
    "credibility",
    "sigma",
    "tail",
];
const MEDIAL: &str = "medial";

/// Reads one selection, noting every fault.
struct Reader<'a> {
    object: &'a str,
    faults: Faults,
}

impl Selection {
    /// Reads the JSON form; `object` is what messages call it.
    pub fn read(object: &str, value: &Value) -> Result<Self> {
        let mut reader = Reader { object, faults: Faults::new() };
        let selection = reader.selection(value);
        reader.faults.finish()?;
        Ok(selection)
    }

    /// The development of `triangle` that this selection asks for; labels that it does not have
    /// are faults.
    pub fn resolve(&self, object: &str, triangle: &Triangle) -> Result<Development> {
        let mut all = self.all;
        all.given = None;
        let mut development =
            Development { all, sigma: self.sigma, tail: self.tail, ..Development::default() };
        if self.is_simple() {
            return Ok(development);
        }
        let mut faults = Faults::new();
        let (origins, ages) = (triangle.origins, triangle.ages);
        let months = triangle.age_months();
        let column = |faults: &mut Faults, field: &str, age: i32| {
            let found = months.iter().take(ages - 1).position(|month| *month == age);
            if found.is_none() {
                let known: Vec<_> = months.iter().take(ages - 1).map(i32::to_string).collect();
                faults.push(Issue::new("unknown_age", object, field).value(age).allowed(format!(
                    "the age in months where a link starts: {}",
                    known.join(", ")
                )));
            }
            found
        };
        for (age, choice) in &self.by_age {
            if let Some(at) = column(&mut faults, "by_age", *age) {
                development.by_age.push((at, *choice));
            }
        }
        for (age, given) in &self.factors {
            let Some(at) = column(&mut faults, "factors", *age) else { continue };
            match development.by_age.iter_mut().find(|(other, _)| *other == at) {
                Some((_, choice)) => choice.given = Some(*given),
                None => development.by_age.push((at, Choice { given: Some(*given), ..all })),
            }
        }
        let labels = triangle.origin_labels();
        let excluded = self.exclude.iter().map(|(origin, age)| ("exclude", origin, age, 0.0));
        let weighted = self.weights.iter().map(|(origin, age, w)| ("weights", origin, age, *w));
        for (field, origin, age, weight) in excluded.chain(weighted) {
            let row = labels.iter().position(|label| label == origin);
            let at = months.iter().take(ages - 1).position(|month| month == age);
            if let (Some(row), Some(at)) = (row, at) {
                development.weigh(origins, ages, row, at, weight);
            } else {
                faults.push(
                    Issue::new("unknown_cell", object, field)
                        .value(format!("('{origin}', {age})"))
                        .allowed("an origin and the age in months where a link starts"),
                );
            }
        }
        for diagonal in &self.diagonals {
            let mut met = false;
            for origin in 0..origins {
                for age in 0..ages - 1 {
                    if triangle.diagonal(origin, age + 1) == *diagonal {
                        development.weigh(origins, ages, origin, age, 0.0);
                        met = true;
                    }
                }
            }
            faults.check(met, || {
                let last = triangle.diagonal(origins - 1, 0);
                Issue::new("unknown_diagonal", object, "exclude_diagonals")
                    .value(format!("'{diagonal}'"))
                    .allowed(format!("the valuation at which links end, such as {last}"))
            });
        }
        if let Tail::Curve { span, .. } = &mut development.tail {
            if let Some(from) = self.from {
                span.from = column(&mut faults, "tail", from).unwrap_or_default();
            }
            if let Some(to) = self.to {
                span.to = column(&mut faults, "tail", to).map_or(usize::MAX, |at| at + 1);
            }
        }
        faults.finish()?;
        Ok(development)
    }

    /// Whether no label needs to be looked up.
    fn is_simple(&self) -> bool {
        self.by_age.is_empty()
            && self.exclude.is_empty()
            && self.diagonals.is_empty()
            && self.weights.is_empty()
            && self.factors.is_empty()
            && self.from.is_none()
            && self.to.is_none()
    }
}

impl Reader<'_> {
    fn fault(&mut self, field: &str, value: &Value, allowed: &str) {
        let shown = match value {
            Value::String(text) => format!("'{text}'"),
            other => other.to_string(),
        };
        let issue = Issue::new("out_of_range", self.object, field).value(shown).allowed(allowed);
        self.faults.push(issue);
    }

    fn known(&mut self, field: &str, map: &Map<String, Value>, known: &[&str]) {
        for name in map.keys().filter(|name| !known.contains(&name.as_str())) {
            let issue = Issue::unknown(self.object, field, name, known.iter().copied());
            self.faults.push(issue);
        }
    }

    fn selection(&mut self, value: &Value) -> Selection {
        let mut read = Selection::default();
        let Value::Object(map) = value else {
            self.fault("", value, "an object of choices");
            return read;
        };
        self.known("field", map, &FIELDS);
        read.all = self.choice("", map, Choice::default());
        if let Some(by_age) = self.object_of("by_age", map) {
            for (age, choice) in by_age {
                let (age, field) = (self.age("by_age", age), format!("by_age.{age}"));
                match choice {
                    Value::Object(choice) => {
                        self.known(&field, choice, &FIELDS[..4]);
                        let choice = self.choice(&field, choice, read.all);
                        read.by_age.extend(age.map(|age| (age, choice)));
                    }
                    Value::String(_) => {
                        let named = Map::from_iter([("average".to_owned(), choice.clone())]);
                        let choice = self.choice(&field, &named, read.all);
                        read.by_age.extend(age.map(|age| (age, choice)));
                    }
                    other => self.fault(&field, other, "an average or an object of choices"),
                }
            }
        }
        for cell in self.list("exclude", map) {
            match cell.as_array().map(Vec::as_slice) {
                Some([origin, age]) => {
                    if let (Some(origin), Some(age)) = (label(origin), whole(age)) {
                        read.exclude.push((origin, age));
                        continue;
                    }
                    self.fault("exclude", cell, "pairs of an origin and an age in months");
                }
                _ => self.fault("exclude", cell, "pairs of an origin and an age in months"),
            }
        }
        for diagonal in self.list("exclude_diagonals", map) {
            match label(diagonal) {
                Some(diagonal) => read.diagonals.push(diagonal),
                None => self.fault("exclude_diagonals", diagonal, "valuations such as 2024"),
            }
        }
        for each in self.list("weights", map) {
            const ALLOWED: &str = "an origin, an age in months and a weight ≥ 0";
            let cell = each.as_array().map(Vec::as_slice).and_then(|cell| match cell {
                [origin, age, weight] => Some((label(origin)?, whole(age)?, weight.as_f64()?)),
                _ => None,
            });
            match cell.filter(|(_, _, weight)| *weight >= 0.0 && weight.is_finite()) {
                Some(cell) => read.weights.push(cell),
                None => self.fault("weights", each, ALLOWED),
            }
        }
        self.factors(map, &mut read);
        read.sigma = match map.get("sigma") {
            None | Some(Value::Null) => Sigma::Mack,
            Some(Value::String(name)) if name == "mack" => Sigma::Mack,
            Some(Value::String(name)) if name == "log-linear" => Sigma::LogLinear,
            Some(other) => {
                let name = other.as_str().unwrap_or_default();
                let known = ["mack", "log-linear"];
                self.faults.push(Issue::unknown(self.object, "sigma", name, known));
                Sigma::Mack
            }
        };
        if let Some(tail) = map.get("tail") {
            self.tail(tail, &mut read);
        }
        read
    }

    /// Average, last n and trimming; what is not said is as in `default`.
    fn choice(&mut self, path: &str, map: &Map<String, Value>, default: Choice) -> Choice {
        let mut choice = default;
        let field = |name: &str| {
            if path.is_empty() { name.to_owned() } else { [path, ".", name].concat() }
        };
        match map.get("average") {
            None | Some(Value::Null) => {}
            Some(Value::String(name)) if name == MEDIAL => {
                choice = Choice { average: Average::Simple, high: 1, low: 1, ..choice };
            }
            Some(value) => {
                let name = value.as_str().unwrap_or_default();
                match Average::ALL.into_iter().find(|average| average.name() == name) {
                    Some(average) => choice = Choice { average, high: 0, low: 0, ..choice },
                    None => {
                        let known = Average::ALL.map(Average::name).into_iter().chain([MEDIAL]);
                        let issue = Issue::unknown(self.object, field("average"), name, known);
                        self.faults.push(issue);
                    }
                }
            }
        }
        if let Some(n) = map.get("n").filter(|n| !n.is_null()) {
            match n.as_u64().filter(|n| *n >= 1) {
                Some(n) => choice.last = Some(n as usize),
                None => self.fault(&field("n"), n, "a whole number ≥ 1, or None for all"),
            }
        }
        for (name, into) in [("drop_high", &mut choice.high), ("drop_low", &mut choice.low)] {
            if let Some(n) = map.get(name).filter(|n| !n.is_null()) {
                match n.as_u64().filter(|n| *n < 1_000_000) {
                    Some(n) => *into = n as usize,
                    None => self.fault(&field(name), n, "a whole number ≥ 0"),
                }
            }
        }
        choice
    }

    fn factors(&mut self, map: &Map<String, Value>, read: &mut Selection) {
        const Z: &str = "a fraction in [0, 1], 'precision', or one of these by age";
        let mut by_age: Option<&Map<String, Value>> = None;
        let mut all = Credibility::default();
        let credible = |reader: &mut Self, value: &Value| match value {
            Value::String(name) if name == "precision" => Credibility::Precision,
            other => match other.as_f64() {
                Some(z) => {
                    reader.faults.fraction(reader.object, "credibility", z);
                    Credibility::Fixed(z)
                }
                None => {
                    reader.fault("credibility", other, Z);
                    Credibility::default()
                }
            },
        };
        match map.get("credibility") {
            None | Some(Value::Null) => {}
            Some(Value::Object(ages)) => by_age = Some(ages),
            Some(value) => all = credible(self, value),
        }
        let Some(factors) = self.object_of("factors", map) else {
            if map.get("credibility").is_some_and(|value| !value.is_null()) {
                let issue = Issue::new("contradiction", self.object, "credibility");
                self.faults.push(issue.allowed("given with factors to blend with"));
            }
            return;
        };
        for (name, value) in factors {
            let age = self.age("factors", name);
            let pair = match value {
                Value::Array(pair) => match pair.as_slice() {
                    [factor, error] => factor.as_f64().zip(error.as_f64().map(Some)),
                    _ => None,
                },
                other => other.as_f64().map(|factor| (factor, None)),
            };
            let sound = |(factor, error): &(f64, Option<f64>)| {
                *factor > 0.0
                    && factor.is_finite()
                    && error.is_none_or(|error| error >= 0.0 && error.is_finite())
            };
            let Some((factor, standard_error)) = pair.filter(sound) else {
                self.fault("factors", value, "a factor > 0, or (factor, standard error)");
                continue;
            };
            let credibility = match by_age.and_then(|ages| ages.get(name)) {
                Some(value) => credible(self, value),
                None => all,
            };
            if credibility == Credibility::Precision && standard_error.is_none() {
                let issue = Issue::new("missing", self.object, format!("factors.{name}"));
                self.faults
                    .push(issue.allowed("(factor, standard error) for credibility='precision'"));
            }
            let given = Given { factor, standard_error, credibility };
            read.factors.extend(age.map(|age| (age, given)));
        }
    }

    fn tail(&mut self, value: &Value, read: &mut Selection) {
        const ALLOWED: &str = "None, a curve by name, a factor > 0, (factor, standard_error, sigma), \
                               or an object with curve, from, to, periods";
        let sound = |value: f64| value.is_finite() && value >= 0.0;
        let tail = match value {
            Value::Null => Some(Tail::None),
            Value::String(name) => self.curve(name).map(Tail::curve),
            Value::Array(list) => {
                let numbers: Option<Vec<f64>> = list.iter().map(Value::as_f64).collect();
                match numbers.as_deref() {
                    Some([factor, standard_error, sigma])
                        if sound(*factor)
                            && *factor > 0.0
                            && sound(*standard_error)
                            && sound(*sigma) =>
                    {
                        Some(Tail::Constant {
                            factor: *factor,
                            standard_error: Some(*standard_error),
                            sigma: Some(*sigma),
                        })
                    }
                    _ => {
                        self.fault("tail", value, ALLOWED);
                        None
                    }
                }
            }
            Value::Object(map) => {
                self.known("tail", map, &["curve", "from", "to", "periods"]);
                read.from = map.get("from").and_then(whole);
                read.to = map.get("to").and_then(whole);
                let periods = match map.get("periods").filter(|n| !n.is_null()) {
                    None => TAIL_PERIODS,
                    Some(n) => {
                        let found = n.as_u64().filter(|n| (1..=100_000).contains(n));
                        if found.is_none() {
                            self.fault("tail.periods", n, "a whole number from 1 to 100000");
                        }
                        found.unwrap_or_default() as u32
                    }
                };
                match map.get("curve").and_then(Value::as_str) {
                    Some(name) => self.curve(name).map(|curve| Tail::Curve {
                        curve,
                        span: Span { periods, ..Span::default() },
                    }),
                    None => {
                        self.fault("tail", value, ALLOWED);
                        None
                    }
                }
            }
            other => match other.as_f64().filter(|factor| sound(*factor) && *factor > 0.0) {
                Some(factor) => Some(Tail::Constant { factor, standard_error: None, sigma: None }),
                None => {
                    self.fault("tail", other, ALLOWED);
                    None
                }
            },
        };
        read.tail = tail.unwrap_or_default();
    }

    fn curve(&mut self, name: &str) -> Option<Curve> {
        let found = Curve::ALL.into_iter().find(|curve| curve.name() == name);
        if found.is_none() {
            let known = Curve::ALL.map(Curve::name);
            self.faults.push(Issue::unknown(self.object, "tail", name, known));
        }
        found
    }

    fn object_of<'a>(
        &mut self,
        field: &str,
        map: &'a Map<String, Value>,
    ) -> Option<&'a Map<String, Value>> {
        match map.get(field) {
            None | Some(Value::Null) => None,
            Some(Value::Object(object)) => Some(object),
            Some(other) => {
                self.fault(field, other, "a mapping by age in months");
                None
            }
        }
    }

    fn list<'a>(&mut self, field: &str, map: &'a Map<String, Value>) -> &'a [Value] {
        match map.get(field) {
            None | Some(Value::Null) => &[],
            Some(Value::Array(list)) => list,
            Some(other) => {
                self.fault(field, other, "a list");
                &[]
            }
        }
    }

    fn age(&mut self, field: &str, text: &str) -> Option<i32> {
        let age = text.parse().ok();
        if age.is_none() {
            self.fault(field, &Value::from(text), "an age in months as key");
        }
        age
    }
}

/// A label, also where it was written as a number.
fn label(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn whole(value: &Value) -> Option<i32> {
    let number = value
        .as_i64()
        .or_else(|| value.as_f64().filter(|x| x.fract() == 0.0 && x.abs() < 1e9).map(|x| x as i64));
    number.and_then(|number| i32::try_from(number).ok())
}
