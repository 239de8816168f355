//! Covers that depend on how many events the year has had: second-event covers, drop-down, top and
//! drop.

use serde::{Deserialize, Serialize};

use super::clause::Clause;
use super::layer::Layer;
use super::reader::Reader;
use super::terms::Treaty;
use super::wording::amount_text;

/// The cover is there after `number − 1` events over `over`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NthEvent {
    pub number: u32,
    /// Events count when their loss is above it; by default above the attachment of the layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<f64>,
}

/// After `number − 1` events over `over` the attachment is `to`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drop {
    pub to: f64,
    pub number: u32,
    /// By default above `to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<f64>,
    /// Top and drop: one limit a year for both positions, unless reinstatements or `aal` say more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub top: bool,
}

/// The layer of each event of a year, which depends on those before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counted {
    pub number: u32,
    pub over: f64,
    /// Before the `number`-th event; none: no cover.
    pub first: Option<Layer>,
    pub then: Layer,
}

impl Counted {
    /// Recoveries of the events of one year, in date order.
    pub fn recoveries(&self, losses: &[f64], out: &mut Vec<f64>) {
        let mut counted = 0;
        for &loss in losses {
            let layer = if counted + 1 >= self.number { Some(self.then) } else { self.first };
            out.push(layer.map_or(0.0, |layer| layer.recovery(loss)));
            counted += u32::from(loss > self.over);
        }
    }
}

/// ` over 5m`, where it is stated.
#[expect(clippy::option_option, reason = "read or not, stated or not")]
fn over(reader: &mut Reader<'_>) -> Option<Option<f64>> {
    if reader.eat("over") {
        Some(Some(reader.amount("the loss above which events count")?))
    } else {
        Some(None)
    }
}

fn over_text(over: Option<f64>) -> String {
    over.map_or(String::new(), |over| format!(" over {}", amount_text(over)))
}

fn read_drop(reader: &mut Reader<'_>, treaty: &mut Treaty, top: bool) -> Option<()> {
    reader.eat("to");
    let to = reader.amount("the attachment after the drop")?;
    reader.expect("from event")?;
    let number = reader.whole("the number of the event from which it drops")?;
    treaty.drop = Some(Drop { to, number, over: over(reader)?, top });
    Some(())
}

fn write_drop(treaty: &Treaty, words: &str, top: bool) -> Option<String> {
    let drop = treaty.drop.filter(|drop| drop.top == top)?;
    let to = amount_text(drop.to);
    Some(format!("{words} to {to} from event {}{}", drop.number, over_text(drop.over)))
}

pub(super) const FROM_EVENT: Clause = Clause {
    words: "from event",
    fields: &["from_event"],
    form: "from event 2 over 5m",
    about: "second-event cover: there is no cover before the year's second event over 5m (by default: over the attachment)",
    read: |reader, treaty| {
        let number = reader.whole("the number of the event from which there is cover")?;
        treaty.from_event = Some(NthEvent { number, over: over(reader)? });
        Some(())
    },
    write: |treaty| {
        let NthEvent { number, over } = treaty.from_event?;
        Some(format!("from event {number}{}", over_text(over)))
    },
};

pub(super) const TOP_AND_DROP: Clause = Clause {
    words: "top and drop",
    fields: &["drop"],
    form: "top and drop to 500k from event 2 over 400k",
    about: "the same, and the limit is there once a year for both, unless reinstatements or `aal` say more",
    read: |reader, treaty| read_drop(reader, treaty, true),
    write: |treaty| write_drop(treaty, "top and drop", true),
};

pub(super) const DROP: Clause = Clause {
    words: "drop",
    fields: &["drop"],
    form: "drop to 500k from event 2 over 400k",
    about: "drop-down: a lower attachment after the year's first event over 400k (by default: over the lower attachment)",
    read: |reader, treaty| read_drop(reader, treaty, false),
    write: |treaty| write_drop(treaty, "drop", false),
};

#[cfg(test)]
mod tests {
    use super::*;

    fn of(counted: Counted, losses: &[f64]) -> Vec<f64> {
        let mut out = Vec::new();
        counted.recoveries(losses, &mut out);
        out
    }

    const LOW: Layer = Layer { limit: 10.0, attachment: 10.0, franchise: 0.0 };
    const TOP: Layer = Layer { limit: 10.0, attachment: 50.0, franchise: 0.0 };

    #[test]
    fn the_second_event_is_covered_and_the_first_is_not() {
        let second = Counted { number: 2, over: 10.0, first: None, then: LOW };
        assert_eq!(of(second, &[15.0, 8.0, 18.0, 25.0]), [0.0, 0.0, 8.0, 10.0]);
        assert_eq!(of(second, &[9.0, 10.0, 18.0, 12.0]), [0.0, 0.0, 0.0, 2.0]);
    }

    #[test]
    fn the_attachment_drops_after_the_first_event() {
        let drop = Counted { number: 2, over: 10.0, first: Some(TOP), then: LOW };
        assert_eq!(of(drop, &[55.0, 12.0, 55.0]), [5.0, 2.0, 10.0]);
    }
}
