//! The short way from a clean list of transactions to a triangle: columns as Arrow has them, dates
//! and labels as codes, one pass. Whatever is not clean is left to the long way, which tells it.

use super::build::Columns;
use super::period::When;
use super::triangle::{Amounts, MAX_CELLS, Reconciliation, Reject, Triangle, cumulate};
use crate::portfolio::{Cell, Date};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, ArrowPrimitiveType, Date32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Schema, TimeUnit};
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Spans of days beyond this are taken for wrong dates, and looked at one by one.
const LONGEST: i64 = 400_000;

/// A column of codes with what each code stands for.
struct Coded<T> {
    codes: Vec<u32>,
    levels: Vec<T>,
}

/// Builds the triangle, or `None` when any cell needs a closer look: see [`super::from_claims`],
/// which gives the same bits.
pub fn from_clean_claims(
    schema: &Schema,
    batches: &[RecordBatch],
    columns: &Columns,
    as_of: Option<&str>,
) -> Option<Triangle> {
    let find = |name: &str| -> Option<Vec<&ArrayRef>> {
        let mut found =
            schema.fields().iter().enumerate().filter(|(_, field)| field.name() == name);
        let (at, _) = found.next()?;
        found.next().is_none().then(|| batches.iter().map(|batch| batch.column(at)).collect())
    };
    if columns.values.is_empty() || columns.claim.is_some() {
        return None;
    }
    let timing = columns.timing();
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let origins = dates(&find(&columns.origin)?)?;
    let valuations = dates(&find(timing)?)?;
    let (segment, segments) = segments(columns, rows, find)?;
    let amounts = columns
        .values
        .iter()
        .map(|name| numbers(&find(name)?))
        .collect::<Option<Vec<Vec<Cow<'_, [f64]>>>>>()?;

    let (grain, step) = (columns.origin_grain.months(), columns.development_grain.months());
    let periods: Vec<i32> = origins
        .levels
        .iter()
        .map(|when| when.period(columns.origin_grain))
        .collect::<Option<_>>()?;
    let limit = match as_of {
        Some(text) => Some(When::read(Cell::Text(text))?),
        None => None,
    };
    let late: Vec<bool> = valuations
        .levels
        .iter()
        .map(|when| limit.is_some_and(|limit| when.is_after(limit)))
        .collect();
    let (first, last) = if late.contains(&true) {
        let pairs = origins.codes.iter().zip(&valuations.codes);
        let kept = pairs.filter(|(_, v)| !late[**v as usize]).map(|(o, _)| periods[*o as usize]);
        let wide = (i32::MAX, i32::MIN);
        kept.fold(wide, |(low, high), period| (low.min(period), high.max(period)))
    } else {
        (*periods.iter().min()?, *periods.iter().max()?)
    };
    let latest = match limit {
        Some(limit) => limit.last_month(),
        None => valuations.levels.iter().map(|when| when.last_month()).max()?,
    };
    if last < first {
        return None;
    }
    let start = first * grain;
    let count = (last - first) as usize + 1;
    let ages = ((latest - start).div_euclid(step) + 1).max(1) as usize;
    let measures = columns.values.len();
    let cells = [count, ages, segments.len(), measures]
        .iter()
        .try_fold(1usize, |product, n| product.checked_mul(*n))?;
    if cells > MAX_CELLS
        || valuations.levels.iter().any(|when| when.first_month() != when.last_month())
    {
        return None;
    }
    // Column of the age by months since the start of the origin period.
    let age_at: Vec<u32> = (0..=(latest - start).max(0)).map(|m| (m / step) as u32).collect();
    let months: Vec<i32> = valuations.levels.iter().map(|when| when.last_month()).collect();

    let mut values = vec![0.0; cells];
    let mut totals = vec![Amounts::default(); measures];
    let mut rejects = Vec::new();
    let mut row = 0;
    for (batch, each) in batches.iter().enumerate() {
        let columns: Vec<&[f64]> = amounts.iter().map(|measure| &*measure[batch]).collect();
        for at in 0..each.num_rows() {
            let (o, v) = (origins.codes[row] as usize, valuations.codes[row] as usize);
            if valuations.levels[v].is_before(origins.levels[o]) {
                return None;
            }
            if late[v] {
                for (amounts, total) in columns.iter().zip(&mut totals) {
                    if !amounts[at].is_finite() {
                        return None;
                    }
                    total.total += amounts[at];
                    total.rejected += amounts[at];
                }
                rejects.push(Reject {
                    row,
                    reason: "after_as_of",
                    field: timing.to_owned(),
                    value: String::new(),
                });
                row += 1;
                continue;
            }
            let origin = (periods[o] - first) as usize;
            let month = months[v] - periods[o] * grain;
            let age = *age_at.get(usize::try_from(month).ok()?)? as usize;
            let mut cell = (segment[row] as usize * measures * count + origin) * ages + age;
            for (amounts, total) in columns.iter().zip(&mut totals) {
                let amount = amounts[at];
                if !amount.is_finite() {
                    return None;
                }
                values[cell] += amount;
                total.total += amount;
                total.used += amount;
                cell += count * ages;
            }
            row += 1;
        }
    }
    for (at, row) in values.chunks_exact_mut(ages).enumerate() {
        let own = start + (at % count) as i32 * grain;
        let observed = ((latest - own).div_euclid(step) + 1).max(0) as usize;
        cumulate(row);
        row[observed.min(ages)..].fill(f64::NAN);
    }
    let mut triangle = Triangle {
        index: columns.by.clone(),
        segments,
        measures: columns.values.clone(),
        origin_grain: columns.origin_grain,
        development_grain: columns.development_grain,
        first_origin: first,
        origins: count,
        first_age: step,
        ages,
        cumulative: true,
        values,
        reconciliation: Reconciliation {
            rows,
            used: rows - rejects.len(),
            amounts: totals,
            rejects,
            ..Reconciliation::default()
        },
    };
    triangle.note_decreases();
    (!columns.refuse_falls || triangle.reconciliation.decreasing.is_empty()).then_some(triangle)
}

