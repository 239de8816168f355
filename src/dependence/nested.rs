//! Nested Archimedean copulas: one generator, a tree of parameters that grow inwards.

use serde::{Deserialize, Serialize};

use super::frailty::{couple, ln_frailty};
use super::inner::ln_inner;
use super::{Draws, Family, Generator, Scratch};
use crate::error::{Faults, Issue, Result};

/// A node of the tree: C(u) = ψ(Σ ψ⁻¹(child)), children being components or nodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    pub theta: f64,
    pub children: Vec<Child>,
}

/// A component, by its number, or a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Child {
    Component(usize),
    Node(Node),
}

/// A nested Archimedean copula of one family, inner θ not below outer θ, which suffices for it to be a
/// copula (McNeil 2008; Hofert 2011).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NestedCopula {
    pub generator: Generator,
    pub root: Node,
}

/// Outer θ of Clayton and Frank between 0 and this take too many draws a row.
const LEAST_OUTER: f64 = 1e-3;
/// Ratio of inner to outer θ of Joe up to which the counts of an inner node are numbers,
const MOST_JOE: f64 = 50.0;
/// and inner θ of Frank.
const MOST_FRANK: f64 = 600.0;
/// Nodes in nodes.
const DEEPEST: usize = 32;
const OBJECT: &str = "NestedCopula";

impl NestedCopula {
    /// # Errors
    /// All faults: parameters out of range or falling inwards, components missing or twice.
    pub fn new(generator: Generator, root: Node) -> Result<Self> {
        Self { generator, root }.validated()
    }

    pub(super) fn validated(self) -> Result<Self> {
        let mut faults = Faults::new();
        let mut seen = Vec::new();
        self.check(&self.root, "root", None, 0, &mut seen, &mut faults);
        let dim = seen.len();
        faults.check(dim >= 2, || {
            Issue::new("wrong_shape", OBJECT, "root")
                .value(format!("{dim} components"))
                .allowed("two or more")
        });
        let mut count = vec![0; dim];
        for component in &seen {
            if let Some(count) = count.get_mut(*component) {
                *count += 1;
            }
        }
        for (component, times) in count.into_iter().enumerate() {
            faults.check(times == 1, || {
                Issue::new("wrong_components", OBJECT, format!("component {component}"))
                    .value(format!("found {times} times"))
                    .allowed(format!("once: each of 0 to {}", dim - 1))
            });
        }
        faults.finish().map(|()| self)
    }

    fn check(
        &self,
        node: &Node,
        path: &str,
        outer: Option<f64>,
        depth: usize,
        seen: &mut Vec<usize>,
        faults: &mut Faults,
    ) {
        let object = format!("{OBJECT}.{path}");
        self.generator.check(faults, &object, node.theta, 3);
        if let Some(outer) = outer {
            faults.check(!(node.theta < outer), || {
                Issue::new("out_of_range", &object, "theta")
                    .value(node.theta)
                    .allowed(format!("at least {outer}, the theta around it"))
                    .hint("dependence must not weaken inwards")
            });
            let most = match self.generator {
                Generator::Joe => MOST_JOE * outer,
                Generator::Frank => MOST_FRANK,
                _ => f64::INFINITY,
            };
            faults.check(!(node.theta > most), || {
                Issue::new("out_of_range", &object, "theta")
                    .value(node.theta)
                    .allowed(format!("at most {most} inside a node of theta {outer}"))
                    .hint("its components move together: make them one")
            });
        }
        let inner = node.children.iter().any(|child| matches!(child, Child::Node(_)));
        let additive = matches!(self.generator, Generator::Clayton | Generator::Frank);
        let costly = additive && inner && node.theta > 0.0 && node.theta < LEAST_OUTER;
        faults.check(!costly, || {
            Issue::new("out_of_range", &object, "theta")
                .value(node.theta)
                .allowed("0 or at least 0.001 around another node")
                .hint("0 makes its parts independent")
        });
        faults.check(node.children.len() >= 2, || {
            Issue::new("wrong_shape", &object, "children")
                .value(node.children.len())
                .allowed("two or more")
        });
        if !faults.check(depth < DEEPEST, || {
            Issue::new("too_deep", &object, "children").allowed(format!("{DEEPEST} levels at most"))
        }) {
            return;
        }
        for (at, child) in node.children.iter().enumerate() {
            match child {
                Child::Component(component) => seen.push(*component),
                Child::Node(node_in) => {
                    let path = format!("{path}[{at}]");
                    self.check(node_in, &path, Some(node.theta), depth + 1, seen, faults);
                }
            }
        }
    }

