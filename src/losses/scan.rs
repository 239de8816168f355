//! A loss table in a Parquet file, read row group by row group: memory stays flat.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use arrow_array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::file::statistics::Statistics;

use super::arrow::{COLUMNS, Read, read, read_in};
use super::checks::{rising, within};
use super::labels::{Gathered, Labels};
use super::{Groups, LossBlock, LossColumns, LossTable, Source};
use crate::error::{Error, Faults, Result};
use crate::exec::Control;

/// Columns whose labels are numbered over the whole file.
const LABELS: [&str; 6] = ["cause", "risk_id", "risk", "sector", "coverage", "sum_insured"];

/// A Parquet file whose row groups follow each other in years, and all the years there are.
#[derive(Debug)]
pub struct LossScan {
    path: PathBuf,
    name: String,
    metadata: ArrowReaderMetadata,
    groups: Vec<Group>,
    /// Columns that are read.
    columns: Vec<String>,
    labels: Labels,
    /// First year of each block, and the number of years, by index from 0.
    spans: Vec<u64>,
    first_year: i64,
}

#[derive(Debug)]
struct Group {
    /// Whether its rows are known to stand in order of years.
    sorted: AtomicBool,
    /// Labels of the first and the last year.
    first: i64,
    last: i64,
    /// Number of the row group and first row in the file.
    number: usize,
    row: usize,
}

/// Buffers of one thread, kept from row group to row group.
#[derive(Debug, Default)]
pub struct Spare {
    year: Vec<i64>,
    event: Vec<i64>,
}

impl LossScan {
    /// Looks at the statistics of the file; none when its row groups are not in order of years or
    /// do not say, or when each row is a risk of its own, so that only reading the whole table will
    /// do. Where there are risks, sectors, coverages or causes, the file is read once to number them.
    ///
    /// # Errors
    /// A file that is not readable as Parquet; faults of its labels.
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
        for (number, group) in metadata.metadata().row_groups().iter().enumerate() {
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
            groups.push(Group { sorted: AtomicBool::new(false), first, last, number, row });
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
        let there = |name: &&str| metadata.schema().column_with_name(name).is_some();
        let columns: Vec<String> =
            COLUMNS.iter().chain(&["risk"]).copied().filter(there).map(str::to_owned).collect();
        let mut scan = Self {
            path: path.to_owned(),
            name,
            metadata: metadata.clone(),
            groups,
            columns,
            labels: Labels::default(),
            spans,
            first_year: years.start,
        };
        let labelled = LABELS.iter().copied().any(|name| there(&name));
        if labelled && !["risk_id", "risk"].iter().any(there) && LABELS[3..].iter().any(there) {
            return Ok(None);
        }
        if labelled {
            let mut gathered = Gathered::default();
            let mut faults = Faults::new();
            for group in 0..scan.groups.len() {
                let batches = scan.read(group, &scan.columns, None)?;
                let Some(schema) = batches.first().map(RecordBatch::schema) else { continue };
                let start = scan.groups[group].row;
                let place = |row: usize| format!("{} row {}", scan.name, start + row);
                let found = faults.take(read(&scan.name, &schema, &batches, &years, &place))?;
                if let Some(found) = found {
                    faults.take(gathered.add(&found, &scan.name))?;
                }
            }
            faults.finish()?;
            scan.labels = gathered.number();
        }
        Ok(Some(scan))
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
        fields.filter(|name| self.columns.contains(name)).cloned().collect()
    }

    /// Every fault of the file, for when a run met one.
    ///
    /// # Errors
    /// The faults, all at once.
    pub fn check(&self) -> Result<()> {
        let mut faults = Faults::new();
        let mut block = LossBlock::default();
        for number in 0..self.blocks() {
            let mut spare = Spare::default();
            faults.take(self.fill(number, &Control::default(), &mut spare, &mut block))?;
        }
        faults.finish()
    }