/// Number of the segment of each row, and labels of the segments in alphabetical order.
fn segments<'a>(
    columns: &Columns,
    rows: usize,
    find: impl Fn(&str) -> Option<Vec<&'a ArrayRef>>,
) -> Option<(Vec<u32>, Vec<Vec<String>>)> {
    let mut codes = vec![0u32; rows];
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for name in &columns.by {
        let column = labels(&find(name)?)?;
        let size = column.levels.len();
        if all.len().checked_mul(size)? > 1_000_000 {
            return None;
        }
        let join = |(before, own): (&Vec<String>, &String)| {
            [&before[..], std::slice::from_ref(own)].concat()
        };
        all = all
            .iter()
            .flat_map(|before| column.levels.iter().map(move |own| join((before, own))))
            .collect();
        for (code, own) in codes.iter_mut().zip(&column.codes) {
            *code = *code * size as u32 + own;
        }
    }
    let mut present = vec![false; all.len()];
    for code in &codes {
        present[*code as usize] = true;
    }
    let mut order: Vec<usize> = (0..all.len()).filter(|at| present[*at]).collect();
    order.sort_by(|a, b| all[*a].cmp(&all[*b]));
    let mut place = vec![0u32; all.len()];
    for (new, old) in order.iter().enumerate() {
        place[*old] = new as u32;
    }
    for code in &mut codes {
        *code = place[*code as usize];
    }
    Some((codes, order.into_iter().map(|old| std::mem::take(&mut all[old])).collect()))
}