    /// θ of the innermost node that holds both components.
    fn theta_of(&self, i: usize, j: usize) -> f64 {
        let mut node = &self.root;
        loop {
            let inner = node.children.iter().find_map(|child| match child {
                Child::Node(inner) if inner.holds(i) && inner.holds(j) => Some(inner),
                _ => None,
            });
            match inner {
                Some(inner) => node = inner,
                None => return node.theta,
            }
        }
    }

    fn cdf_of(&self, node: &Node, u: &[f64]) -> f64 {
        let parts: Vec<f64> = node
            .children
            .iter()
            .map(|child| match child {
                Child::Component(component) => u[*component],
                Child::Node(inner) => self.cdf_of(inner, u),
            })
            .collect();
        if parts.contains(&0.0) { 0.0 } else { self.generator.cdf(node.theta, &parts) }
    }

    /// Components of a node and of those in it; `ln_v` is the node's frailty, none for independence.
    fn fill_node(
        &self,
        node: &Node,
        ln_v: Option<&[f64]>,
        number: &mut usize,
        draws: &Draws,
        columns: &mut [&mut [f64]],
    ) {
        for child in &node.children {
            match child {
                Child::Component(component) => {
                    let column = &mut *columns[*component];
                    draws.uniform(*component, column);
                    if let Some(ln_v) = ln_v {
                        couple(self.generator, node.theta, column, ln_v);
                    }
                }
                Child::Node(inner) => {
                    *number += 1;
                    let first = columns.len() + 2 * *number;
                    let rows = columns.first().map_or(0, |column| column.len());
                    let mut own = vec![0.0; rows];
                    let theta = inner.theta;
                    let independent = self.generator.is_independent(theta);
                    match ln_v {
                        _ if independent => {}
                        None => ln_frailty(self.generator, theta, draws, first, &mut own),
                        Some(ln_v) => ln_inner(
                            self.generator,
                            (node.theta, theta),
                            draws,
                            (*number as u64, first),
                            ln_v,
                            &mut own,
                        ),
                    }
                    let own = (!independent).then_some(own.as_slice());
                    self.fill_node(inner, own, number, draws, columns);
                }
            }
        }
    }
}

impl Node {
    fn holds(&self, component: usize) -> bool {
        self.children.iter().any(|child| match child {
            Child::Component(own) => *own == component,
            Child::Node(inner) => inner.holds(component),
        })
    }

    fn components(&self) -> usize {
        let count = |child: &Child| match child {
            Child::Component(_) => 1,
            Child::Node(inner) => inner.components(),
        };
        self.children.iter().map(count).sum()
    }
}

impl Family for NestedCopula {
    fn dim(&self) -> usize {
        self.root.components()
    }

    fn fill(&self, draws: &Draws, columns: &mut [&mut [f64]], scratch: &mut Scratch) -> Result<()> {
        let rows = columns.first().map_or(0, |column| column.len());
        let ln_v = &mut scratch.columns(1, rows)[0];
        let independent = self.generator.is_independent(self.root.theta);
        if !independent {
            ln_frailty(self.generator, self.root.theta, draws, columns.len(), ln_v);
        }
        let ln_v = (!independent).then_some(ln_v.as_slice());
        self.fill_node(&self.root, ln_v, &mut 0, draws, columns);
        Ok(())
    }

    fn cdf(&self, u: &[f64]) -> Result<f64> {
        Ok(self.cdf_of(&self.root, u))
    }

    fn kendall_tau(&self, i: usize, j: usize) -> Result<f64> {
        Ok(self.generator.kendall_tau(self.theta_of(i, j)))
    }

    fn spearman_rho(&self, i: usize, j: usize) -> Result<f64> {
        self.generator.spearman_rho(self.theta_of(i, j))
    }

    fn tail_dependence(&self, i: usize, j: usize) -> Result<(f64, f64)> {
        Ok(self.generator.tail_dependence(self.theta_of(i, j)))
    }
}