    fn read(
        &self,
        group: usize,
        columns: &[impl AsRef<str>],
        selection: Option<RowSelection>,
    ) -> Result<Vec<RecordBatch>> {
        let fail = |e: &dyn std::fmt::Display| Error::file(self.path.display().to_string(), e);
        let file = File::open(&self.path).map_err(|e| fail(&e))?;
        let descriptor = self.metadata.metadata().file_metadata().schema_descr();
        let mask = ProjectionMask::columns(descriptor, columns.iter().map(AsRef::as_ref));
        let mut builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_row_groups(vec![self.groups[group].number])
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
        let rows =
            self.metadata.metadata().row_group(self.groups[group].number).num_rows() as usize;
        // Of a group in order the last rows will do.
        let mut some = if self.groups[group].sorted.load(Relaxed) { 1 << 12 } else { rows };
        while some < rows {
            let ends =
                RowSelection::from_consecutive_ranges(std::iter::once(rows - some..rows), rows);
            let batches = self.read(group, &["year"], Some(ends))?;
            let Some(schema) = batches.first().map(RecordBatch::schema) else { break };
            let mut faults = Faults::new();
            let years = super::arrow::whole_column(&schema, &batches, "year", &mut faults);
            faults.finish()?;
            let before = years.partition_point(|year| *year < last);
            if before > 0 {
                let of_year = rows - some + before..rows;
                let ends = RowSelection::from_consecutive_ranges(std::iter::once(of_year), rows);
                return self.read(group, &self.columns, Some(ends));
            }
            some *= 8;
        }
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
        self.read(group, &self.columns, Some(selection))
    }
}

impl Source for LossScan {
    type Scratch = Spare;

    fn years(&self) -> u64 {
        self.spans.last().copied().unwrap_or(0)
    }

    fn fill(&self, block: u64, _: &Control, spare: &mut Spare, out: &mut LossBlock) -> Result<()> {
        out.clear();
        let span = self.span(block);
        out.first_year = span.start;
        out.offsets.push(0);
        let block = block as usize;
        if span.is_empty() {
            return Ok(());
        }
        let group = &self.groups[block];
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
        batches.push(self.read(block, &self.columns, None)?);
        let batches: Vec<RecordBatch> = batches.into_iter().flatten().collect();
        let Some(schema) = batches.first().map(RecordBatch::schema) else { return Ok(()) };
        let start = group.row.saturating_sub(before);
        let place = |row: usize| format!("{} row {}", self.name, start + row);
        let buffers = LossColumns {
            year: std::mem::take(&mut spare.year),
            event: std::mem::take(&mut spare.event),
            loss: std::mem::take(&mut out.loss),
            ..LossColumns::default()
        };
        let schema = Arc::clone(&schema);
        let all = self.first_year..self.first_year + self.years() as i64;
        let mut found = read_in(buffers, &self.name, &schema, &batches, &all, &place)?;
        drop(batches);
        if !self.labels.ids.is_empty() || !self.labels.causes.is_empty() {
            self.labels.translate(&mut found)?;
        }
        let Read { columns, .. } = found;
        group.sorted.store(rising(&columns.year, false), Relaxed);
        let label = |year: u64| self.first_year + year as i64;
        let columns = cut(columns, label(span.end));
        let years = label(span.start)..label(span.end);
        let (table, year, event) = LossTable::placed_with(columns, years, &place)?;
        (spare.year, spare.event) = (year, event);
        table.into_block(out)
    }

    fn groups(&self) -> &[Groups] {
        &self.labels.groups
    }

    fn risk_ids(&self) -> &[String] {
        &self.labels.ids
    }

    fn sums_insured(&self) -> &[f64] {
        &self.labels.sums_insured
    }

    fn causes(&self) -> &[String] {
        &self.labels.causes
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
    if within(&columns.year, i64::MIN, end) {
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
    keep(&mut columns.inception, &kept);
    keep(&mut columns.reported, &kept);
    columns
}
