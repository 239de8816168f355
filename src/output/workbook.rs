//! Tables as an Excel workbook, a sheet each, with live formulas where a cell has one.

use std::path::Path;

use rust_xlsxwriter::{Format, FormatBorder, Formula, Workbook, Worksheet, XlsxError};

use super::table::{Table, Values};
use crate::error::{Error, Result};

/// Live formulas of a sheet: (row, column, formula, cached value), rows counted from the first row
/// of data; the cached value is what the program computed and what Excel shows before it recalculates.
pub type Formulas = Vec<(u32, u16, String, f64)>;

/// Writes the tables, each with the formulas that replace some of its cells.
pub fn write_workbook(path: &Path, sheets: &[(Table, Formulas)]) -> Result<()> {
    let fail = |e: &dyn std::fmt::Display| Error::file(path.display().to_string(), e);
    let mut book = Workbook::new();
    for (table, formulas) in sheets {
        let sheet = book.add_worksheet();
        fill(sheet, table, formulas).map_err(|e| fail(&e))?;
    }
    let draft = path.with_extension("xlsx.part");
    if let Err(error) = book.save(&draft) {
        // The draft may not exist; the error of the writing is the one to tell.
        let _ = std::fs::remove_file(&draft);
        return Err(fail(&error));
    }
    std::fs::rename(&draft, path).map_err(|e| fail(&e))
}

fn fill(
    sheet: &mut Worksheet,
    table: &Table,
    formulas: &Formulas,
) -> std::result::Result<(), XlsxError> {
    // Excel allows 31 characters and not all of them.
    let name: String = table.name.chars().filter(|c| !"[]:*?/\\".contains(*c)).take(31).collect();
    sheet.set_name(&name)?;
    let head = Format::new().set_bold().set_border_bottom(FormatBorder::Thin);
    let amount = Format::new().set_num_format("#,##0");
    let fine = Format::new().set_num_format("0.0000");
    sheet.set_freeze_panes(1, 1)?;
    for (j, column) in (0u16..).zip(&table.columns) {
        sheet.write_with_format(0, j, &column.name, &head)?;
        match &column.values {
            Values::Float(values) => {
                // Amounts without decimals, fractions with four.
                let large = values.iter().any(|v| v.is_finite() && v.abs() >= 1000.0);
                let format = if large { &amount } else { &fine };
                for (i, v) in (1u32..).zip(values) {
                    if v.is_finite() {
                        sheet.write_number_with_format(i, j, *v, format)?;
                    } else if v.is_infinite() {
                        sheet.write_string(
                            i,
                            j,
                            if *v > 0.0 { "unlimited" } else { "-unlimited" },
                        )?;
                    }
                }
            }
            Values::Integer(values) => {
                for (i, v) in (1u32..).zip(values) {
                    sheet.write_number(i, j, *v as f64)?;
                }
            }
            Values::Text(values) => {
                for (i, v) in (1u32..).zip(values.iter()) {
                    sheet.write_string(i, j, v)?;
                }
            }
            Values::Label(codes, names) => {
                for (i, code) in (1u32..).zip(codes) {
                    sheet.write_string(i, j, names.get(*code as usize).map_or("", |s| s))?;
                }
            }
        }
    }
    for (row, column, formula, cached) in formulas {
        let formula = Formula::new(formula).set_result(cached.to_string());
        let format = if cached.abs() >= 1000.0 { &amount } else { &fine };
        sheet.write_formula_with_format(row + 1, *column, formula, format)?;
    }
    sheet.autofit();
    Ok(())
}
