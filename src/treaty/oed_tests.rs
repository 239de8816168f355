use super::*;

#[test]
fn oed_files_round_trip() {
    let text = "qs: 40% quota share, event limit 50m
        risk: 5m xs 2m per risk on net of qs, 2 @ 100%, placed 80%, event limit 20m
        cat1: 20m xs 10m on net of qs, risk, reinstatements 100%, 50%, premium 2m, aad 1m
        cat2: 50m xs 30m on net of qs, risk, co-participation 10%, aal 80m
        agg: 60m xs 80m annual on net of qs, risk, cat1, cat2";
    let programme = Programme::from_text(text, Some("CNY"), Some(90e6)).unwrap();
    let (info, scope) = programme.to_oed().unwrap();
    assert!(info.starts_with("ReinsNumber,ReinsLayerNumber,ReinsName,"), "{info}");
    let again = Programme::from_oed(&info, Some(&scope), Some(90e6)).unwrap();
    assert_eq!(again, programme);
}

#[test]
fn what_oed_cannot_say_is_told_in_full() {
    let text = "a: 10m xs 5m, unlimited @ 100%, pro rata time
        b: 10m xs 15m, franchise 1m
        c: stop loss 40% xs 80% on net of a";
    let programme = Programme::from_text(text, None, Some(90e6)).unwrap();
    let error = programme.to_oed().unwrap_err();
    let told: Vec<(&str, &str)> =
        error.issues().iter().map(|issue| (issue.object.as_str(), issue.field.as_str())).collect();
    for fault in [
        ("programme.a", "reinstatements"),
        ("programme.a", "pro_rata"),
        ("programme.b", "franchise"),
        ("programme.c", "unit"),
        ("programme.c", "net_of"),
    ] {
        assert!(told.contains(&fault), "{fault:?} {told:?}");
    }
}

#[test]
fn faults_of_files_are_told_with_their_lines() {
    let info = "ReinsNumber,ReinsType,CededPercent,OccLimit\n1,QSS,x,0\n2,SS,1,0\n3,CXL,1,5y\n";
    let scope = "ReinsNumber,PortNumber,AccNumber\n1,1,A7\n";
    let text = Programme::from_oed(info, Some(scope), None).unwrap_err().to_string();
    for part in [
        "ReinsInfo line 2: ReinsType",
        "ReinsInfo line 2: CededPercent",
        "ReinsInfo line 3: ReinsType",
        "ReinsInfo line 4: OccLimit",
        "ReinsScope line 2: AccNumber",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}
