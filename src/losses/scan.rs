//! A loss table in a Parquet file, read row group by row group: memory stays flat.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::file::statistics::Statistics;

use super::arrow::{Read, read};
use super::{LossBlock, LossColumns, LossTable, Source};
use crate::error::{Error, Faults, Result};
use crate::exec::Control;

/// Columns that a scan reads: partitions of the risks need the whole table.
const NEEDED: [&str; 7] = ["year", "time", "event", "cause", "risk_id", "risk", "loss"];

/// A Parquet file whose row groups follow each other in years, and all the years there are.
#[derive(Debug)]
pub struct LossScan {
    path: PathBuf,
    name: String,
    metadata: ArrowReaderMetadata,
    groups: Vec<Group>,
    /// First year of each block, and the number of years, by index from 0.
    spans: Vec<u64>,
    first_year: i64,
}

#[derive(Debug, Clone, Copy)]
struct Group {
    /// Labels of the first and the last year.
    first: i64,
    last: i64,
    /// First row in the file.
    row: usize,
}

impl LossScan {
    /// Looks at the statistics of the file; none when its row groups are not in order of years or
    /// do not say, so that only reading the whole table will do.
    ///
    /// # Errors
    /// A file that is not readable as Parquet.
    pub fn open(path: &Path, years: Range<i64>) -> Result<Option<Self>> {
        let shown = path.display().to_string();
        let fail =
            |e: &dyn std::fmt::Display| Error::file(&shown, format!("not readable Parquet: {e}"));
        let file = File::open(path).map_err(|e| Error::file(&shown, e))?;
        let metadata =
            ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|e| fail(&e))?;
        let columns = metadata.metadata().file_metadata().schema_descr();
        let year = (0..columns.num_columns()).find(|i| columns.column(*i).name() == "year");
        let Some(year) = year else { return Ok(None) };
        let mut groups: Vec<Group> = Vec::new();
        let mut row = 0;
        for group in metadata.metadata().row_groups() {
            let bounds = match group.column(year).statistics() {
                Some(Statistics::Int32(s)) => {
                    s.min_opt().zip(s.max_opt()).map(|(a, b)| (i64::from(*a), i64::from(*b)))
                }
                Some(Statistics::Int64(s)) => s.min_opt().zip(s.max_opt()).map(|(a, b)| (*a, *b)),
                _ => None,
            };
            let rows = group.num_rows() as usize;
            if rows == 0 {
                continue;
            }
            let Some((first, last)) = bounds else { return Ok(None) };
            if groups.last().is_some_and(|before| before.last > first) {
                return Ok(None);
            }
            groups.push(Group { first, last, row });
            row += rows;
        }
        let (Some(first), Some(last)) = (groups.first(), groups.last()) else { return Ok(None) };
        if first.first < years.start || last.last >= years.end {
            // Every fault is told by the reading of the whole table.
            return Ok(None);
        }
        let index = |label: i64| (i128::from(label) - i128::from(years.start)) as u64;
        let mut spans = vec![0];
        spans.extend(groups[1..].iter().map(|group| index(group.first)));
        spans.push(index(years.end));
        let name = path.file_name().map_or(shown, |name| name.to_string_lossy().into_owned());
        Ok(Some(Self {
            path: path.to_owned(),
            name,
            metadata,
            groups,
            spans,
            first_year: years.start,
        }))
    }

    /// Label of the first year.
    pub fn first_year(&self) -> i64 {
        self.first_year
    }

    pub fn rows(&self) -> usize {
        self.metadata.metadata().file_metadata().num_rows() as usize
    }

    /// Columns that are read.
    pub fn columns(&self) -> Vec<String> {
        let fields = self.metadata.schema().fields().iter().map(|field| field.name());
        fields.filter(|name| NEEDED.contains(&name.as_str())).cloned().collect()
    }

    /// Every fault of the file, for when a run met one.
    ///
    /// # Errors
    /// The faults, all at once.
    pub fn check(&self) -> Result<()> {
        let mut faults = Faults::new();
        let mut block = LossBlock::default();
        for number in 0..self.blocks() {
            faults.take(self.fill(number, &Control::default(), &mut (), &mut block))?;
        }
        faults.finish()
    }

    fn read(
        &self,
        group: usize,
        columns: &[&str],
        selection: Option<RowSelection>,
    ) -> Result<Vec<RecordBatch>> {
        let fail = |e: &dyn std::fmt::Display| Error::file(self.path.display().to_string(), e);
        let file = File::open(&self.path).map_err(|e| fail(&e))?;
        let descriptor = self.metadata.metadata().file_metadata().schema_descr();
        let mask = ProjectionMask::columns(descriptor, columns.iter().copied());
        let mut builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_row_groups(vec![group])
                .with_batch_size(1 << 16)
                .with_projection(mask);
        if let Some(selection) = selection {
            builder = builder.with_row_selection(selection);
        }
        let reader = builder.build().map_err(|e| fail(&e))?;
        reader.collect::<std::result::Result<_, _>>().map_err(|e| fail(&e))
    }

    /// Rows of a group in its last year, which the next group goes on with.
    fn tail(&self, group: usize) -> Result<Vec<RecordBatch>> {
        let last = self.groups[group].last;
        let batches = self.read(group, &["year"], None)?;
        let Some(schema) = batches.first().map(RecordBatch::schema) else { return Ok(Vec::new()) };
        let mut faults = Faults::new();
        let years = super::arrow::whole_column(&schema, &batches, "year", &mut faults);
        faults.finish()?;
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for (row, _) in years.iter().enumerate().filter(|(_, year)| **year == last) {
            match ranges.last_mut() {
                Some(range) if range.end == row => range.end += 1,
                _ => ranges.push(row..row + 1),
            }
        }
        let selection = RowSelection::from_consecutive_ranges(ranges.into_iter(), years.len());
        self.read(group, &NEEDED, Some(selection))
    }
}

