//! The declared runtime of a function, and the interpreter of this machine that stands in for it.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::processes::{Limits, Order};
use super::{confined, contained};

/// What a runtime of Lambda is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// Node.js, with the number in the runtime's name.
    Node(u32),
    Python,
    /// An executable named `bootstrap` in the package.
    Provided,
}

impl Family {
    /// Reads the name of a runtime, such as `nodejs22.x`.
    pub(super) fn of(runtime: &str) -> Option<Self> {
        if let Some(rest) = runtime.strip_prefix("nodejs") {
            return rest.split('.').next()?.parse().ok().map(Self::Node);
        }
        if runtime.starts_with("python") {
            return Some(Self::Python);
        }
        (runtime == "provided" || runtime.starts_with("provided.")).then_some(Self::Provided)
    }

    /// The program that is looked for, and how it says its path, its version, and what it is installed below.
    fn program(self) -> Option<(&'static str, [&'static str; 2])> {
        match self {
            Self::Node(_) => Some(("node", ["-p", NODE])),
            Self::Python => Some(("python3", ["-c", PYTHON])),
            Self::Provided => None,
        }
    }

    /// What a user has to install.
    fn wanted(self) -> &'static str {
        match self {
            Self::Node(_) => "Node.js 20 or later (`node`)",
            Self::Python => "Python 3.9 or later (`python3`)",
            Self::Provided => "nothing",
        }
    }
}

/// An interpreter of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Interpreter {
    /// Where it is; empty for a `bootstrap` of the package.
    pub(super) path: PathBuf,
    /// Such as `v22.1.0` or `3.12.1`.
    pub(super) version: String,
    /// The user it runs as, in place of root.
    pub(super) user: Option<u32>,
    /// What it may read.
    pub(super) readable: Vec<PathBuf>,
}

/// How each says its path, its version, and what it is installed below.
const NODE: &str =
    "[process.execPath, process.version, path.dirname(path.dirname(process.execPath))].join('\\n')";
const PYTHON: &str = "import sys, platform; print(sys.executable, platform.python_version(), sys.prefix, sys.base_prefix, sep='\\n')";
/// What an interpreter may take to say so.
const LIMITS: Limits = Limits { memory: 1 << 30, storage: 1 << 20 };

/// Nobody: owns nothing, and may do nothing that root may.
const NOBODY: u32 = 65_534;

/// Whom functions run as, in place of root.
pub(super) fn instead_of_root() -> Option<u32> {
    rustix::process::geteuid().is_root().then_some(NOBODY)
}

impl Interpreter {
    /// Looks for it along `path`, as it will run: as root, one that another user can run. `supervisor` contains it.
    pub(super) fn find(family: Family, path: &OsStr, supervisor: &Path) -> Result<Self, String> {
        let user = instead_of_root();
        let readable = |prefixes: &[PathBuf]| confined::readable(prefixes, path);
        let Some((name, asking)) = family.program() else {
            let (path, version) = (PathBuf::new(), String::new());
            return Ok(Self { path, version, user, readable: readable(&[]) });
        };
        let there: Vec<PathBuf> = std::env::split_paths(path)
            .map(|folder| folder.join(name))
            .filter(|file| file.is_file())
            .collect();
        let found = there.iter().find_map(|program| {
            let (found, prefixes) = ask(program, asking, path, user)?;
            let narrow = Self { readable: readable(&prefixes), ..found.clone() };
            // What needs more than is known of it may read everything, as without confinement.
            let wide = Self { readable: vec![PathBuf::from("/")], ..found };
            [narrow, wide].into_iter().find(|interpreter| interpreter.runs(asking, supervisor))
        });
        let only_root =
            user.is_some() && there.iter().any(|program| ask(program, asking, path, None).is_some());
        found.ok_or_else(|| {
            let wanted = family.wanted();
            match only_root {
                true => format!(
                    "`{name}` can be run by root only, and functions do not run as root. Install {wanted} for all users, such as in /usr/local, or start the embedded AWS as another user"
                ),
                false => format!(
                    "there is no `{name}` in the PATH of the embedded AWS. Install {wanted}, then start it again"
                ),
            }
        })
    }

    /// Whether it runs contained.
    fn runs(&self, asking: [&str; 2], supervisor: &Path) -> bool {
        let order = Order {
            program: self.path.to_string_lossy().into_owned(),
            arguments: asking.map(str::to_owned).to_vec(),
            variables: Vec::new(),
            directory: "/".to_owned(),
            remove: String::new(),
            readable: self.readable.clone(),
            limits: LIMITS,
            user: self.user,
        };
        let mut command = contained::command(supervisor, &order);
        let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output();
        output.is_ok_and(|output| output.status.success() && !output.stdout.is_empty())
    }

    /// Says what ran a function, where that is not what it declares.
    pub(super) fn differs(&self, family: Family, runtime: &str) -> Option<String> {
        let version = self.version.trim_start_matches('v');
        let (declared, name) = match family {
            Family::Node(_) => (runtime.strip_prefix("nodejs")?.trim_end_matches(".x"), "Node.js"),
            Family::Python => (runtime.strip_prefix("python")?, "Python"),
            Family::Provided => return None,
        };
        let same =
            version.strip_prefix(declared).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        (!same).then(|| format!("{runtime} ran on {name} {version}"))
    }
}

/// Asks a program who it is, and what it is installed below: what lies in `PATH` may be a script that chooses one.
fn ask(
    program: &Path,
    asking: [&str; 2],
    path: &OsStr,
    user: Option<u32>,
) -> Option<(Interpreter, Vec<PathBuf>)> {
    let mut command = Command::new(program);
    command
        .args(asking)
        .env_clear()
        .env("PATH", path)
        .current_dir("/")
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut lines = text.lines().map(str::trim);
    let (path, version) = (PathBuf::from(lines.next()?), lines.next()?.to_owned());
    let prefixes = lines.filter(|line| !line.is_empty()).map(PathBuf::from).collect();
    Some((Interpreter { path, version, user, readable: Vec::new() }, prefixes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_names_its_family() {
        assert_eq!(Family::of("nodejs24.x"), Some(Family::Node(24)));
        assert_eq!(Family::of("python3.13"), Some(Family::Python));
        assert_eq!(Family::of("provided.al2023"), Some(Family::Provided));
        for other in ["java21", "dotnet8", "ruby3.3", "nodejs", "providedx", ""] {
            assert_eq!(Family::of(other), None, "{other}");
        }
    }

    #[test]
    fn another_interpreter_than_the_declared_one_is_named() {
        let found = |version: &str| Interpreter {
            path: PathBuf::new(),
            version: version.to_owned(),
            user: None,
            readable: Vec::new(),
        };
        assert_eq!(found("v22.3.1").differs(Family::Node(22), "nodejs22.x"), None);
        assert_eq!(
            found("v20.3.1").differs(Family::Node(22), "nodejs22.x"),
            Some("nodejs22.x ran on Node.js 20.3.1".to_owned())
        );
        assert_eq!(found("3.12.1").differs(Family::Python, "python3.12"), None);
        assert!(found("3.12.1").differs(Family::Python, "python3.1").is_some());
    }

    #[test]
    fn a_missing_interpreter_says_what_to_install() {
        let empty = tempfile::tempdir().unwrap();
        let refused =
            Interpreter::find(Family::Node(22), empty.path().as_os_str(), Path::new("/none")).unwrap_err();
        assert!(refused.contains("no `node`") && refused.contains("Install Node.js"), "{refused}");
    }
}
