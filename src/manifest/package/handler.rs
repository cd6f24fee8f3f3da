//! Whether a package holds the file that its handler is in, for the runtimes whose rule is a file's name, and what the
//! handler looks like there.

use super::super::model::Source;
use super::super::reading::log::quote;
use super::{Fault, javascript, zip};

/// Says which file is missing, of a package with these names in order.
pub(in super::super) fn missing(runtime: &str, handler: &str, names: &[String]) -> Option<Fault> {
    // A layer is unpacked into `/opt`; of a zip file no name is known.
    if names.is_empty() || handler.starts_with('/') {
        return None;
    }
    let (folder, last) = handler.rsplit_once('/').map_or(("", handler), |(folder, last)| (folder, last));
    let (module, endings): (String, &[&str]) = if runtime.starts_with("nodejs") {
        (last.split_once('.')?.0.to_owned(), &[".js", ".mjs", ".cjs"])
    } else if runtime.starts_with("python") {
        (last.rsplit_once('.')?.0.replace('.', "/"), &[".py"])
    } else if runtime.starts_with("ruby") {
        (last.split_once('.')?.0.to_owned(), &[".rb"])
    } else {
        return None;
    };
    let module = if folder.is_empty() { module } else { format!("{folder}/{module}") };
    let module = module.trim_start_matches("./");
    let is_there = |name: &str| names.iter().any(|found| found == name);
    let starts = |begin: &str| names.iter().any(|found| found.starts_with(begin));
    // A folder may be a module, and a compiled one has the platform in its name.
    if is_there(module)
        || endings.iter().any(|ending| is_there(&format!("{module}{ending}")))
        || starts(&format!("{module}/"))
        || runtime.starts_with("python") && starts(&format!("{module}."))
    {
        return None;
    }
    let expected: Vec<String> = endings.iter().map(|ending| format!("`{module}{ending}`")).collect();
    let message = format!(
        "the handler {} is in {}, and the code contains no such file",
        quote(handler),
        expected.join(" or ")
    );
    let fault = Fault::new(message);
    if is_there(&format!("{module}.ts")) {
        return Some(
            fault.hint(
                "Lambda does not run TypeScript: set `code:` to the folder with the compiled JavaScript",
            ),
        );
    }
    // The first file that could hold one, so that it can be copied.
    let other = names.iter().filter(|name| !name.contains('/')).find_map(|name| {
        let ending = endings.iter().find(|ending| name.ends_with(**ending))?;
        Some(name.trim_end_matches(ending))
    });
    let function = last.rsplit('.').next().unwrap_or_default();
    Some(match other {
        Some(other) => fault.hint(format!("did you mean `{other}.{function}`?")),
        None => fault.hint("name the file and the function in it, such as `index.handler`"),
    })
}

impl Source {
    /// Returns the number of parameters that the handler declares, for Node.js and as far as it shows in the package: none
    /// where the code is compressed, or the handler comes from elsewhere.
    pub fn handler_parameters(&self) -> Option<usize> {
        if !self.runtime.starts_with("nodejs") {
            return None;
        }
        let name_at = self.handler.rfind('/').map_or(0, |slash| slash + 1);
        let (module, function) = self.handler.get(name_at..)?.split_once('.')?;
        let module = format!("{}{module}", self.handler.get(..name_at)?.trim_start_matches("./"));
        // In the order in which the runtime looks.
        let bytes = ["", ".js", ".mjs", ".cjs"]
            .iter()
            .find_map(|ending| zip::stored(&self.code.zip, &format!("{module}{ending}")))?;
        javascript::parameters(std::str::from_utf8(bytes).ok()?, function)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_is_looked_for_in_the_file_that_its_runtime_reads() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for (runtime, handler, files) in [
            ("nodejs22.x", "index.handler", &["index.mjs"][..]),
            ("nodejs22.x", "src/index.handler", &["src/index.js"]),
            ("nodejs22.x", "index.api.handler", &["index.cjs"]),
            ("nodejs22.x", "/opt/nodejs/wrap.handler", &["index.js"]),
            ("python3.13", "app.main.handler", &["app/main.py"]),
            ("python3.13", "app.handler", &["app/__init__.py"]),
            ("python3.13", "app.handler", &["app.cpython-313-x86_64-linux-gnu.so"]),
            ("ruby3.4", "app.handler", &["app.rb"]),
            ("provided.al2023", "bootstrap", &["x"]),
            ("java21", "com.acme.H::go", &["com/acme/H.class"]),
            ("nodejs22.x", "index.handler", &[]),
        ] {
            assert_eq!(missing(runtime, handler, &names(files)), None, "{handler} {files:?}");
        }
        let Fault { message, hint } =
            missing("nodejs22.x", "main.handler", &names(&["index.mjs", "lib/main.js"])).unwrap();
        assert_eq!(
            message,
            "the handler `main.handler` is in `main.js` or `main.mjs` or `main.cjs`, and the code contains no such file"
        );
        assert_eq!(hint.unwrap(), "did you mean `index.handler`?");
        let typed = missing("nodejs22.x", "index.handler", &names(&["index.ts"])).unwrap();
        assert!(typed.hint.unwrap().contains("TypeScript"));
        let python = missing("python3.13", "app.handler", &names(&["main.py"])).unwrap();
        assert_eq!(
            python.message,
            "the handler `app.handler` is in `app.py`, and the code contains no such file"
        );
        assert_eq!(python.hint.unwrap(), "did you mean `main.handler`?");
    }
}
