use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

use super::*;
use crate::plan::Evidence;

fn saved() -> SavedPlan {
    let options = SavedOptions { prune: true, force: false, only: vec!["flow/main".to_owned()] };
    let inputs = SavedInputs { variables: vec!["stage".to_owned()], ..SavedInputs::default() };
    let now = UNIX_EPOCH + Duration::from_secs(1_767_323_045);
    let mut saved =
        SavedPlan::new(&[], (&[], Vec::new()), inputs, options, now, Duration::from_secs(3_600)).unwrap();
    let fingerprints: BTreeMap<String, String> = [("flow/main".to_owned(), "absent".to_owned())].into();
    let (set, manifest) = ("acme".to_owned(), "m".to_owned());
    saved.sets.push(Evidence { set, manifest, actions: Vec::new(), fingerprints });
    saved.checksum = checksum_of(&saved.sets);
    saved.actions.push(serde_json::json!({ "z": 1, "a": ["x", null] }));
    saved.seal = saved.sealed();
    saved
}

#[test]
fn what_was_written_is_read_back() {
    let saved = saved();
    assert_eq!(
        (saved.created.as_str(), saved.expires.as_str()),
        ("2026-01-02T03:04:05Z", "2026-01-02T04:04:05Z")
    );
    assert_eq!(SavedPlan::parse(&saved.to_text()), Ok(saved));
}

#[test]
fn it_is_good_until_it_expires() {
    let (saved, made) = (saved(), UNIX_EPOCH + Duration::from_secs(1_767_323_045));
    for (after, age) in [(0, Age::Good), (3_600, Age::Good), (3_601, Age::Expired)] {
        assert_eq!(saved.age(made + Duration::from_secs(after)), age, "{after}");
    }
    // Another machine's clock may be a little behind, and no more.
    for (before, age) in [(299, Age::Good), (301, Age::Future), (1_000_000, Age::Future)] {
        assert_eq!(saved.age(made - Duration::from_secs(before)), age, "{before}");
    }
    // A clock beyond what a calendar can say.
    assert_eq!(saved.age(made + Duration::from_secs(300_000_000_000)), Age::Expired);
    let early = SavedPlan { expires: "2026-01-02T03:04:04Z".to_owned(), ..saved };
    assert_eq!(early.age(made - Duration::from_secs(60)), Age::Expired, "it ended before it was made");
}

#[test]
fn what_it_shows_is_held_against_the_plan() {
    assert_eq!(saved().misshown(&[], &[]).as_deref(), Some("action 1"));
    let mut saved = saved();
    saved.actions.clear();
    assert_eq!(saved.misshown(&[], &[]), None);
}

#[test]
fn every_edit_of_the_text_is_noticed() {
    let text = saved().to_text();
    for (from, to) in [
        ("\"prune\": true", "\"prune\": false"),
        ("absent", "present"),
        ("04:04:05Z", "09:04:05Z"),
        ("\"z\": 1", "\"z\": 2"),
        ("\"m\"", "\"n\""),
    ] {
        assert!(text.contains(from), "{from}");
        assert_eq!(SavedPlan::parse(&text.replacen(from, to, 1)), Err(SavedError::Seal), "{from}");
    }
}

#[test]
fn what_is_no_saved_plan_is_told_from_what_is_newer_and_what_is_damaged() {
    let text = saved().to_text();
    assert!(matches!(SavedPlan::parse(&text[..text.len() / 2]), Err(SavedError::CutOff(_))));
    assert!(matches!(SavedPlan::parse(""), Err(SavedError::CutOff(_))));
    assert!(matches!(SavedPlan::parse("kind: BindingSet"), Err(SavedError::Json(_))));
    for (foreign, format) in [
        ("[]", None),
        ("{}", None),
        (r#"{"format": "flowbind.plan/v1"}"#, Some("flowbind.plan/v1")),
        (r#"{"format": "flowbind.saved-plan/vx"}"#, Some("flowbind.saved-plan/vx")),
    ] {
        let error = SavedError::Foreign(format.map(str::to_owned));
        assert_eq!(SavedPlan::parse(foreign), Err(error), "{foreign}");
    }
    let newer = text.replace("saved-plan/v1", "saved-plan/v2");
    assert_eq!(SavedPlan::parse(&newer), Err(SavedError::Newer("flowbind.saved-plan/v2".to_owned())));
    let unknown = text.replacen("\"tool\"", "\"tool2\"", 1);
    assert!(matches!(SavedPlan::parse(&unknown), Err(SavedError::Shape(_))));
}

#[test]
fn a_byte_order_mark_says_nothing_and_utf_16_is_called_that() {
    let saved = saved();
    assert_eq!(SavedPlan::parse(&format!("\u{feff}{}", saved.to_text())).unwrap().seal, saved.seal);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    std::fs::write(&path, format!("\u{feff}{}", saved.to_text())).unwrap();
    saved.write(&path).expect("it is a saved plan that is replaced");
    for (bytes, utf16) in [(&b"\xff\xfe{\0}\0"[..], true), (b"\xfe\xff\0{\0}", true), (b"{\x80}", false)] {
        std::fs::write(&path, bytes).unwrap();
        let Err(FileError::Saved { source, .. }) = SavedPlan::read(&path) else { panic!("{bytes:?}") };
        assert_eq!(source, SavedError::Encoding { utf16 });
    }
}

#[test]
fn a_file_takes_the_place_of_the_old_one_and_only_its_owner_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    std::fs::write(&path, "somebody's").unwrap();
    assert!(matches!(saved().write(&path), Err(FileError::Taken { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "somebody's");
    std::fs::write(&path, "{\"format\": \"flowbind.saved-plan/v1\", \"half").unwrap();
    saved().write(&path).unwrap();
    assert_eq!(SavedPlan::read(&path).unwrap(), saved());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let error = saved().write(&folder.path().join("missing/plan.json")).unwrap_err();
    assert!(error.to_string().contains("could not be saved"), "{error}");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(MAX_BYTES + 1).unwrap();
    let error = SavedPlan::read(&path).unwrap_err();
    let why = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(why.contains("larger than"), "{error}: {why}");
}

#[test]
fn the_shipped_schema_is_that_of_the_type() {
    crate::report::schema::check_shipped::<SavedPlan>("saved-plan");
}
