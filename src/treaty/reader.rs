//! A cursor over the words of one line of wording: it reads amounts, rates and words, and tells
//! faults with a caret under the word.

use super::clause::UNSUPPORTED;
use crate::error::{Issue, nearest};
use crate::numeric::parse_amount;

const UNITS: &[&str] = &[
    "k", "m", "mn", "mio", "b", "bn", "t", "tn", "千", "万", "萬", "百万", "千万", "亿", "億",
    "十亿", "百亿", "千亿", "万亿",
];

/// Clauses of one word and a rate.
const RATED: [&str; 5] = ["placed", "co-participation", "commission", "rate", "indexed"];

#[derive(Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    start: usize,
    end: usize,
}

/// A cursor over the words of one line, gathering faults.
pub(super) struct Reader<'a> {
    line: &'a str,
    number: usize,
    pub(super) tokens: Vec<Token<'a>>,
    pub(super) at: usize,
    pub(super) faults: Vec<Issue>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(line: &'a str, number: usize) -> Self {
        Self { line, number, tokens: tokens(line), at: 0, faults: Vec::new() }
    }

    pub(super) fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).map(|token| token.text)
    }

    /// Whether the words stand at the cursor.
    pub(super) fn sees(&self, words: &str) -> bool {
        words.split(' ').enumerate().all(|(ahead, word)| {
            self.tokens
                .get(self.at + ahead)
                .is_some_and(|token| token.text.eq_ignore_ascii_case(word))
        })
    }

    pub(super) fn eat(&mut self, words: &str) -> bool {
        let seen = self.sees(words);
        if seen {
            self.at += words.split(' ').count();
        }
        seen
    }

    /// To the next comma.
    pub(super) fn skip(&mut self) {
        while self.peek().is_some_and(|word| word != ",") {
            self.at += 1;
        }
    }

    /// An amount: `20m`, `2.5 bn`, `5亿`.
    pub(super) fn amount(&mut self, what: &str) -> Option<f64> {
        let Some(word) = self.peek().filter(|word| *word != ",") else {
            self.fault(self.at, "missing_word", &format!("{what}, such as 4m"), "");
            return None;
        };
        let Some(amount) = parse_amount(word) else {
            self.fault(self.at, "not_an_amount", &format!("{what}, such as 4m, 2.5bn, 5亿"), "");
            return None;
        };
        if word.ends_with('%') {
            let hint = "a percentage stands in `stop loss 40% xs 80%`, `rate 3%` and shares";
            self.fault(self.at, "not_an_amount", &format!("{what}, such as 4m, 2.5bn, 5亿"), hint);
            return None;
        }
        self.at += 1;
        let unit = self.peek().filter(|unit| UNITS.contains(&unit.to_lowercase().as_str()));
        let joined = unit.and_then(|unit| parse_amount(&format!("{word}{unit}")));
        if joined.is_some() {
            self.at += 1;
        }
        Some(joined.unwrap_or(amount))
    }

    /// A share or rate: `30%` or `0.3`; a bare number above one is refused.
    pub(super) fn rate(&mut self, what: &str) -> Option<f64> {
        let Some(word) = self.peek().filter(|word| *word != ",") else {
            self.fault(self.at, "missing_word", &format!("{what}, such as 30%"), "");
            return None;
        };
        let plain = word.trim_end_matches('%');
        let Some(rate) = parse_amount(word).filter(|_| plain.parse::<f64>().is_ok()) else {
            self.fault(self.at, "not_a_rate", &format!("{what}, such as 30% or 0.3"), "");
            return None;
        };
        if rate > 1.0 && plain == word {
            let hint = format!("did you mean {word}%?");
            self.fault(self.at, "out_of_range", &format!("{what}, such as 30% or 0.3"), &hint);
            return None;
        }
        self.at += 1;
        Some(rate)
    }

    pub(super) fn rate_or_free(&mut self, what: &str) -> Option<f64> {
        if self.eat("free") { Some(0.0) } else { self.rate(what) }
    }

    /// Steps over a comma that another rate alone follows.
    pub(super) fn another_rate(&mut self) -> bool {
        let word = |ahead: usize| self.tokens.get(self.at + ahead).map(|token| token.text);
        let rate = |word: &str| word.eq_ignore_ascii_case("free") || parse_amount(word).is_some();
        let another = word(0) == Some(",")
            && word(1).is_some_and(rate)
            && matches!(word(2), None | Some(","));
        if another {
            self.at += 1;
        }
        another
    }

    /// Steps over a comma that `amount for` follows: the next line of a table.
    pub(super) fn another_for(&mut self) -> bool {
        let word = |ahead: usize| self.tokens.get(self.at + ahead).map(|token| token.text);
        let found = word(0) == Some(",")
            && word(1).is_some_and(|word| parse_amount(word).is_some())
            && (word(2) == Some("for") || word(3) == Some("for"));
        self.at += usize::from(found);
        found
    }

    /// Steps over a comma that `rate to` or `rate above` follows: the next band.
    pub(super) fn another_band(&mut self) -> bool {
        let word = |ahead: usize| self.tokens.get(self.at + ahead).map(|token| token.text);
        let found = word(0) == Some(",")
            && word(1).is_some_and(|word| parse_amount(word).is_some())
            && matches!(word(2), Some("to" | "above"));
        self.at += usize::from(found);
        found
    }

    /// Steps over a comma that `name rate` follows: the next risk.
    pub(super) fn another_share(&mut self) -> bool {
        let word = |ahead: usize| self.tokens.get(self.at + ahead).map(|token| token.text);
        let found = word(0) == Some(",")
            && word(2).is_some_and(|word| word.ends_with('%'))
            && matches!(word(3), None | Some(","))
            && word(1).is_some_and(|word| !RATED.contains(&word));
        self.at += usize::from(found);
        found
    }

    /// Words that must stand here.
    pub(super) fn expect(&mut self, words: &str) -> Option<()> {
        if self.eat(words) { Some(()) } else { self.unexpected(&[words]) }
    }

    /// Any one word.
    pub(super) fn word(&mut self, what: &str) -> Option<String> {
        let Some(word) = self.peek().filter(|word| *word != ",") else {
            self.fault(self.at, "missing_word", what, "");
            return None;
        };
        self.at += 1;
        Some(word.to_owned())
    }

    /// A whole number from 1 to 10,000.
    pub(super) fn whole(&mut self, what: &str) -> Option<u32> {
        let number = self.peek().and_then(|word| word.parse::<u32>().ok());
        let number = number.filter(|n| (1..=10_000).contains(n));
        if number.is_none() {
            self.fault(self.at, "not_a_count", &format!("{what}, 1 to 10,000"), "");
            return None;
        }
        self.at += 1;
        number
    }

    /// A number such as the lines of a surplus: `5`, `7.5`.
    pub(super) fn number(&mut self, what: &str) -> Option<f64> {
        let number = self.peek().and_then(|word| word.parse::<f64>().ok());
        let number = number.filter(|n| n.is_finite());
        if number.is_none() {
            self.fault(self.at, "not_a_number", &format!("{what}, such as 5"), "");
            return None;
        }
        self.at += 1;
        number
    }

    /// Rates with ` to ` between them.
    pub(super) fn rates_to(&mut self, what: &str) -> Option<Vec<f64>> {
        let mut rates = vec![self.rate(what)?];
        while self.eat("to") {
            rates.push(self.rate(what)?);
        }
        Some(rates)
    }

    /// A whole number, or `unlimited` as `None` inside.
    #[expect(clippy::option_option, reason = "outer: readable at all; inner: bounded")]
    pub(super) fn count(&mut self, what: &str) -> Option<Option<usize>> {
        if self.eat("unlimited") {
            return Some(None);
        }
        let count = self.peek().and_then(|word| word.parse::<usize>().ok()).filter(|n| *n <= 1000);
        if count.is_none() {
            let allowed = format!("{what}, 0 to 1000 or `unlimited`");
            self.fault(self.at, "not_a_count", &allowed, "");
            return None;
        }
        self.at += 1;
        Some(count)
    }

    pub(super) fn unsupported<T>(&mut self, words: &str) -> Option<T> {
        let picture = self.picture(self.at, words.split(' ').count());
        self.faults.push(
            Issue::new("unsupported_clause", format!("line {}", self.number), format!("'{words}'"))
                .value("not supported yet")
                .hint(format!("leave it out or price it outside\n{picture}")),
        );
        None
    }

    pub(super) fn unexpected<T>(&mut self, known: &[&str]) -> Option<T> {
        let allowed = if known.len() <= 4 {
            let quoted: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
            quoted.join(" or ")
        } else {
            let known = known.iter().filter(|word| !UNSUPPORTED.contains(word));
            format!("a clause ({})", known.copied().collect::<Vec<_>>().join(", "))
        };
        self.unexpected_as(known, &allowed)
    }

    pub(super) fn unexpected_as<T>(&mut self, known: &[&str], allowed: &str) -> Option<T> {
        // Two words are tried first: `quota shar` should find `quota share`.
        let word = |ahead: usize| self.tokens.get(self.at + ahead).map(|token| token.text);
        let one = word(0).unwrap_or("");
        let two = format!("{one} {}", word(1).unwrap_or(""));
        let hint = nearest(&two, known.iter().copied())
            .or_else(|| nearest(one, known.iter().copied()))
            .filter(|found| !found.eq_ignore_ascii_case(one))
            .map_or(String::new(), |found| format!("did you mean '{found}'?"));
        self.fault(self.at, "unexpected_word", allowed, &hint);
        None
    }

    pub(super) fn fault(&mut self, token: usize, code: &'static str, allowed: &str, hint: &str) {
        let found = self.tokens.get(token).map_or("the end of the line", |token| token.text);
        let picture = self.picture(token, 1);
        let hint = if hint.is_empty() {
            format!("here:\n{picture}")
        } else {
            format!("{hint}\n{picture}")
        };
        self.faults.push(
            Issue::new(code, format!("line {}", self.number), "word")
                .value(format!("'{found}'"))
                .allowed(allowed)
                .hint(hint),
        );
    }

    /// The line with carets under `count` words from `token`.
    fn picture(&self, token: usize, count: usize) -> String {
        let end = self.line.trim_end().len();
        let start = self.tokens.get(token).map_or(end, |token| token.start);
        let last = token + count.max(1) - 1;
        let stop = self.tokens.get(last).map_or(start, |token| token.end);
        let margin = format!("    {} | ", self.number);
        let width = columns(&self.line[start..stop.max(start)]).max(1);
        format!(
            "{margin}{}\n{}{}{}",
            self.line.trim_end(),
            " ".repeat(margin.len()),
            " ".repeat(columns(&self.line[..start])),
            "^".repeat(width),
        )
    }
}

/// Columns that a text takes on a terminal: two for Chinese characters and full-width signs.
fn columns(text: &str) -> usize {
    text.chars().map(|c| if ('\u{1100}'..'\u{fffd}').contains(&c) { 2 } else { 1 }).sum()
}

/// Splits a line at blanks, commas, the first colon and `@`. A comma between digits groups thousands.
fn tokens(line: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut named = false;
    let mut before = ' ';
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        let grouping = c == ',' && before.is_ascii_digit() && next.is_ascii_digit();
        let sign =
            (matches!(c, ',' | '，' | '@') && !grouping) || (matches!(c, ':' | '：') && !named);
        if c.is_whitespace() || sign {
            if let Some(start) = start.take() {
                found.push(Token { text: &line[start..at], start, end: at });
            }
        } else if start.is_none() {
            start = Some(at);
        }
        if sign {
            let text = match c {
                '，' => ",",
                '：' => ":",
                _ => &line[at..at + c.len_utf8()],
            };
            named |= text == ":";
            found.push(Token { text, start: at, end: at + c.len_utf8() });
        }
        before = c;
    }
    if let Some(start) = start {
        found.push(Token { text: &line[start..], start, end: line.len() });
    }
    found
}