impl Source for LossScan {
    type Scratch = ();

    fn years(&self) -> u64 {
        self.spans.last().copied().unwrap_or(0)
    }

    fn fill(&self, block: u64, _: &Control, (): &mut (), out: &mut LossBlock) -> Result<()> {
        out.clear();
        let span = self.span(block);
        out.first_year = span.start;
        out.offsets.push(0);
        let block = block as usize;
        if span.is_empty() {
            return Ok(());
        }
        let group = self.groups[block];
        // The first year of this group may have begun in those before it.
        let mut batches = Vec::new();
        for earlier in (0..block).rev() {
            if self.groups[earlier].last != group.first {
                break;
            }
            batches.push(self.tail(earlier)?);
            if self.groups[earlier].first != group.first {
                break;
            }
        }
        batches.reverse();
        let before: usize = batches.iter().flatten().map(RecordBatch::num_rows).sum();
        batches.push(self.read(block, &NEEDED, None)?);
        let batches: Vec<RecordBatch> = batches.into_iter().flatten().collect();
        let Some(schema) = batches.first().map(RecordBatch::schema) else { return Ok(()) };
        let start = group.row.saturating_sub(before);
        let place = |row: usize| format!("{} row {}", self.name, start + row);
        let Read { columns, .. } = read(&self.name, &Arc::clone(&schema), &batches, &place)?;
        drop(batches);
        let label = |year: u64| self.first_year + year as i64;
        let columns = cut(columns, label(span.end));
        LossTable::placed(columns, label(span.start)..label(span.end), &place)?.into_block(out)
    }

    fn blocks(&self) -> u64 {
        self.groups.len() as u64
    }

    fn span(&self, block: u64) -> Range<u64> {
        self.spans[block as usize]..self.spans[block as usize + 1]
    }

    fn block_of(&self, year: u64) -> u64 {
        self.spans.partition_point(|first| *first <= year).saturating_sub(1) as u64
    }
}

/// Drops the rows of years that belong to the next block.
fn cut(mut columns: LossColumns, end: i64) -> LossColumns {
    if columns.year.iter().all(|year| *year < end) {
        return columns;
    }
    fn keep<T: Copy>(column: &mut Vec<T>, kept: &[bool]) {
        let mut row = 0;
        column.retain(|_| {
            row += 1;
            kept[row - 1]
        });
    }
    let kept: Vec<bool> = columns.year.iter().map(|year| *year < end).collect();
    keep(&mut columns.year, &kept);
    keep(&mut columns.loss, &kept);
    keep(&mut columns.event, &kept);
    keep(&mut columns.time, &kept);
    keep(&mut columns.risk, &kept);
    keep(&mut columns.cause, &kept);
    columns
}
