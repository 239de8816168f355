use super::*;
use proptest::prelude::*;

#[test]
fn rows_are_sorted_and_events_kept_together() {
    let columns = LossColumns {
        year: vec![2, 1, 2, 2, 1],
        loss: vec![1.0, 2.0, 3.0, 4.0, 5.0],
        event: vec![7, 7, 9, 7, 8],
        time: vec![0.6, 0.5, 0.3, 0.2, 0.5],
        ..LossColumns::default()
    };
    let table = LossTable::new(columns, 1..5).unwrap();
    let block = table.block(0..4).unwrap();
    assert_eq!(block.offsets, [0, 2, 5, 5, 5]);
    assert_eq!(block.loss, [2.0, 5.0, 1.0, 4.0, 3.0]);
    assert_eq!(block.event, [0, 1, 2, 2, 3]);
    assert_eq!(block.time, [0.5, 0.5, 0.2, 0.2, 0.3]);
    assert_eq!(table.year(1).unwrap().loss, [1.0, 4.0, 3.0]);
}

#[test]
fn undated_events_stand_as_they_came() {
    let columns = LossColumns {
        year: vec![1, 1, 1],
        loss: vec![1.0, 2.0, 3.0],
        event: vec![9, 4, 9],
        ..LossColumns::default()
    };
    let block = LossTable::new(columns, 1..2).unwrap().year(0).unwrap();
    assert_eq!((block.loss, block.event), (vec![1.0, 3.0, 2.0], vec![0, 0, 1]));
    assert!(block.time.is_empty());
}

#[test]
fn every_bad_cell_is_told_with_its_row() {
    let columns = LossColumns {
        year: vec![1, 9, 1],
        loss: vec![-1.0, 2.0, f64::NAN],
        time: vec![0.0, 1.0, 0.5],
        event: vec![1],
        ..LossColumns::default()
    };
    let text = LossTable::new(columns, 1..3).unwrap_err().to_string();
    for part in [
        "event must be as long as loss, 3 rows, got 1 rows",
        "losses, row 1: year must be a year of the table, got 9",
        "losses, row 0: loss must be a finite number ≥ 0, got -1",
        "losses, row 2: loss",
        "losses, row 1: time",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(LossTable::new(LossColumns::default(), 5..5).is_err());
}

proptest! {
    /// With dates, the order of the input does not matter.
    #[test]
    fn any_order_gives_the_same_table(
        rows in prop::collection::vec((0i64..9000, 0u32..100, 0i64..3, 0u32..4, 0u32..50), 0..40),
    ) {
        let table = |rows: &[(i64, u32, i64, u32, u32)]| {
            let columns = LossColumns {
                year: rows.iter().map(|r| r.0 % 3 * 3000).collect(),
                loss: rows.iter().map(|r| f64::from(r.1)).collect(),
                event: rows.iter().map(|r| r.2).collect(),
                risk: rows.iter().map(|r| r.3).collect(),
                time: rows.iter().map(|r| f64::from(r.4) / 50.0).collect(),
                ..LossColumns::default()
            };
            LossTable::new(columns, 0..9000).unwrap()
        };
        let forth = table(&rows);
        let back = table(&rows.iter().rev().copied().collect::<Vec<_>>());
        let mut total = 0;
        for number in 0..3 {
            let span = 3000 * number..3000 * (number + 1);
            let (a, b) = (forth.block(span.clone()).unwrap(), back.block(span).unwrap());
            prop_assert_eq!(&a.loss, &b.loss);
            prop_assert_eq!(&a.event, &b.event);
            prop_assert_eq!(&a.risk, &b.risk);
            prop_assert_eq!(&a.time, &b.time);
            total += a.rows();
        }
        prop_assert_eq!(total, rows.len());
    }
}
