//! The status page in a real browser, where one is installed: it fits a phone and a desktop, light and dark.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flowbind::emulator::Settings;

use super::monitoring::{ask, listening};
use super::vandal::{self, world};

/// Debian's Chromium; none, with a word, where it is not installed.
fn chromium() -> Option<PathBuf> {
    let found = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].map(PathBuf::from);
    let found = found.into_iter().find(|path| path.is_file());
    if found.is_none() {
        #[expect(clippy::print_stdout, reason = "a test says why it did not run")]
        {
            println!("not run: there is no Chromium");
        }
    }
    found
}

/// Loads a page in a frame of this width, and gives the width of its content, whether it is dark, and its text's length.
fn measure(browser: &Path, folder: &Path, page: &str, width: u32, dark: bool) -> (u32, bool, usize) {
    let escaped = page.replace('&', "&amp;").replace('"', "&quot;");
    // What measures is a script of the page around: the page itself allows none.
    let around = format!(
        "<!DOCTYPE html><title>none</title><iframe id=\"f\" style=\"width:{width}px;height:844px;border:0\" srcdoc=\"{escaped}\">\
         </iframe><script>onload = () => {{ const d = document.getElementById('f').contentDocument; const light = \
         getComputedStyle(d.body).backgroundColor.match(/\\d+/g).reduce((a, b) => a + Number(b), 0) > 380; document.title = \
         [d.documentElement.scrollWidth, light ? 'light' : 'dark', d.body.innerText.length].join(' ') }}</script>"
    );
    let file = folder.join("around.html");
    std::fs::write(&file, around).unwrap();
    let scheme = if dark { "--force-dark-mode" } else { "--disable-features=WebContentsForceDark" };
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "--window-size=1400,900", scheme])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(&file)
        .stderr(Stdio::null())
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let title =
        dom.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).unwrap_or_default();
    let words: Vec<&str> = title.split(' ').collect();
    let [content, look, text] = words[..] else { panic!("it was not measured: {title}") };
    (content.parse().unwrap(), look == "dark", text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_fit_a_phone_and_a_desktop_in_light_and_dark() {
    let Some(browser) = chromium() else { return };
    let world = world(Settings::default()).await;
    vandal::plant(&world).await;
    let (mut process, address) = listening(&world, &[]);
    process.until("looked");
    ask(&address, "POST /reconcile", "");
    process.until("looked");
    let folder = tempfile::tempdir().unwrap();
    for path in ["/", "/set/acme"] {
        let page = ask(&address, &format!("GET {path}"), "").1;
        for width in [390, 1280] {
            for dark in [false, true] {
                let (content, is_dark, text) = measure(&browser, folder.path(), &page, width, dark);
                assert!(content <= width, "{path} at {width}: the content is {content} wide");
                assert_eq!(is_dark, dark, "{path} at {width}");
                assert!(text > 100, "{path} at {width}: {text} characters");
            }
        }
    }
}
