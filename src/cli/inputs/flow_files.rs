//! Flow files and manifests: named ones, and those that a walk through folders finds.

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use super::scenarios::is_scenario;
use crate::flow::decode;
use crate::flow::document::MAX_TEXT_BYTES;
use crate::lint::Linter;
use crate::manifest::{
    Disk, FileError, Files, MAX_MANIFEST_BYTES, OUTSIDE_HINT, Project, Sources, is_manifest_file,
};
use crate::report::lint::Notice;

/// A flow file.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli) struct FlowFile {
    pub(in crate::cli) path: PathBuf,
    /// Whether it stands on the command line: what a walk finds need not be a flow.
    pub(in crate::cli) named: bool,
}

/// What the command line names.
#[derive(Debug, Default)]
pub(in crate::cli) struct Inputs {
    pub(in crate::cli) flows: Vec<FlowFile>,
    pub(in crate::cli) manifests: Vec<PathBuf>,
    /// Files of scenarios.
    pub(in crate::cli) scenarios: Vec<PathBuf>,
    /// What could not be read.
    pub(in crate::cli) unread: Vec<Notice>,
    /// Whether links of folders are followed to files outside of the project.
    allow_outside: bool,
}

impl Inputs {
    /// Finds the files of the given paths, folders in the order of names; `allow_outside` follows links in
    /// folders out of the project.
    pub(in crate::cli) fn of(paths: &[PathBuf], allow_outside: bool) -> Self {
        let mut inputs = Self { allow_outside, ..Self::default() };
        for path in paths {
            match fs::metadata(path) {
                Ok(found) if found.is_dir() => inputs.walk(path),
                Ok(_) if is(path, &["yaml", "yml"]) && is_scenario(path) => {
                    inputs.scenarios.push(path.clone())
                }
                Ok(_) if is(path, &["yaml", "yml"]) => inputs.manifests.push(path.clone()),
                Ok(_) => inputs.flows.push(FlowFile { path: path.clone(), named: true }),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    inputs.unread(path, &"there is no such file or folder");
                }
                Err(error) => inputs.unread(path, &error),
            }
        }
        inputs
    }

    pub(in crate::cli) fn unread(&mut self, path: &Path, message: &impl ToString) {
        self.unread.push(Notice { file: display(path), message: message.to_string() });
    }

    /// Reads a flow file and gives it to the linter, unless it is one of `judged`, which a manifest has. Returns its name
    /// where it is a flow, which may be one that cannot be parsed; its text is in `sources` then.
    pub(in crate::cli) fn read(
        &mut self,
        file: &FlowFile,
        judged: &BTreeSet<PathBuf>,
        linter: &mut Linter<'_>,
        sources: &mut Sources,
    ) -> Option<String> {
        let FlowFile { path, named } = file;
        if !judged.is_empty() && path.canonicalize().is_ok_and(|path| judged.contains(&path)) {
            return None;
        }
        let name = display(path);
        let bytes = match Disk.read(path, MAX_TEXT_BYTES as u64) {
            Ok(bytes) => bytes,
            Err(error @ FileError::TooLarge { .. }) if !named => {
                tracing::info!("{name} is skipped: {error}, so it is not a flow");
                return None;
            }
            Err(error) => {
                self.unread(path, &error);
                return None;
            }
        };
        let text = match decode(&bytes) {
            Ok(text) => text,
            Err(error) if *named => {
                linter.undecodable(&name, &error);
                return None;
            }
            Err(error) => {
                tracing::info!("{name} is skipped: {error}");
                return None;
            }
        };
        if !linter.file(&name, &text, *named) {
            tracing::info!("{name} is skipped: it is not a flow");
            return None;
        }
        sources.insert(name.clone(), text);
        Some(name)
    }

    /// Goes through a folder and those in it. Links to folders are not followed, since they may lead in circles, and
    /// neither are hidden folders and installed packages.
    fn walk(&mut self, folder: &Path) {
        let project = Project::of(folder, &Disk, self.allow_outside);
        let mut folders = vec![folder.to_path_buf()];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
            let mut entries = match entries {
                Ok(entries) => entries,
                Err(error) => {
                    self.unread(&folder, &error);
                    continue;
                }
            };
            entries.sort_by_key(fs::DirEntry::file_name);
            let mut inside = Vec::new();
            for entry in entries {
                let name = entry.file_name();
                let hidden = name.as_encoded_bytes().starts_with(b".") || name == "node_modules";
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && !hidden => inside.push(entry.path()),
                    Ok(kind) if !kind.is_dir() => self.entry(entry.path(), kind.is_symlink(), &project),
                    Ok(_) => {}
                    Err(error) => self.unread(&entry.path(), &error),
                }
            }
            folders.extend(inside.into_iter().rev());
        }
    }

    /// A link to a file is followed within the project; whoever sends a pull request chose where it leads.
    fn entry(&mut self, path: PathBuf, link: bool, project: &Project<'_>) {
        let (json, yaml) = (is(&path, &["json"]), is(&path, &["yaml", "yml"]));
        if link && (json || yaml) {
            if fs::metadata(&path).is_ok_and(|found| found.is_dir()) {
                return;
            }
            if let Some(why) = project.refusal(&path) {
                return self.unread(&path, &format!("{why}; {OUTSIDE_HINT}"));
            }
        }
        // What is too large to be looked into may be a manifest: the loader says that it is too large.
        let may_be_a_manifest = || match Disk.read(&path, MAX_MANIFEST_BYTES as u64) {
            Ok(text) => is_manifest_file(&String::from_utf8_lossy(&text)),
            Err(error) => matches!(error, FileError::TooLarge { .. }) && begins_as_a_manifest(&path),
        };
        if json {
            self.flows.push(FlowFile { path, named: false });
        } else if yaml && may_be_a_manifest() {
            self.manifests.push(path);
        } else if yaml && is_scenario(&path) {
            self.scenarios.push(path);
        }
    }
}

