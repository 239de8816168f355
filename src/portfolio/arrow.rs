//! Arrow record batches, and Parquet files through them, as a [`RawTable`].

use super::dates::Date;
use super::table::{Column, RawTable, Texts};
use crate::error::{Error, Issue, Result};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type,
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Schema, TimeUnit};

/// Reads a Parquet file held in memory.
pub fn from_parquet(origin: &str, bytes: Vec<u8>) -> Result<RawTable> {
    let fail =
        |e: &dyn std::fmt::Display| Error::file(origin, format!("not readable Parquet: {e}"));
    let bytes = bytes::Bytes::from(bytes);
    let builder = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes)
        .map_err(|e| fail(&e))?;
    let mut columns = Columns::new(builder.schema());
    // Batch by batch: the file is never there twice.
    for batch in builder.build().map_err(|e| fail(&e))? {
        columns.add(origin, &batch.map_err(|e| fail(&e))?)?;
    }
    RawTable::new(origin, columns.columns)
}

/// Joins the batches of one schema.
pub fn from_batches(origin: &str, schema: &Schema, batches: &[RecordBatch]) -> Result<RawTable> {
    let mut columns = Columns::new(schema);
    for batch in batches {
        columns.add(origin, batch)?;
    }
    RawTable::new(origin, columns.columns)
}

/// The columns of the batches so far.
struct Columns {
    columns: Vec<(String, Column)>,
}

impl Columns {
    fn new(schema: &Schema) -> Self {
        let column = |field: &arrow_schema::FieldRef| {
            let empty = if is_number(field.data_type()) {
                Column::Number(Vec::new())
            } else {
                Column::Text(Texts::default())
            };
            (field.name().clone(), empty)
        };
        Self { columns: schema.fields().iter().map(column).collect() }
    }

    fn add(&mut self, origin: &str, batch: &RecordBatch) -> Result<()> {
        for ((name, column), array) in self.columns.iter_mut().zip(batch.columns()) {
            append(column, array).ok_or_else(|| {
                Issue::new("unsupported_type", origin, name.as_str())
                    .value(array.data_type())
                    .allowed("text, number, Boolean, date, timestamp, or a dictionary of these")
            })?;
        }
        Ok(())
    }
}

fn is_number(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, value) => is_number(value),
        DataType::Decimal128(..) => true,
        other => other.is_numeric(),
    }
}

/// `None` when the type is not one we read.
fn append(column: &mut Column, array: &ArrayRef) -> Option<()> {
    match column {
        Column::Number(out) => numbers(out, array),
        Column::Text(out) => texts(out, array),
    }
}

fn numbers(out: &mut Vec<f64>, array: &ArrayRef) -> Option<()> {
    macro_rules! primitive {
        ($kind:ty) => {{
            #[allow(clippy::cast_lossless, reason = "one rule for all widths")]
            let number = |v| v as f64;
            let values = array.as_primitive_opt::<$kind>()?;
            out.extend(values.iter().map(|v| v.map_or(f64::NAN, number)))
        }};
    }
    match array.data_type() {
        DataType::Float64 => primitive!(Float64Type),
        DataType::Float32 => {
            let values = array.as_primitive_opt::<Float32Type>()?;
            out.extend(values.iter().map(|v| v.map_or(f64::NAN, f64::from)));
        }
        DataType::Int8 => primitive!(Int8Type),
        DataType::Int16 => primitive!(Int16Type),
        DataType::Int32 => primitive!(Int32Type),
        DataType::Int64 => primitive!(Int64Type),
        DataType::UInt8 => primitive!(UInt8Type),
        DataType::UInt16 => primitive!(UInt16Type),
        DataType::UInt32 => primitive!(UInt32Type),
        DataType::UInt64 => primitive!(UInt64Type),
        DataType::Decimal128(_, scale) => {
            let unit = 10f64.powi(i32::from(*scale));
            let values = array.as_primitive_opt::<Decimal128Type>()?;
            out.extend(values.iter().map(|v| v.map_or(f64::NAN, |v| v as f64 / unit)));
        }
        DataType::Dictionary(..) => {
            let (keys, values) = dictionary(array)?;
            let mut levels = Vec::new();
            numbers(&mut levels, &values)?;
            let level = |k: usize| levels.get(k).copied();
            out.extend(keys.into_iter().map(|k| k.and_then(level).unwrap_or(f64::NAN)));
        }
        _ => return None,
    }
    Some(())
}

