//! The losses as an Arrow table, for those who ask for every row.

use super::source::Simulator;
use crate::error::{Error, Result};
use crate::exec::{Control, run_blocks};
use crate::losses::{LossBlock, Source};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
};
use arrow_schema::{DataType, Field, Schema};
use std::collections::HashMap;
use std::sync::Arc;

/// Total loss of each year: the sum of its rows, those of a book without annual aggregate limits in
/// the order of the draws, which needs no memory for them.
///
/// # Errors
///
/// [`Error::Cancelled`] when the control is cancelled.
pub fn annual_losses(simulator: &Simulator, control: &Control) -> Result<Vec<f64>> {
    let run = run_blocks(0..simulator.blocks(), control, |work, block| {
        simulator.totals(block, control, work)
    })?;
    Ok(run.complete()?.concat())
}

/// Every row: `year, time, event, cause, risk_id, sector, coverage, loss`, one batch a block.
///
/// Years count from 0; events are numbered over the whole table; text columns are dictionaries. The
/// currency is in the metadata of `loss`.
///
/// # Errors
///
/// [`Error::Cancelled`] when the control is cancelled.
pub fn loss_table(simulator: &Simulator, control: &Control) -> Result<Vec<RecordBatch>> {
    let run = run_blocks(0..simulator.blocks(), control, |scratch, block| {
        let mut out = LossBlock::default();
        simulator.fill(block, control, scratch, &mut out)?;
        Ok(out)
    })?;
    let names = Names::new(simulator);
    let mut events = 0i64;
    run.complete()?
        .into_iter()
        .map(|block| {
            let first = events;
            events += block.event.last().map_or(0, |e| i64::from(*e) + 1);
            names.batch(block, first)
        })
        .collect()
}

/// The dictionaries, shared by all batches.
struct Names {
    schema: Arc<Schema>,
    causes: ArrayRef,
    risks: ArrayRef,
    groups: Vec<(ArrayRef, Vec<u16>)>,
}

impl Names {
    fn new(simulator: &Simulator) -> Self {
        let texts =
            |names: &[String]| -> ArrayRef { Arc::new(StringArray::from_iter_values(names)) };
        let label = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let currency =
            HashMap::from([("kebao.currency".to_owned(), simulator.currency().to_owned())]);
        let mut fields = vec![
            Field::new("year", DataType::Int64, false),
            Field::new("time", DataType::Float64, false),
            Field::new("event", DataType::Int64, false),
            Field::new("cause", label.clone(), false),
            Field::new("risk_id", label.clone(), false),
        ];
        fields
            .extend(simulator.groups().iter().map(|g| Field::new(&g.label, label.clone(), false)));
        fields.push(Field::new("loss", DataType::Float64, false).with_metadata(currency));
        Self {
            schema: Arc::new(Schema::new(fields)),
            causes: texts(simulator.causes()),
            risks: texts(simulator.risk_ids()),
            groups: simulator
                .groups()
                .iter()
                .map(|g| (texts(&g.names), g.of_risk.clone()))
                .collect(),
        }
    }

    fn batch(&self, block: LossBlock, first_event: i64) -> Result<RecordBatch> {
        let fail = |e: arrow_schema::ArrowError| Error::numeric("loss table", e.to_string());
        let coded = |codes: Int32Array, names: &ArrayRef| -> Result<ArrayRef> {
            let column =
                DictionaryArray::<Int32Type>::try_new(codes, names.clone()).map_err(fail)?;
            Ok(Arc::new(column))
        };
        let first_year = block.first_year as i64;
        let years = (0..block.years())
            .flat_map(|y| std::iter::repeat_n(first_year + y as i64, block.year(y).len()));
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from_iter_values(years)),
            Arc::new(Float64Array::from(block.time)),
            Arc::new(Int64Array::from_iter_values(
                block.event.iter().map(|e| first_event + i64::from(*e)),
            )),
            coded(
                Int32Array::from_iter_values(block.cause.iter().map(|c| i32::from(*c))),
                &self.causes,
            )?,
            coded(Int32Array::from_iter_values(block.risk.iter().map(|r| *r as i32)), &self.risks)?,
        ];
        for (names, of_risk) in &self.groups {
            let codes = block.risk.iter().map(|r| i32::from(of_risk[*r as usize]));
            columns.push(coded(Int32Array::from_iter_values(codes), names)?);
        }
        columns.push(Arc::new(Float64Array::from(block.loss)));
        RecordBatch::try_new(self.schema.clone(), columns).map_err(fail)
    }
}
