//! Single cells of Arrow columns, whatever their type.

#![allow(clippy::cast_lossless, reason = "one rule for integers of all widths")]

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

/// Calls a macro with the type of a primitive array.
macro_rules! numeric {
    ($array:expr, $do:ident) => {
        match $array.data_type() {
            DataType::Int8 => $do!(Int8Type),
            DataType::Int16 => $do!(Int16Type),
            DataType::Int32 => $do!(Int32Type),
            DataType::Int64 => $do!(Int64Type),
            DataType::UInt8 => $do!(UInt8Type),
            DataType::UInt16 => $do!(UInt16Type),
            DataType::UInt32 => $do!(UInt32Type),
            DataType::UInt64 => $do!(UInt64Type),
            DataType::Float32 => $do!(Float32Type),
            DataType::Float64 => $do!(Float64Type),
            _ => {}
        }
    };
}
pub(super) use numeric;

#[derive(Clone, Copy)]
pub(super) enum Cell<'a> {
    Empty,
    Number(f64),
    Text(&'a str),
}

pub(super) fn whole(x: f64) -> bool {
    x.fract() == 0.0 && x.abs() < 9e15
}

/// The texts behind an array: itself, or the values of a dictionary; none for numbers.
pub(super) struct Texts {
    values: ArrayRef,
    /// Index into the values by row; none when it is the row.
    keys: Option<Vec<Option<usize>>>,
}

pub(super) fn texts(array: &ArrayRef) -> Texts {
    fn keys<K: ArrowDictionaryKeyType>(array: &ArrayRef) -> Option<Texts> {
        let array = array.as_dictionary_opt::<K>()?;
        Some(Texts {
            values: array.values().clone(),
            keys: Some((0..array.len()).map(|row| array.key(row)).collect()),
        })
    }
    let found = match array.data_type() {
        DataType::Dictionary(key, _) => match key.as_ref() {
            DataType::Int8 => keys::<Int8Type>(array),
            DataType::Int16 => keys::<Int16Type>(array),
            DataType::Int32 => keys::<Int32Type>(array),
            DataType::Int64 => keys::<Int64Type>(array),
            DataType::UInt8 => keys::<UInt8Type>(array),
            DataType::UInt16 => keys::<UInt16Type>(array),
            DataType::UInt32 => keys::<UInt32Type>(array),
            DataType::UInt64 => keys::<UInt64Type>(array),
            _ => None,
        },
        _ => None,
    };
    found.unwrap_or_else(|| Texts { values: array.clone(), keys: None })
}

pub(super) fn cell(texts: &Texts, row: usize) -> Cell<'_> {
    let row = match &texts.keys {
        None => row,
        Some(keys) => match keys[row] {
            Some(key) => key,
            None => return Cell::Empty,
        },
    };
    let values = &texts.values;
    if values.is_null(row) {
        return Cell::Empty;
    }
    let text = match values.data_type() {
        DataType::Utf8 => values.as_string_opt::<i32>().map(|v| v.value(row)),
        DataType::LargeUtf8 => values.as_string_opt::<i64>().map(|v| v.value(row)),
        DataType::Utf8View => values.as_string_view_opt().map(|v| v.value(row)),
        _ => None,
    };
    if let Some(text) = text {
        let text = text.trim();
        return if text.is_empty() { Cell::Empty } else { Cell::Text(text) };
    }
    let mut number = None;
    macro_rules! value {
        ($kind:ty) => {{
            number = values.as_primitive_opt::<$kind>().map(|v| v.value(row) as f64);
        }};
    }
    numeric!(values, value);
    if values.data_type() == &DataType::Date32 {
        number = values.as_primitive_opt::<Date32Type>().map(|v| f64::from(v.value(row)));
    }
    match number {
        Some(x) if !x.is_nan() => Cell::Number(x),
        _ => Cell::Empty,
    }
}