fn texts(out: &mut Texts, array: &ArrayRef) -> Option<()> {
    fn dates<T: ArrowPrimitiveType<Native = i64>>(
        out: &mut Texts,
        array: &ArrayRef,
        per_day: i64,
    ) -> Option<()> {
        let values = array.as_primitive_opt::<T>()?;
        out.extend(values.iter().map(|v| v.map(|v| day(v.div_euclid(per_day)))));
        Some(())
    }
    const DAY: i64 = 86_400;
    match array.data_type() {
        DataType::Utf8 => {
            out.extend(array.as_string_opt::<i32>()?);
        }
        DataType::LargeUtf8 => {
            out.extend(array.as_string_opt::<i64>()?);
        }
        DataType::Utf8View => {
            out.extend(array.as_string_view_opt()?);
        }
        DataType::Boolean => out.extend(
            array.as_boolean_opt()?.iter().map(|v| v.map(|v| if v { "yes" } else { "no" })),
        ),
        DataType::Null => out.extend(std::iter::repeat_n(None::<&str>, array.len())),
        DataType::Date32 => {
            let values = array.as_primitive_opt::<Date32Type>()?;
            out.extend(values.iter().map(|v| v.map(|v| day(i64::from(v)))));
        }
        DataType::Date64 => dates::<Date64Type>(out, array, DAY * 1000)?,
        DataType::Timestamp(TimeUnit::Second, _) => dates::<TimestampSecondType>(out, array, DAY)?,
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            dates::<TimestampMillisecondType>(out, array, DAY * 1000)?;
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            dates::<TimestampMicrosecondType>(out, array, DAY * 1_000_000)?;
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            dates::<TimestampNanosecondType>(out, array, DAY * 1_000_000_000)?;
        }
        DataType::Dictionary(..) => {
            let (keys, values) = dictionary(array)?;
            let mut levels = Texts::default();
            texts(&mut levels, &values)?;
            let level = |k: usize| (k < levels.len()).then(|| levels.get(k));
            out.extend(keys.into_iter().map(|k| k.and_then(level)));
        }
        _ => return None,
    }
    Some(())
}

fn day(days: i64) -> String {
    i32::try_from(days).map_or_else(|_| days.to_string(), |d| Date(d).to_string())
}

fn dictionary(array: &ArrayRef) -> Option<(Vec<Option<usize>>, ArrayRef)> {
    fn keys<K: ArrowDictionaryKeyType>(array: &ArrayRef) -> Option<(Vec<Option<usize>>, ArrayRef)> {
        let array = array.as_dictionary_opt::<K>()?;
        Some((array.keys_iter().collect(), array.values().clone()))
    }
    let DataType::Dictionary(key, _) = array.data_type() else { return None };
    match key.as_ref() {
        DataType::Int8 => keys::<Int8Type>(array),
        DataType::Int16 => keys::<Int16Type>(array),
        DataType::Int32 => keys::<Int32Type>(array),
        DataType::Int64 => keys::<Int64Type>(array),
        DataType::UInt8 => keys::<UInt8Type>(array),
        DataType::UInt16 => keys::<UInt16Type>(array),
        DataType::UInt32 => keys::<UInt32Type>(array),
        DataType::UInt64 => keys::<UInt64Type>(array),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portfolio::Cell;
    use arrow_array::{
        BooleanArray, Date32Array, DictionaryArray, Float64Array, Int32Array, StringArray,
        TimestampNanosecondArray,
    };
    use std::sync::Arc;

    fn batch() -> RecordBatch {
        let stage: DictionaryArray<Int8Type> = vec![Some("research"), None].into_iter().collect();
        RecordBatch::try_from_iter(vec![
            ("risk_id", Arc::new(StringArray::from(vec!["A", "B"])) as ArrayRef),
            ("exposure", Arc::new(Int32Array::from(vec![Some(3), None])) as ArrayRef),
            ("limit", Arc::new(Float64Array::from(vec![Some(f64::NAN), Some(5e6)])) as ArrayRef),
            ("stage", Arc::new(stage) as ArrayRef),
            ("adas", Arc::new(BooleanArray::from(vec![true, false])) as ArrayRef),
            ("inception", Arc::new(Date32Array::from(vec![0, 365])) as ArrayRef),
            (
                "expiry",
                Arc::new(TimestampNanosecondArray::from(vec![86_400_000_000_001, -1])) as ArrayRef,
            ),
        ])
        .unwrap()
    }

    fn check(table: &RawTable) {
        let cell = |name: &str, row| table.cell(table.index(name).unwrap(), row);
        assert_eq!(table.rows(), 2);
        assert_eq!(cell("exposure", 0), Cell::Number(3.0));
        assert_eq!(cell("exposure", 1), Cell::Empty);
        assert_eq!(cell("limit", 0), Cell::Empty);
        assert_eq!(cell("stage", 0), Cell::Text("research"));
        assert_eq!(cell("stage", 1), Cell::Empty);
        assert_eq!(cell("adas", 0), Cell::Text("yes"));
        assert_eq!(cell("inception", 1), Cell::Text("1971-01-01"));
        assert_eq!(cell("expiry", 0), Cell::Text("1970-01-02"));
        assert_eq!(cell("expiry", 1), Cell::Text("1969-12-31"));
        assert_eq!(table.place(1), "book row 1");
    }

    #[test]
    fn every_common_type_is_read() {
        let batch = batch();
        check(&from_batches("book", &batch.schema(), &[batch]).unwrap());
    }

    #[test]
    fn parquet_says_the_same() {
        let batch = batch();
        let mut bytes = Vec::new();
        let mut writer =
            parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        check(&from_parquet("book", bytes.clone()).unwrap());
        bytes.truncate(bytes.len() / 2);
        assert!(from_parquet("book", bytes).is_err());
    }
}
