//! What a file or a frame says, before anyone believes it: named columns of text or numbers.

use crate::error::{Error, Faults, Issue, Result};
use std::path::Path;

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// NaN where the cell is empty.
    Number(Vec<f64>),
    Text(Texts),
}

/// Texts one behind the other; an empty cell is an empty text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    pub fn get(&self, row: usize) -> &str {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[row]]
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

impl<T: AsRef<str>> Extend<Option<T>> for Texts {
    fn extend<I: IntoIterator<Item = Option<T>>>(&mut self, texts: I) {
        for text in texts {
            self.push(text.as_ref().map_or("", AsRef::as_ref));
        }
    }
}

impl<T: AsRef<str>> FromIterator<Option<T>> for Texts {
    fn from_iter<I: IntoIterator<Item = Option<T>>>(texts: I) -> Self {
        let mut all = Self::default();
        all.extend(texts);
        all
    }
}

/// The content of one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    Empty,
    Number(f64),
    Text(&'a str),
}

/// Columns with the place each row came from.
#[derive(Debug, Clone, Default)]
pub struct RawTable {
    /// File name, or what the frame is called in messages.
    origin: String,
    names: Vec<String>,
    columns: Vec<Column>,
    rows: usize,
    /// Line of each row in a text file, counted from 1 and including the header.
    lines: Option<Vec<u64>>,
    /// Rows whose text could not be split into the columns.
    broken: Vec<(usize, Issue)>,
}

impl RawTable {
    /// Builds a table from named columns of equal length.
    pub fn new(origin: impl Into<String>, columns: Vec<(String, Column)>) -> Result<Self> {
        let origin = origin.into();
        let rows = columns.first().map_or(0, |(_, column)| column.len());
        let mut faults = Faults::new();
        for (i, (name, column)) in columns.iter().enumerate() {
            faults.check(columns[..i].iter().all(|(other, _)| other != name), || {
                Issue::new("duplicate_column", &origin, name)
                    .value("the column appears more than once")
            });
            faults.check(column.len() == rows, || {
                Issue::new("ragged_table", &origin, name)
                    .value(format!("{} rows", column.len()))
                    .allowed(format!("{rows} rows, as the first column has"))
            });
        }
        faults.finish()?;
        let (names, columns) = columns.into_iter().unzip();
        Ok(Self { origin, names, columns, rows, lines: None, broken: Vec::new() })
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn index(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    pub fn cell(&self, column: usize, row: usize) -> Cell<'_> {
        match &self.columns[column] {
            Column::Number(values) if values[row].is_nan() => Cell::Empty,
            Column::Number(values) => Cell::Number(values[row]),
            Column::Text(values) => match values.get(row).trim() {
                "" => Cell::Empty,
                text => Cell::Text(text),
            },
        }
    }

    /// Where a row stands: `policies.csv line 18` (header included), or `portfolio row 16` (from 0).
    pub fn place(&self, row: usize) -> String {
        match self.lines.as_ref().and_then(|lines| lines.get(row)) {
            Some(line) => format!("{} line {line}", self.origin),
            None => format!("{} row {row}", self.origin),
        }
    }

    /// Line in the file, or index of the row in the frame.
    pub fn row_number(&self, row: usize) -> u64 {
        self.lines.as_ref().and_then(|lines| lines.get(row).copied()).unwrap_or(row as u64)
    }

    /// Rows that could not be split into columns, with the reason.
    pub fn broken(&self) -> &[(usize, Issue)] {
        &self.broken
    }
}

impl Column {
    pub fn len(&self) -> usize {
        match self {
            Self::Number(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Reads CSV or Parquet, told apart by content, not by name.
pub fn read_path(path: &Path) -> Result<RawTable> {
    let shown = path.display().to_string();
    let name = path.file_name().map_or_else(|| shown.clone(), |n| n.to_string_lossy().into_owned());
    let bytes = std::fs::read(path).map_err(|e| Error::file(&shown, e))?;
    if bytes.starts_with(b"PAR1") {
        return super::from_parquet(&name, bytes);
    }
    if bytes.starts_with(b"PK") {
        return Err(Error::file(&shown, "a spreadsheet or zip archive; save it as CSV or Parquet"));
    }
    read_csv(&name, &bytes)
}

/// Reads CSV text in UTF-8, separated by commas, semicolons or tabs, with a header line.
pub fn read_csv(origin: &str, bytes: &[u8]) -> Result<RawTable> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let header = bytes.split(|&b| b == b'\n').next().unwrap_or(b"");
    let separator = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|s| (header.split(|b| b == s).count(), *s == b','))
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let header = reader.byte_headers().map_err(|e| Error::file(origin, e))?.clone();
    let Some(names) = header
        .iter()
        .map(|n| std::str::from_utf8(n).ok().map(str::to_owned))
        .collect::<Option<Vec<String>>>()
    else {
        return Err(not_utf8(origin));
    };
    let mut cells: Vec<Texts> = vec![Texts::default(); names.len()];
    let (mut lines, mut broken) = (Vec::new(), Vec::new());
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|e| Error::file(origin, e))? {
        let row = lines.len();
        let line = record.position().map_or(row as u64 + 2, csv::Position::line);
        lines.push(line);
        let place = format!("{origin} line {line}");
        if record.len() != names.len() {
            let issue = Issue::new("ragged_row", &place, "")
                .value(format!("{} cells", record.len()))
                .allowed(format!("{} cells, as the header has", names.len()))
                .hint("quote cells that hold the separator");
            broken.push((row, issue));
        }
        for (column, cells) in cells.iter_mut().enumerate() {
            let text = record.get(column).unwrap_or_default();
            let text = std::str::from_utf8(text).map_err(|_| not_utf8(&place))?;
            cells.push(text);
        }
    }
    let columns = names.into_iter().zip(cells.into_iter().map(Column::Text)).collect();
    let mut table = RawTable::new(origin, columns)?;
    table.rows = lines.len();
    table.lines = Some(lines);
    table.broken = broken;
    Ok(table)
}

fn not_utf8(origin: &str) -> Error {
    Error::file(origin, "not UTF-8 text; save the file as 'CSV UTF-8'")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_and_lines_of_a_text_file() {
        let text = "\u{feff}risk_id; limit\nA; 40m\n\n\"B\nb\";\nC;1;2\n";
        let table = read_csv("book.csv", text.as_bytes()).unwrap();
        assert_eq!(table.names(), ["risk_id", "limit"]);
        assert_eq!(table.rows(), 3);
        assert_eq!(table.cell(1, 0), Cell::Text("40m"));
        assert_eq!(table.cell(0, 1), Cell::Text("B\nb"));
        assert_eq!(table.cell(1, 1), Cell::Empty);
        assert_eq!(table.place(0), "book.csv line 2");
        assert_eq!(table.broken().len(), 1);
        assert!(table.broken()[0].1.to_string().contains("line 6"), "{}", table.broken()[0].1);
    }

    #[test]
    fn duplicate_columns_and_foreign_bytes_are_refused() {
        assert!(read_csv("b.csv", b"a,a\n1,2\n").is_err());
        assert!(read_csv("b.csv", b"a,b\n1,\xb1\xb1\n").unwrap_err().to_string().contains("UTF-8"));
        assert!(read_path(Path::new("/nowhere/b.csv")).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = read_csv("b.csv", &bytes);
        }
    }
}
