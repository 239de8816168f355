//! Human amounts: `40m`, `2.5bn`, `5亿`, `800万`, `30%`, `1,000`.

/// Reads an amount; `None` when the text is not one.
///
/// Suffixes: k, m/mn, bn/b, tn/t (10³, 10⁶, 10⁹, 10¹²), 千 (10³), 万 (10⁴), 亿 (10⁸) and their
/// products such as 万亿; `%` divides by 100. Thousands may be grouped by commas or underscores.
pub fn parse_amount(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("inf") || text.eq_ignore_ascii_case("unlimited") {
        return Some(f64::INFINITY);
    }
    let split = text
        .char_indices()
        .find(|(i, c)| {
            // An exponent belongs to the number: 5e6, 1E-3.
            let exponent = matches!(c, 'e' | 'E')
                && text[i + 1..].starts_with(|n: char| n.is_ascii_digit() || n == '-' || n == '+');
            !(c.is_ascii_digit() || matches!(c, '.' | ',' | '_' | '+' | '-') || exponent)
        })
        .map_or(text.len(), |(i, _)| i);
    let (digits, unit) = text.split_at(split);
    if !well_grouped(digits) {
        return None;
    }
    let digits = digits.replace([',', '_'], "");
    let number: f64 = digits.parse().ok()?;
    Some(match unit_factor(unit.trim())? {
        Factor::Times(factor) => number * factor,
        // Shifting the decimal point rounds once, so that every fraction is some percentage.
        Factor::Percent if !digits.contains(['e', 'E']) => format!("{digits}e-2").parse().ok()?,
        Factor::Percent => number / 100.0,
    })
}

/// Commas, where there are any, must group digits by three: `1,5` is nobody's amount.
fn well_grouped(digits: &str) -> bool {
    let whole = digits.split('.').next().unwrap_or("").trim_start_matches(['+', '-']);
    let mut groups = whole.split([',', '_']);
    let first = groups.next().unwrap_or("");
    let rest: Vec<&str> = groups.collect();
    rest.is_empty() || ((1..=3).contains(&first.len()) && rest.iter().all(|g| g.len() == 3))
}

enum Factor {
    Times(f64),
    Percent,
}

fn unit_factor(unit: &str) -> Option<Factor> {
    Some(Factor::Times(match unit.to_lowercase().as_str() {
        "" => 1.0,
        "%" => return Some(Factor::Percent),
        "k" | "千" => 1e3,
        "万" | "萬" => 1e4,
        "m" | "mn" | "mio" | "百万" => 1e6,
        "千万" => 1e7,
        "亿" | "億" => 1e8,
        "b" | "bn" | "十亿" => 1e9,
        "百亿" => 1e10,
        "千亿" => 1e11,
        "t" | "tn" | "万亿" => 1e12,
        _ => return None,
    }))
}

/// Writes an amount the way it is read: the shortest of the plain, k, m and bn forms.
pub fn format_amount(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "unlimited" } else { "-unlimited" }.to_owned();
    }
    for (unit, suffix) in [(1e9, "bn"), (1e6, "m"), (1e3, "k")] {
        if value.abs() >= unit {
            let text = format!("{}{suffix}", value / unit);
            if text.len() <= 12 && parse_amount(&text) == Some(value) {
                return text;
            }
        }
    }
    format!("{value}")
}

/// Writes a fraction as the percentage that reads back as the same number: `27.5%`.
pub fn format_percent(fraction: f64) -> String {
    let scientific = format!("{fraction:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits = mantissa.replace('.', "");
    // Digits before the decimal point once it has moved two places to the right.
    let whole = exponent.parse::<i64>().unwrap_or(0) + 3;
    let text = if whole <= 0 {
        format!("0.{}{digits}", "0".repeat(whole.unsigned_abs() as usize))
    } else if digits.len() <= whole as usize {
        format!("{digits}{}", "0".repeat(whole as usize - digits.len()))
    } else {
        format!("{}.{}", &digits[..whole as usize], &digits[whole as usize..])
    };
    let text = match text.trim_start_matches('0') {
        "" => "0",
        trimmed if trimmed.starts_with('.') => &text,
        trimmed => trimmed,
    };
    format!("{sign}{text}%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_people_write() {
        for (text, value) in [
            ("40m", 40e6),
            ("2.5bn", 2.5e9),
            ("5亿", 5e8),
            ("800万", 8e6),
            ("30%", 0.3),
            ("27.5%", 0.275),
            ("1,000", 1000.0),
            ("5e6", 5e6),
            (" 12 m ", 12e6),
            ("1.2万亿", 1.2e12),
            ("-3k", -3000.0),
        ] {
            assert_eq!(parse_amount(text), Some(value), "{text}");
        }
        for text in ["", "m", "4x", "1,5", "12,34", "four", "1 2", "--1", "5e"] {
            assert_eq!(parse_amount(text), None, "{text}");
        }
    }

    #[test]
    fn writes_percentages() {
        let texts = [0.4, 0.275, 3.0, 0.0, 0.07, 1.0, 0.0005, 12.5].map(format_percent);
        assert_eq!(texts, ["40%", "27.5%", "300%", "0%", "7%", "100%", "0.05%", "1250%"]);
    }

    proptest! {
        #[test]
        fn every_fraction_is_a_percentage(fraction in prop::num::f64::NORMAL) {
            prop_assert_eq!(parse_amount(&format_percent(fraction)), Some(fraction));
        }

        #[test]
        fn writing_then_reading_is_the_identity(mantissa in -1_000_000i64..1_000_000, scale in 0i32..12) {
            let value = mantissa as f64 * 10f64.powi(scale);
            prop_assert_eq!(parse_amount(&format_amount(value)), Some(value));
        }

        #[test]
        fn never_panics(text in "\\PC{0,12}") {
            let _ = parse_amount(&text);
        }
    }
}
