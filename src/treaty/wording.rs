//! The wording: one treaty a line, `name: what on subject, terms`, and back to text.

use std::fmt::{self, Write as _};

use super::clause::{CLAUSES, UNSUPPORTED, cover_text};
use super::programme::{self, Programme};
use super::proportional::read_bands;
use super::reader::Reader;
use super::terms::{Basis, Treaty, Unit};
use crate::error::{Error, Result};
use crate::numeric::{format_amount, format_percent, parse_amount};

impl Programme {
    /// Reads a programme, one treaty a line: `name: what on subject, terms`; `#` starts a comment.
    ///
    /// What: `40% quota share`, `20m xs 10m` (per event; or `per risk`, `annual`), `stop loss 40% xs
    /// 80%`. Subject: `on gross` (the default) or `on net of a, b`. Terms: see [`super::CLAUSES`].
    ///
    /// `premium` is the gross premium that rates and loss ratios refer to.
    ///
    /// # Errors
    /// All faults at once, each with its line and a caret under the word.
    pub fn from_text(text: &str, currency: Option<&str>, premium: Option<f64>) -> Result<Self> {
        let mut faults = Vec::new();
        let mut treaties = Vec::new();
        let mut lines = Vec::new();
        let mut sound = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let code = line.split('#').next().unwrap_or("");
            if code.trim().is_empty() {
                continue;
            }
            let mut reader = Reader::new(code, index + 1);
            if let Some(treaty) = reader.treaty() {
                treaties.push(treaty);
                lines.push(index + 1);
                sound.push(reader.faults.is_empty());
            }
            faults.append(&mut reader.faults);
        }
        let unread = !faults.is_empty();
        let place = |treaty: usize| {
            format!("line {}, {}", lines.get(treaty).copied().unwrap_or(0), treaties[treaty].name)
        };
        for fault in programme::faults(&treaties, premium, &place) {
            // A line that could not be read is not blamed again for what it then lacks.
            let again = unread
                && (fault.code == "empty_programme"
                    || (fault.code == "unknown_name" && treaties.is_empty())
                    || sound.iter().enumerate().any(|(i, ok)| !ok && fault.object == place(i)));
            if !again {
                faults.push(fault);
            }
        }
        if !faults.is_empty() {
            return Err(Error::Input(faults));
        }
        Programme::new(treaties, currency.map(str::to_owned), premium)
    }
}

impl std::str::FromStr for Programme {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::from_text(text, None, None)
    }
}

impl fmt::Display for Programme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, treaty) in self.treaties().iter().enumerate() {
            if index > 0 {
                f.write_char('\n')?;
            }
            write!(f, "{treaty}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Treaty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, cover_text(self))?;
        if let Some(other) = &self.backup_of {
            write!(f, " on backup of {other}")?;
        } else if !self.net_of.is_empty() {
            write!(f, " on net of {}", self.net_of.join(", "))?;
        }
        for clause in CLAUSES {
            if let Some(text) = (clause.write)(self) {
                write!(f, ", {text}")?;
            }
        }
        Ok(())
    }
}

/// An amount as it is read: `20m`, `unlimited`.
pub(super) fn amount_text(amount: f64) -> String {
    format_amount(amount)
}

/// A fraction as it is read: `27.5%`.
pub(super) fn percent_text(fraction: f64) -> String {
    format_percent(fraction)
}

/// Words that cannot name a treaty.
const RESERVED: &[&str] = &[
    "on",
    "net",
    "of",
    "gross",
    "and",
    "xs",
    "per",
    "annual",
    "quota",
    "surplus",
    "variable",
    "backup",
    "stop",
    "free",
    "no",
    "pro",
    "unlimited",
    "inf",
    "ceded",
    "total",
];

/// Whether `name` may name a treaty: a letter or `_`, then letters, digits, `_`, `-`, `.`, `/`.
pub(super) fn is_name(name: &str) -> bool {
    name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c))
        && parse_amount(name).is_none()
}

