use super::*;

#[test]
fn what_was_saved_is_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep/state.json");
    let (mut store, state) = Store::open(&path).expect("a new file");
    assert!(state.is_none());
    store.save(&State { counter: 7, ..State::default() }).expect("saved");
    drop(store);
    let (_store, state) = Store::open(&path).expect("an old file");
    assert_eq!(state.expect("a state").counter, 7);
    assert!(!beside(&path, ".new").exists());
}

fn numbered(counter: u64) -> State {
    State { counter, ..State::default() }
}

/// A new state file, which holds state 1, and in its journal the states up to `last`.
fn journaled(path: &Path, last: u64) -> Store {
    let mut store = Store::open(path).expect("a new file").0;
    store.save(&numbered(1)).expect("saved");
    (1..last).for_each(|n| store.keep(&numbered(n), &numbered(n + 1)).expect("kept"));
    store
}

fn counter(path: &Path) -> u64 {
    Store::open(path).expect("an old file").1.expect("a state").counter
}

fn refusal(path: &Path) -> String {
    Store::open(path).expect_err("refused").to_string()
}

#[test]
fn a_journal_counts_as_far_as_it_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.json");
    let journal = beside(&path, ".journal");
    drop(journaled(&path, 4));
    let whole = std::fs::read_to_string(&journal).expect("a journal");
    let head = whole.find('\n').expect("a line") + 1;
    for missing in head..=whole.len() {
        std::fs::write(&journal, &whole[..missing]).expect("written");
        let lines = whole[..missing].lines().count() - usize::from(!whole[..missing].ends_with('\n'));
        assert_eq!(counter(&path), u64::try_from(lines).expect("few"), "{missing}");
    }
    let lines: Vec<_> = whole.lines().collect();
    for (at, wrong) in [(0, "nonsense"), (1, "nonsense"), (2, ""), (3, "[{\"at\":[\"nothing\"],\"to\":1}]")] {
        let mut lines = lines.clone();
        lines[at] = wrong;
        std::fs::write(&journal, lines.join("\n") + "\n").expect("written");
        let refusal = refusal(&path);
        assert!(refusal.contains("state.json.journal cannot be read"), "{refusal}");
        assert!(at == 3 || refusal.contains(&format!("line {}", at + 1)), "{refusal}");
    }
    std::fs::write(&journal, whole.replace("journal/v1", "journal/v2")).expect("written");
    assert!(refusal(&path).contains("its format is"), "{}", refusal(&path));
    std::fs::write(&journal, &whole).expect("written");
    assert_eq!(counter(&path), 4);
}

#[test]
fn a_copy_without_its_journal_is_not_taken_for_the_whole_state() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.json");
    let journal = beside(&path, ".journal");
    let store = journaled(&path, 4);
    let copy = folder.path().join("copy.json");
    std::fs::copy(&path, &copy).expect("copied");
    assert!(refusal(&copy).contains("copy.json.journal, which is missing"), "{}", refusal(&copy));
    std::fs::copy(&journal, beside(&copy, ".journal")).expect("copied");
    assert_eq!(counter(&copy), 4);
    // The journal of another file, or one that was begun later.
    drop(journaled(&folder.path().join("other.json"), 2));
    std::fs::copy(folder.path().join("other.json.journal"), beside(&copy, ".journal")).expect("copied");
    assert!(refusal(&copy).contains("copy.json is not complete"), "{}", refusal(&copy));
    let mut value: Value = serde_json::from_slice(&std::fs::read(&copy).expect("it")).expect("a state");
    assert!(value.as_object_mut().and_then(|members| members.remove(JOURNAL)).is_some());
    std::fs::write(&copy, value.to_string()).expect("written");
    assert_eq!(counter(&copy), 1, "somebody chose to go on without it");
    // What has ended is whole.
    store.finish(&numbered(5)).expect("saved");
    assert!(!journal.exists());
    std::fs::copy(&path, &copy).expect("copied");
    assert_eq!(counter(&copy), 5);
}

#[test]
fn an_edit_of_the_file_counts_and_so_does_its_journal() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.json");
    drop(journaled(&path, 4));
    let text = std::fs::read_to_string(&path).expect("it");
    std::fs::write(&path, text.replace("000000000000", "111122223333")).expect("written");
    let state = Store::open(&path).expect("it").1.expect("a state");
    assert_eq!((state.counter, state.default_account.as_str()), (4, "111122223333"));
    std::fs::remove_file(&path).expect("removed");
    assert!(Store::open(&path).expect("a new file").1.is_none(), "a journal alone is no state");
}

#[test]
fn a_crash_at_any_step_of_a_save_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.json");
    let names = [path.clone(), beside(&path, ".journal"), beside(&path, ".journal.new")];
    let read = || names.clone().map(|name| std::fs::read(name).ok());
    let mut store = journaled(&path, 4);
    let [old, old_journal, _] = read();
    store.save(&numbered(9)).expect("saved");
    let [new, new_journal, rest] = read();
    assert_eq!(rest, None);
    drop(store);
    let half = new_journal.clone().map(|bytes| bytes[..9].to_vec());
    for (left, counted) in [
        ([&old, &old_journal, &half], 4),
        ([&old, &old_journal, &new_journal], 4),
        ([&new, &old_journal, &new_journal], 9),
        ([&new, &new_journal, &None], 9),
        ([&new, &None, &new_journal], 9),
    ] {
        for (name, bytes) in names.iter().zip(left) {
            let _ = std::fs::remove_file(name);
            bytes.iter().for_each(|bytes| std::fs::write(name, bytes).expect("written"));
        }
        // Twice: what was found is not lost when the next one crashes too.
        assert_eq!((counter(&path), counter(&path)), (counted, counted));
    }
}

