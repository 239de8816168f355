//! Hierarchical aggregation: lines are coupled into groups, groups into the whole, by their totals.

use super::Copula;
use super::ranks::{Ties, order};
use super::reorder::check_columns;
use super::sample::{entity, sample};
use crate::error::{Faults, Issue, Result};
use crate::exec::Control;

/// A node: a copula couples the totals of its children.
#[derive(Debug, Clone)]
pub struct Tree {
    pub copula: Copula,
    pub children: Vec<Branch>,
}

/// A column of the sample, or a group.
#[derive(Debug, Clone)]
pub enum Branch {
    Column(usize),
    Group(Box<Tree>),
}

/// Rows of a part: which row of each of its columns, and their total.
struct Part {
    columns: Vec<(usize, Vec<u32>)>,
    total: Vec<f64>,
}

impl Tree {
    /// # Errors
    /// Copulas of another dimension than the number of children; columns missing or twice.
    pub fn check(&self, columns: usize) -> Result<()> {
        let mut faults = Faults::new();
        let mut count = vec![0; columns];
        self.visit("tree", &mut count, &mut faults);
        for (column, times) in count.into_iter().enumerate() {
            faults.check(times == 1, || {
                Issue::new("wrong_components", "tree", format!("column {column}"))
                    .value(format!("found {times} times"))
                    .allowed("once")
            });
        }
        faults.finish()
    }

    fn visit(&self, path: &str, count: &mut [usize], faults: &mut Faults) {
        faults.check(self.copula.dim() == self.children.len(), || {
            Issue::new("wrong_shape", path, "copula")
                .value(format!("{} components", self.copula.dim()))
                .allowed(format!("{}, one for each child", self.children.len()))
        });
        for (at, child) in self.children.iter().enumerate() {
            match child {
                Branch::Column(column) => match count.get_mut(*column) {
                    Some(times) => *times += 1,
                    None => faults.push(
                        Issue::new("out_of_range", path, format!("children[{at}]"))
                            .value(column)
                            .allowed(format!("a column from 0 to {}", count.len() - 1)),
                    ),
                },
                Branch::Group(tree) => tree.visit(&format!("{path}[{at}]"), count, faults),
            }
        }
    }
}

/// Rearranges the margins bottom-up: at each node rows of its children, taken whole, get the ranks of a sample of
/// the node's copula by their totals.
///
/// Arbenz, Hummel and Mainik (2012), "Copula based hierarchical risk aggregation through sample
/// reordering", Insurance: Mathematics and Economics 51(1).
///
/// # Errors
/// Faults of the samples or the tree; when cancelled.
pub fn aggregate(
    margins: &[&[f64]],
    tree: &Tree,
    seed: u64,
    control: &Control,
) -> Result<Vec<Vec<f64>>> {
    check_columns(margins, "aggregate", "samples")?;
    tree.check(margins.len())?;
    let part = group(margins, tree, ".tree", seed, control)?;
    let mut columns = vec![Vec::new(); margins.len()];
    for (column, rows) in part.columns {
        columns[column] = rows.iter().map(|row| margins[column][*row as usize]).collect();
    }
    Ok(columns)
}

fn group(
    margins: &[&[f64]],
    tree: &Tree,
    path: &str,
    seed: u64,
    control: &Control,
) -> Result<Part> {
    let rows = margins[0].len();
    let mut pattern = vec![0.0; rows * tree.children.len()];
    let entity = entity(path);
    sample(&tree.copula, rows, seed, entity, control, &mut pattern)?;
    let mut whole = Part { columns: Vec::new(), total: vec![0.0; rows] };
    for (at, (child, pattern)) in tree.children.iter().zip(pattern.chunks(rows)).enumerate() {
        control.check()?;
        let part = match child {
            Branch::Column(column) => Part {
                columns: vec![(*column, (0..rows as u32).collect())],
                total: margins[*column].to_vec(),
            },
            Branch::Group(inner) => group(margins, inner, &format!("{path}[{at}]"), seed, control)?,
        };
        let column = at as u64;
        let ranked = order(&part.total, Ties { seed, entity: entity.wrapping_add(1), column })?;
        let places = order(pattern, Ties { seed, entity, column })?;
        // Row of the part that comes to each row of the whole.
        let mut from = vec![0_u32; rows];
        for (place, row) in places.iter().zip(ranked) {
            from[*place as usize] = row;
        }
        for (sum, row) in whole.total.iter_mut().zip(&from) {
            *sum += part.total[*row as usize];
        }
        for (column, own) in part.columns {
            let own = from.iter().map(|row| own[*row as usize]).collect();
            whole.columns.push((column, own));
        }
    }
    Ok(whole)
}