/// A date column. Days and numbers are their own codes, less the first.
fn dates(arrays: &[&ArrayRef]) -> Option<Coded<When>> {
    const DAY: i64 = 86_400;
    let kind = arrays.first()?.data_type().clone();
    let whole = |each: fn(&ArrayRef, &mut Vec<i64>) -> Option<()>| -> Option<Vec<i64>> {
        let mut all = Vec::with_capacity(arrays.iter().copied().map(Array::len).sum());
        for array in arrays {
            each(array, &mut all)?;
        }
        Some(all)
    };
    let day = |days: i64| When::read(Cell::Text(&Date(i32::try_from(days).ok()?).to_string()));
    let number = |value: i64| When::read(Cell::Number(value as f64));
    let in_days = |mut all: Vec<i64>, unit: i64| {
        for value in &mut all {
            *value = value.div_euclid(unit);
        }
        all
    };
    match kind {
        DataType::Date32 => spread(whole(integers::<Date32Type>)?, day),
        DataType::Timestamp(unit, _) => {
            let (all, per_day) = match unit {
                TimeUnit::Second => (whole(integers::<TimestampSecondType>)?, DAY),
                TimeUnit::Millisecond => (whole(integers::<TimestampMillisecondType>)?, DAY * 1000),
                TimeUnit::Microsecond => {
                    (whole(integers::<TimestampMicrosecondType>)?, DAY * 1_000_000)
                }
                TimeUnit::Nanosecond => {
                    (whole(integers::<TimestampNanosecondType>)?, DAY * 1_000_000_000)
                }
            };
            spread(in_days(all, per_day), day)
        }
        DataType::Int32 => spread(whole(integers::<Int32Type>)?, number),
        DataType::Int64 => spread(whole(integers::<Int64Type>)?, number),
        _ => {
            let texts = labels(arrays)?;
            let read = |text: &String| When::read(Cell::Text(text));
            let levels = texts.levels.iter().map(read).collect::<Option<_>>()?;
            Some(Coded { codes: texts.codes, levels })
        }
    }
}

fn integers<T: ArrowPrimitiveType>(array: &ArrayRef, into: &mut Vec<i64>) -> Option<()>
where
    T::Native: Into<i64>,
{
    let values = array.as_primitive_opt::<T>()?;
    if values.null_count() > 0 {
        return None;
    }
    into.extend(values.values().iter().map(|value| (*value).into()));
    Some(())
}

