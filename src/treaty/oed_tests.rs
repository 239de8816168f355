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

/// Facultative covers, surplus shares by risk, and treaties by years of policies and claims.
#[test]
fn risks_of_a_scope_round_trip() {
    let text = "fac: 5m xs 2m per risk, for risks P17 100%, P23 100%
        ss: 100% quota share on net of fac, for risks P17 40%, P23 62.5%, P9 10%
        xl: 20m xs 10m on net of fac, ss, risks attaching
        cm: 20m xs 30m on net of fac, ss, claims made";
    let programme = Programme::from_text(text, Some("CNY"), None).unwrap();
    let (info, scope) = programme.to_oed().unwrap();
    assert!(info.contains("FAC") && info.contains(",SS,") && info.contains(",RA,"), "{info}");
    assert!(scope.contains("2,1,P23,0.625,5.0.0"), "{scope}");
    assert_eq!(Programme::from_oed(&info, Some(&scope), None).unwrap(), programme);
}

/// Oasis LMF's `validation/` surplus share: CededPercent stands in the scope, by location.
#[test]
fn a_surplus_takes_its_shares_from_the_scope() {
    let info = "ReinsNumber,ReinsName,ReinsType,CededPercent,InuringPriority\n1,ss,SS,0,1\n";
    let scope = "ReinsNumber,AccNumber,LocNumber,CededPercent\n1,A1,1,0.25\n1,A1,2,0.5\n";
    let programme = Programme::from_oed(info, Some(scope), None).unwrap();
    assert_eq!(programme.to_string(), "ss: 100% quota share, for risks 1 25%, 2 50%");
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
    let scope = "ReinsNumber,PortNumber,LOB\n1,1,A7\n9,1,\n";
    let text = Programme::from_oed(info, Some(scope), None).unwrap_err().to_string();
    for part in [
        "ReinsInfo line 2: ReinsType",
        "ReinsInfo line 2: CededPercent",
        "ReinsInfo line 3: ReinsType",
        "ReinsInfo line 4: OccLimit",
        "ReinsScope line 2: LOB",
        "ReinsScope: ReinsNumber",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}