#[cfg(unix)]
#[test]
fn nobody_else_reads_its_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.json");
    drop(journaled(&path, 2));
    for suffix in ["", ".journal"] {
        let mode = std::fs::metadata(beside(&path, suffix)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{suffix}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn after_a_full_disk_the_whole_state_is_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.json");
    let mut store = journaled(&path, 2);
    let full = OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
    store.journaled.as_mut().expect("a journal").journal.lay_on(full);
    assert!(store.keep(&numbered(2), &numbered(3)).is_err());
    store.keep(&numbered(2), &numbered(4)).expect("kept");
    store.keep(&numbered(4), &numbered(5)).expect("kept");
    drop(store);
    assert_eq!(counter(&path), 5);
    let text = std::fs::read_to_string(&path).expect("it");
    assert!(text.contains("\"counter\":4"), "{text}");
}

#[test]
fn a_journal_is_folded_into_its_file_before_it_outgrows_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.json");
    let mut store = journaled(&path, 1);
    let size = |suffix| std::fs::metadata(beside(&path, suffix)).map_or(0, |file| file.len());
    let (mut state, mut folded) = (numbered(1), 0);
    for number in 0..3000 {
        let before = state.clone();
        state.sessions.insert(format!("key {number}"), "somebody with a name of some length".to_owned());
        let was = size(".journal");
        store.keep(&before, &state).expect("kept");
        folded += u32::from(size(".journal") < was);
        assert!(size(".journal") <= size("").max(SMALL) + 200);
    }
    assert!((2..6).contains(&folded), "folded {folded} times");
    drop(store);
    assert_eq!(Store::open(&path).expect("it").1.expect("a state").sessions.len(), 3000);
}

#[test]
fn a_broken_file_is_an_error_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.json");
    for text in ["{\"half\":", "{}", "{\"format\":\"flowbind.emulator/v9\"}"] {
        std::fs::write(&path, text).expect("written");
        let error = Store::open(&path).expect_err("broken");
        assert!(matches!(error, StateError::Broken { .. }), "{error}");
        assert_eq!(std::fs::read_to_string(&path).expect("still there"), text);
    }
}

#[test]
fn environment_values_are_sealed_and_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.json");
    let (mut store, _) = Store::open(&path).expect("a new file");
    let mut state = State::default();
    let variables = serde_json::json!({ "Variables": { "TOKEN": "hunter2" } });
    let mut function = crate::emulator::state::Function::default();
    function.latest.insert("Environment".to_owned(), variables.clone());
    state.region_mut("1", "eu-west-2").functions.insert("f".to_owned(), function);
    store.save(&State::default()).expect("saved");
    store.keep(&State::default(), &state).expect("kept");
    let mut later = state.clone();
    let function = later.function_mut("1", "eu-west-2", "f").expect("it");
    function.versions.insert(1, function.latest.clone());
    store.keep(&state, &later).expect("kept");
    let journal = std::fs::read_to_string(beside(&path, ".journal")).expect("a file");
    assert!(journal.contains("TOKEN") && !journal.contains("hunter2"), "{journal}");
    drop(store);
    let (mut store, state) = Store::open(&path).expect("an old file");
    let state = state.expect("a state");
    let versions = &state.function("1", "eu-west-2", "f").expect("it").versions;
    assert_eq!(versions.get(&1).expect("a version")["Environment"], variables);
    store.save(&state).expect("saved");
    assert!(!std::fs::read_to_string(&path).expect("a file").contains("hunter2"));
    drop(store);
    let (store, state) = Store::open(&path).expect("an old file");
    let state = state.expect("a state");
    assert_eq!(state.function("1", "eu-west-2", "f").expect("it").latest["Environment"], variables);
    drop(store);
    let key = beside(&path, ".key");
    std::fs::write(&key, "").expect("written");
    let error = Store::open(&path).expect_err("nobody can read it now");
    assert!(error.to_string().contains("state.json.key is empty"), "{error}");
    std::fs::write(&key, Seal::draw().expect("a key")).expect("written");
    let error = Store::open(&path).expect_err("nobody can read it now");
    assert!(error.to_string().contains("state.json.key is another key"), "{error}");
    std::fs::remove_file(&key).expect("removed");
    let error = Store::open(&path).expect_err("nobody can read it now");
    assert!(error.to_string().contains("state.json.key is missing"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_are_not_written_through_and_devices_are_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, victim) = (folder.path().join("state.json"), folder.path().join("victim"));
    std::fs::write(&victim, "mine").expect("written");
    for suffix in [".new", ".lock", ".journal.new"] {
        let link = beside(&path, suffix);
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(&victim, &link).expect("a link");
        let refused = Store::open(&path).and_then(|(mut store, _)| store.save(&State::default()));
        let said = refused.map_err(|error| format!("{error}: {:?}", std::error::Error::source(&error)));
        assert!(said.expect_err(suffix).contains("symbolic link"), "{suffix}");
        assert_eq!(std::fs::read_to_string(&victim).expect("still there"), "mine");
        std::fs::remove_file(link).expect("removed");
    }
    std::fs::write(beside(&path, ".new"), "left by a crash").expect("written");
    Store::open(&path).expect("opened").0.save(&State::default()).expect("saved");
    std::fs::remove_file(&path).expect("removed");
    std::os::unix::fs::symlink("/dev/zero", &path).expect("a link");
    assert!(Store::open(&path).is_err());
}

#[test]
fn a_second_emulator_on_one_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.json");
    let first = Store::open(&path).expect("first");
    let error = Store::open(&path).expect_err("second");
    assert!(matches!(error, StateError::Locked { .. }), "{error}");
    drop(first);
    Store::open(&path).expect("free again");
}
