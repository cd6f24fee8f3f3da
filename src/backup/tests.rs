use super::*;
use crate::resource::{FlowType, InstanceArn, Kind, Label};

fn kept(content: &str) -> KeptFlow {
    let label = |text| Label::parse(text).unwrap();
    KeptFlow {
        address: Address::new(Kind::Flow, &label("main-ivr")),
        key: (Kind::Flow, label("main-ivr")),
        instance: InstanceArn::parse("arn:aws:connect:eu-west-2:111122223333:instance/0f1e").unwrap(),
        instance_name: label("london"),
        id: "id".to_owned(),
        arn: "arn".to_owned(),
        name: "Main IVR".to_owned(),
        kind: FlowType::ContactFlow.wire(),
        archived: false,
        published: true,
        description: String::new(),
        tags: [("flowbind/set".to_owned(), "acme/main-ivr".to_owned())].into(),
        content: content.into(),
        draft: None,
    }
}

#[test]
fn a_backup_holds_the_very_bytes_and_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let backups = Backups::new(folder.path(), "20260102T030405Z");
    let address = Address::new(Kind::Flow, &Label::parse("main-ivr").unwrap());
    let path = backups.keep(&address, "{\"a\": 1}\n").unwrap();
    assert!(path.ends_with("backup/20260102T030405Z/flow-main-ivr.json"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\": 1}\n");
    assert!(backups.keep(&address, "other").is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\": 1}\n");
}

#[test]
fn what_was_kept_is_read_back_whole_namesakes_too() {
    let folder = tempfile::tempdir().unwrap();
    let backups = Backups::new(folder.path(), "run");
    let (one, two) = (kept("{\"a\": 1}\r\n"), kept("\u{feff}{}"));
    let two = KeptFlow { draft: Some("{ }\n".into()), ..two };
    backups.keep_flow(&one).unwrap();
    backups.keep_flow(&two).unwrap();
    let function = Address::new(Kind::Function, &Label::parse("greeter").unwrap());
    backups.keep(&function, "{}").unwrap();
    let read = Backups::read(folder.path(), "run").unwrap();
    let draft = folder.path().join("backup/run/flow-main-ivr.2.draft.json");
    assert_eq!(fs::read_to_string(&draft).unwrap(), "{ }\n");
    let drafts = vec![(two.address.clone(), draft)];
    let others = vec!["function-greeter.json".to_owned()];
    assert_eq!(read, KeptRun { flows: vec![one, two], drafts, others });
}

#[test]
fn a_placeholder_of_an_earlier_run_is_kept_and_nothing_to_go_back_to() {
    let folder = tempfile::tempdir().unwrap();
    let backups = Backups::new(folder.path(), "run");
    let stub = r#"{"Version":"2019-10-30","StartAction":"end","Metadata":{},"Actions":[{"Identifier":"end",
        "Type":"DisconnectParticipant","Parameters":{},"Transitions":{}}]}"#;
    backups.keep_flow(&kept(stub)).unwrap();
    assert_eq!(backups.run_to_plan_back(), None);
    let theirs = KeptFlow { tags: [].into(), ..kept(stub) };
    backups.keep_flow(&theirs).unwrap();
    assert_eq!(backups.run_to_plan_back().as_deref(), Some("run"), "somebody else wrote that");
    assert_eq!(Backups::read(folder.path(), "run").unwrap().flows.len(), 2, "both are kept");
}

#[test]
fn runs_that_begin_in_the_same_second_have_a_folder_each() {
    let folder = tempfile::tempdir().unwrap();
    let keep_two = || {
        let backups = Backups::new(folder.path(), "20260102T030405Z");
        assert_eq!(backups.run_to_plan_back(), None);
        backups.keep_flow(&kept("{\"a\": 1}")).unwrap();
        backups.keep_flow(&kept("{\"a\": 2}")).unwrap();
        backups.run_to_plan_back().unwrap()
    };
    let mut runs: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(keep_two)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    runs.sort();
    assert_eq!(runs, names(&folder.path().join("backup")).unwrap());
    runs.dedup();
    assert_eq!(runs.len(), 8);
    assert_eq!(runs.first().unwrap(), "20260102T030405Z");
    for run in runs {
        assert_eq!(Backups::read(folder.path(), &run).unwrap().flows.len(), 2, "{run}");
    }
}