fn is(path: &Path, extensions: &[&str]) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| extensions.iter().any(|wanted| extension.eq_ignore_ascii_case(wanted)))
}

/// The same for a file that is too large to be read whole, by its beginning.
fn begins_as_a_manifest(path: &Path) -> bool {
    let mut start = Vec::new();
    let file = fs::File::open(path).map(|file| file.take(1 << 16));
    file.and_then(|mut file| file.read_to_end(&mut start)).is_ok()
        && is_manifest_file(&String::from_utf8_lossy(&start))
}

/// Names a file as it was given, with `/` on every system.
pub(in crate::cli) fn display(path: &Path) -> String {
    let text = path.display().to_string();
    if MAIN_SEPARATOR == '/' { text } else { text.replace(MAIN_SEPARATOR, "/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_finds_flows_and_manifests_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for (name, text) in [
            ("b/z.json", ""),
            ("b/a.JSON", ""),
            ("a.json", ""),
            ("flow", ""),
            (".git/x.json", ""),
            ("node_modules/p/package.json", ""),
            ("m.yaml", "# a set\napiVersion: flowbind.dev/v1alpha1\n"),
            ("s.yaml", "apiVersion: flowbind.dev/v1alpha1\nkind: Scenario\n"),
            ("other.yml", "apiVersion: v1\nkind: Pod\n"),
        ] {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let inputs = Inputs::of(&[root.to_path_buf(), root.join("flow"), root.join("none")], false);
        let found = |path: &PathBuf| display(path.strip_prefix(root).unwrap());
        let flows: Vec<_> = inputs.flows.iter().map(|flow| (found(&flow.path), flow.named)).collect();
        let expected = [("a.json", false), ("b/a.JSON", false), ("b/z.json", false), ("flow", true)];
        assert_eq!(flows, expected.map(|(name, named)| (name.to_owned(), named)));
        assert_eq!(inputs.manifests, [root.join("m.yaml")]);
        assert_eq!(inputs.scenarios, [root.join("s.yaml")]);
        assert_eq!(inputs.unread.len(), 1);
        assert!(inputs.unread[0].file.ends_with("/none"));
    }

    #[test]
    fn a_manifest_that_is_too_large_is_one_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let text = "apiVersion: flowbind.dev/v1alpha1\n# ".to_owned() + &"x".repeat(MAX_MANIFEST_BYTES);
        fs::write(folder.path().join("m.yaml"), text).unwrap();
        fs::write(folder.path().join("other.yaml"), "# ".to_owned() + &"x".repeat(MAX_MANIFEST_BYTES))
            .unwrap();
        assert_eq!(Inputs::of(&[folder.path().to_owned()], false).manifests, [folder.path().join("m.yaml")]);
    }

    #[test]
    #[cfg(unix)]
    fn a_link_that_leaves_the_project_is_followed_only_if_that_is_allowed() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("far.json"), "{}").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("flows")).unwrap();
        fs::create_dir(root.join(".git")).unwrap();
        fs::write(root.join("near.json"), "{}").unwrap();
        let link = |to: &Path, name: &str| {
            std::os::unix::fs::symlink(to, root.join("flows").join(name)).unwrap();
        };
        link(&outside.path().join("far.json"), "a.json");
        link(&root.join("near.json"), "b.json");
        link(Path::new("/dev/zero"), "c.yaml");
        let found = |allowed: bool| {
            let inputs = Inputs::of(&[root.join("flows")], allowed);
            let names = |paths: Vec<PathBuf>| {
                let names = paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
                names.collect::<Vec<_>>()
            };
            let flows = names(inputs.flows.into_iter().map(|flow| flow.path).collect());
            (flows, names(inputs.unread.iter().map(|notice| PathBuf::from(&notice.file)).collect()))
        };
        let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(found(false), (texts(&["b.json"]), texts(&["a.json", "c.yaml"])));
        assert_eq!(found(true), (texts(&["a.json", "b.json"]), texts(&[])));
    }
}