/// Whether `name` is a word of the wording itself.
pub(super) fn is_reserved(name: &str) -> bool {
    let name = name.to_lowercase();
    RESERVED.contains(&name.as_str()) || clause_words().any(|words| words == name)
}

fn clause_words() -> impl Iterator<Item = &'static str> {
    CLAUSES
        .iter()
        .map(|clause| clause.words)
        .filter(|words| *words != "@")
        .chain(UNSUPPORTED.iter().copied())
}

impl Reader<'_> {
    /// The whole line; `None` when not even a name can be read.
    fn treaty(&mut self) -> Option<Treaty> {
        let Some(colon) = self.tokens.iter().position(|token| token.text == ":") else {
            self.fault(0, "no_name", "the name of a line `name: what on subject, terms`", "");
            return None;
        };
        let name =
            self.tokens[..colon].iter().map(|token| token.text).collect::<Vec<_>>().join(" ");
        if colon != 1 || !is_name(&name) {
            self.fault(
                0,
                "invalid_name",
                "one word that starts with a letter, before the colon",
                "",
            );
            return None;
        }
        if is_reserved(&name) {
            let hint = format!("'{name}' is a word of the wording; call it '{name}1'");
            self.fault(0, "reserved_name", "a name that is not a word of the wording", &hint);
            return None;
        }
        self.at = colon + 1;
        let mut treaty = Treaty { name, ..Treaty::default() };
        if self.cover(&mut treaty).is_none() || self.subject(&mut treaty).is_none() {
            self.skip();
        }
        let mut seen: Vec<&str> = Vec::new();
        while self.at < self.tokens.len() {
            if !self.eat(",") {
                let known = ["on gross", "on net of", "on backup of", "per risk", "annual"];
                self.unexpected::<()>(&known);
                self.skip();
                continue;
            }
            if self.peek().is_none() {
                self.fault(
                    self.at.saturating_sub(1),
                    "missing_word",
                    "a clause after the comma",
                    "",
                );
                break;
            }
            let start = self.at;
            let field = self.term(&mut treaty);
            match field {
                Some(field) if seen.contains(&field) => {
                    self.fault(start, "repeated_clause", "a clause not used before", "");
                }
                Some(field) => seen.push(field),
                None => self.skip(),
            }
        }
        Some(treaty)
    }

    fn cover(&mut self, treaty: &mut Treaty) -> Option<()> {
        let start = self.at;
        if let Some(words) = UNSUPPORTED.iter().find(|words| self.sees(words)) {
            return self.unsupported(words);
        }
        if self.eat("surplus of") || self.eat("surplus") {
            treaty.lines = Some(self.number("the number of lines")?);
            let _ = self.eat("lines") || self.eat("line");
            treaty.basis = Basis::Risk;
            return Some(());
        }
        if self.eat("variable quota share") {
            treaty.basis = Basis::Risk;
            treaty.bands = read_bands(self)?;
            return Some(());
        }
        if self.eat("quota share") {
            (treaty.basis, treaty.share) = (Basis::Risk, self.rate("the ceded share")?);
            return Some(());
        }
        // `n% quota share` or `n% of limit xs attachment`.
        let second = self.tokens.get(self.at + 1).map_or("", |token| token.text);
        let percentage = self.peek().is_some_and(|word| word.ends_with('%'));
        if percentage || ["quota", "of"].iter().any(|word| second.eq_ignore_ascii_case(word)) {
            treaty.share = self.rate("the ceded share")?;
            if self.eat("quota share") {
                treaty.basis = Basis::Risk;
                return Some(());
            }
            if !self.eat("of") {
                return self.unexpected(&["quota share", "of"]);
            }
        }
        let ratio = self.eat("stop loss");
        // Either amount may be `unlimited`; a percentage in the other says what both are.
        let ahead = [0, 2].map(|ahead| self.tokens.get(self.at + ahead).map_or("", |t| t.text));
        let as_ratio = ratio && ahead.iter().any(|word| word.ends_with('%'));
        let read = |reader: &mut Self, what| {
            if as_ratio && !reader.sees("unlimited") {
                reader.rate(what)
            } else {
                reader.amount(what)
            }
        };
        let known = ["quota share", "stop loss", "surplus of", "variable quota share"];
        if !ratio && self.peek().is_none_or(|word| parse_amount(word).is_none()) {
            if self.peek().is_some_and(|word| word.contains(|c: char| c.is_ascii_digit())) {
                self.amount("a limit");
                return None;
            }
            self.at = start;
            return self.unexpected_as(
                &known,
                "`limit xs attachment`, `n% quota share` or `stop loss limit xs attachment`",
            );
        }
        let limit = read(self, "the limit")?;
        if !(self.eat("xs") || self.eat("excess of") || self.eat("x")) {
            return self.unexpected(&["xs"]);
        }
        treaty.attachment = read(self, "the attachment")?;
        treaty.limit = limit.into();
        treaty.basis = if ratio { Basis::Annual } else { self.basis()? };
        if as_ratio {
            treaty.unit = Unit::LossRatio;
        }
        Some(())
    }

    fn basis(&mut self) -> Option<Basis> {
        if self.eat("per risk") {
            Some(Basis::Risk)
        } else if self.eat("annual") {
            Some(Basis::Annual)
        } else if self.eat("per event") || self.eat("per occurrence") || !self.sees("per") {
            Some(Basis::Event)
        } else {
            self.at += 1;
            self.unexpected(&["risk", "event"])
        }
    }

    fn subject(&mut self, treaty: &mut Treaty) -> Option<()> {
        if !self.eat("on") {
            return Some(());
        }
        if self.eat("gross") {
            return Some(());
        }
        if self.eat("backup of") {
            treaty.backup_of = Some(self.word("the treaty that it backs up")?);
            return Some(());
        }
        if !self.eat("net of") {
            return self.unexpected(&["gross", "net of", "backup of"]);
        }
        loop {
            let name = self.peek()?;
            if !is_name(name) {
                self.fault(self.at, "invalid_name", "the name of a treaty", "");
                return None;
            }
            treaty.net_of.push(name.to_owned());
            self.at += 1;
            // A comma may lead to another name or to the first clause.
            let after = |ahead: usize| self.tokens.get(self.at + ahead).map(|token| token.text);
            let another = after(0) == Some("and")
                || (after(0) == Some(",")
                    && after(1).is_some_and(|word| is_name(word) && !is_reserved(word))
                    && matches!(after(2), None | Some("," | "and")));
            if !another {
                return Some(());
            }
            self.at += 1;
        }
    }

    /// Reads one clause; the first field it sets.
    fn term(&mut self, treaty: &mut Treaty) -> Option<&'static str> {
        if let Some(words) = UNSUPPORTED.iter().find(|words| self.sees(words)) {
            return self.unsupported(words);
        }
        let clause = CLAUSES.iter().find(|clause| {
            if clause.words == "@" {
                let word = |ahead: usize| self.tokens.get(self.at + ahead).map_or("", |t| t.text);
                let number = word(0).starts_with(|c: char| c.is_ascii_digit());
                word(1) == "@" || (number && word(1).eq_ignore_ascii_case("free"))
            } else {
                self.sees(clause.words)
            }
        });
        let Some(clause) = clause else {
            let words: Vec<&str> = clause_words().collect();
            return self.unexpected(&words);
        };
        if clause.words != "@" {
            self.eat(clause.words);
        }
        (clause.read)(self, treaty)?;
        if self.peek().is_some_and(|word| word != ",") {
            return self.unexpected_as(&[","], "a comma before the next clause");
        }
        clause.fields.first().copied()
    }
}

#[cfg(test)]
#[path = "wording_tests.rs"]
mod tests;