#[test]
fn a_run_that_kept_no_flow_and_no_module_is_not_planned_back() {
    let folder = tempfile::tempdir().unwrap();
    let backups = Backups::new(folder.path(), "run");
    backups.keep(&Address::new(Kind::Function, &Label::parse("greeter").unwrap()), "{}").unwrap();
    assert_eq!(backups.run_to_plan_back(), None);
}

#[test]
fn a_probe_leaves_nothing_and_the_run_keeps_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let backups = Backups::new(&folder.path().join("own"), "run");
    backups.probe().unwrap();
    assert!(!folder.path().join("own").exists());
    backups.keep_flow(&kept("{}")).unwrap();
    assert_eq!(backups.run_to_plan_back().as_deref(), Some("run"));
    std::fs::write(folder.path().join("file"), "").unwrap();
    assert!(Backups::new(&folder.path().join("file"), "run").probe().is_err());
}

#[test]
fn a_run_that_is_not_there_names_those_that_are() {
    let folder = tempfile::tempdir().unwrap();
    Backups::new(folder.path(), "one").keep_flow(&kept("{}")).unwrap();
    let error = Backups::read(folder.path(), "two").unwrap_err();
    assert!(matches!(&error, BackupError::NoRun { runs, .. } if *runs == ["one"]), "{error:?}");
    for name in ["", "..", "../one", "one/", "a\\b"] {
        assert!(matches!(Backups::read(folder.path(), name), Err(BackupError::Name(_))), "{name}");
    }
}

#[test]
fn an_index_that_was_tampered_with_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let flow = KeptFlow { draft: Some("{}".into()), ..kept("{}") };
    Backups::new(folder.path(), "run").keep_flow(&flow).unwrap();
    let path = folder.path().join("backup/run/index.json");
    let good = fs::read_to_string(&path).unwrap();
    for (from, to) in [
        ("flow-main-ivr.json", "../../../etc/passwd"),
        ("flow-main-ivr.draft.json", "../../../etc/passwd"),
        ("flowbind.backup/v1", "flowbind.backup/v9"),
        ("\"flow/main-ivr\"", "7"),
        ("\"CONTACT_FLOW\"", "\"\""),
    ] {
        assert!(good.contains(from), "{good}");
        fs::write(&path, good.replacen(from, to, 1)).unwrap();
        assert!(matches!(Backups::read(folder.path(), "run"), Err(BackupError::Index { .. })), "{to}");
    }
}

#[test]
fn what_is_no_file_or_too_large_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    Backups::new(folder.path(), "run").keep_flow(&kept("{}")).unwrap();
    let refused = |why: &str| {
        let error = Backups::read(folder.path(), "run").unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(matches!(error, BackupError::Read { .. }) && source.contains(why), "{error}: {source}");
    };
    for (name, limit) in [("flow-main-ivr.json", MAX_CONTENT), ("index.json", MAX_INDEX)] {
        let path = folder.path().join("backup/run").join(name);
        let good = fs::read(&path).unwrap();
        fs::File::options().write(true).open(&path).unwrap().set_len(limit + 1).unwrap();
        refused("larger than");
        #[cfg(unix)]
        {
            fs::remove_file(&path).unwrap();
            std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
            refused("not a file");
        }
        drop(fs::remove_file(&path));
        fs::write(&path, good).unwrap();
    }
    assert!(Backups::read(folder.path(), "run").is_ok());
}

#[test]
fn runs_that_try_at_the_same_moment_whether_they_can_keep_something_disturb_none() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own");
    let run = |n: usize| {
        for round in 0..100 {
            let backups = Backups::new(&own, &format!("run-{n}-{round}"));
            backups.probe().unwrap_or_else(|why| panic!("{n}, {round}: {why}"));
            if n == 0 && round > 50 {
                backups.keep_flow(&kept("{}")).unwrap();
            }
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|n| scope.spawn(move || run(n))).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    assert_eq!(names(&own.join("backup")).unwrap().len(), 49);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is there");
}