/// Codes counted from the least value. Only values that occur get a meaning of their own.
fn spread(values: Vec<i64>, read: impl Fn(i64) -> Option<When>) -> Option<Coded<When>> {
    let (low, high) = values.iter().fold((i64::MAX, i64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
    let span = high.checked_sub(low).filter(|span| (0..LONGEST).contains(span))? as usize;
    let mut place = vec![u32::MAX; span + 1];
    for value in &values {
        place[(value - low) as usize] = 0;
    }
    let mut levels = Vec::new();
    for (at, place) in place.iter_mut().enumerate().filter(|(_, place)| **place == 0) {
        *place = levels.len() as u32;
        levels.push(read(low + at as i64)?);
    }
    let codes = values.iter().map(|value| place[(value - low) as usize]).collect();
    Some(Coded { codes, levels })
}

/// A column of texts or whole numbers as labels, as the long way writes them.
fn labels(arrays: &[&ArrayRef]) -> Option<Coded<String>> {
    let rows = arrays.iter().copied().map(Array::len).sum();
    let mut column = Coded { codes: Vec::with_capacity(rows), levels: Vec::new() };
    let mut known = Known::default();
    for array in arrays.iter().filter(|array| !array.is_empty()) {
        if array.null_count() > 0 {
            return None;
        }
        match array.data_type() {
            DataType::Utf8 => {
                let texts = array.as_string_opt::<i32>()?;
                column.extend(&mut known, (0..texts.len()).map(|at| texts.value(at)))?;
            }
            DataType::LargeUtf8 => {
                let texts = array.as_string_opt::<i64>()?;
                column.extend(&mut known, (0..texts.len()).map(|at| texts.value(at)))?;
            }
            DataType::Utf8View => {
                let texts = array.as_string_view_opt()?;
                column.extend(&mut known, (0..texts.len()).map(|at| texts.value(at)))?;
            }
            DataType::Int8 => numbered::<Int8Type>(&mut column, &mut known, array)?,
            DataType::Int16 => numbered::<Int16Type>(&mut column, &mut known, array)?,
            DataType::Int32 => numbered::<Int32Type>(&mut column, &mut known, array)?,
            DataType::Int64 => numbered::<Int64Type>(&mut column, &mut known, array)?,
            DataType::Dictionary(key, _) => match key.as_ref() {
                DataType::Int8 => keyed::<Int8Type>(&mut column, &mut known, array)?,
                DataType::Int16 => keyed::<Int16Type>(&mut column, &mut known, array)?,
                DataType::Int32 => keyed::<Int32Type>(&mut column, &mut known, array)?,
                DataType::UInt8 => keyed::<UInt8Type>(&mut column, &mut known, array)?,
                DataType::UInt16 => keyed::<UInt16Type>(&mut column, &mut known, array)?,
                DataType::UInt32 => keyed::<UInt32Type>(&mut column, &mut known, array)?,
                _ => return None,
            },
            _ => return None,
        }
    }
    Some(column)
}

impl Coded<String> {
    /// Codes of texts; an empty or padded text is for the long way.
    fn extend<'a>(
        &mut self,
        known: &mut Known,
        texts: impl Iterator<Item = &'a str>,
    ) -> Option<()> {
        let (mut last, mut code) = ("", u32::MAX);
        for text in texts {
            if text != last || code == u32::MAX {
                code = match known.get(text) {
                    Some(code) => *code,
                    None => self.add(known, text)?,
                };
                last = text;
            }
            self.codes.push(code);
        }
        Some(())
    }

    fn add(&mut self, known: &mut Known, text: &str) -> Option<u32> {
        if text.is_empty() || text.trim() != text {
            return None;
        }
        let code = self.levels.len() as u32;
        self.levels.push(text.to_owned());
        known.insert(text.to_owned(), code);
        Some(code)
    }

    fn code(&mut self, known: &mut Known, text: &str) -> Option<u32> {
        match known.get(text) {
            Some(code) => Some(*code),
            None => self.add(known, text),
        }
    }
}

fn numbered<T: ArrowPrimitiveType>(
    column: &mut Coded<String>,
    known: &mut Known,
    array: &ArrayRef,
) -> Option<()>
where
    T::Native: Into<i64>,
{
    let mut seen: HashMap<i64, u32, Quick> = HashMap::default();
    for value in array.as_primitive_opt::<T>()?.values() {
        let value: i64 = (*value).into();
        let code = match seen.get(&value) {
            Some(code) => *code,
            None => {
                let code = column.code(known, &(value as f64).to_string())?;
                seen.insert(value, code);
                code
            }
        };
        column.codes.push(code);
    }
    Some(())
}

fn keyed<K: ArrowDictionaryKeyType>(
    column: &mut Coded<String>,
    known: &mut Known,
    array: &ArrayRef,
) -> Option<()>
where
    K::Native: TryInto<usize>,
{
    let array = array.as_dictionary_opt::<K>()?;
    let levels = labels(&[array.values()])?;
    let mut codes = vec![None; levels.codes.len()];
    for key in array.keys().values() {
        let key: usize = (*key).try_into().ok()?;
        let code = match *codes.get(key)? {
            Some(code) => code,
            None => {
                let code = column.code(known, &levels.levels[levels.codes[key] as usize])?;
                codes[key] = Some(code);
                code
            }
        };
        column.codes.push(code);
    }
    Some(())
}

/// Amounts of each batch; floats are not copied.
fn numbers<'a>(arrays: &[&'a ArrayRef]) -> Option<Vec<Cow<'a, [f64]>>> {
    fn cast<T: ArrowPrimitiveType>(array: &ArrayRef) -> Option<Cow<'_, [f64]>>
    where
        T::Native: Into<i64>,
    {
        let values = array.as_primitive_opt::<T>()?.values();
        Some(Cow::Owned(values.iter().map(|value| (*value).into() as f64).collect()))
    }
    let one = |array: &&'a ArrayRef| -> Option<Cow<'a, [f64]>> {
        if array.null_count() > 0 {
            return None;
        }
        match array.data_type() {
            DataType::Float64 => {
                Some(Cow::Borrowed(&array.as_primitive_opt::<Float64Type>()?.values()[..]))
            }
            DataType::Int64 => cast::<Int64Type>(array),
            DataType::Int32 => cast::<Int32Type>(array),
            _ => None,
        }
    };
    arrays.iter().map(one).collect()
}

type Quick = BuildHasherDefault<Mixer>;
type Known = HashMap<String, u32, Quick>;

/// A quick hash for labels that no adversary chooses.
#[derive(Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_i64(&mut self, word: i64) {
        self.write_u64(word as u64);
    }
}
