//! A named table of columns; everything that leaves the crate as rows is one.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};

use crate::error::{Error, Result};

/// Values of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// NaN is "there is no such number".
    Float(Vec<f64>),
    Integer(Vec<i64>),
    Text(Arc<[String]>),
    /// Text of few different values, by index.
    Label(Vec<u32>, Vec<String>),
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Self::Float(v) => v.len(),
            Self::Integer(v) => v.len(),
            Self::Text(v) => v.len(),
            Self::Label(codes, _) => codes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    pub values: Values,
}

/// A named table of columns of equal length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

impl Table {
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), columns: Vec::new() }
    }

    #[must_use]
    pub fn float(self, name: &str, values: Vec<f64>) -> Self {
        self.with(name, Values::Float(values))
    }

    #[must_use]
    pub fn integer(self, name: &str, values: Vec<i64>) -> Self {
        self.with(name, Values::Integer(values))
    }

    #[must_use]
    pub fn text(self, name: &str, values: Vec<String>) -> Self {
        self.with(name, Values::Text(values.into()))
    }

    #[must_use]
    pub fn with(mut self, name: &str, values: Values) -> Self {
        self.columns.push(Column { name: name.to_owned(), values });
        self
    }

    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |c| c.values.len())
    }

    /// The Arrow form; NaN stays NaN.
    pub fn to_batch(&self) -> Result<RecordBatch> {
        let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = self
            .columns
            .iter()
            .map(|column| {
                let (kind, array): (DataType, ArrayRef) = match &column.values {
                    Values::Float(v) => {
                        (DataType::Float64, Arc::new(Float64Array::from(v.clone())))
                    }
                    Values::Integer(v) => (DataType::Int64, Arc::new(Int64Array::from(v.clone()))),
                    Values::Text(v) => {
                        (DataType::Utf8, Arc::new(StringArray::from_iter_values(v.iter())))
                    }
                    Values::Label(codes, names) => {
                        let text = |code: &u32| names.get(*code as usize);
                        (DataType::Utf8, Arc::new(codes.iter().map(text).collect::<StringArray>()))
                    }
                };
                (Field::new(&column.name, kind, false), array)
            })
            .unzip();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
            .map_err(|e| Error::numeric(format!("table {}", self.name), e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_unequal_length_are_refused() {
        let table = Table::new("t").float("x", vec![1.0, 2.0]).text("y", vec!["a".to_owned()]);
        assert!(table.to_batch().is_err());
        let label = Values::Label(vec![1], vec!["a".to_owned(), "b".to_owned()]);
        let table = Table::new("t").float("x", vec![1.0]).integer("n", vec![3]).with("w", label);
        let batch = table.to_batch().unwrap();
        assert_eq!(batch.num_columns(), 3);
        let text = table.clone().text("w", vec!["b".to_owned()]).to_batch().unwrap();
        assert_eq!(batch.column(2), text.column(3));
    }
}
