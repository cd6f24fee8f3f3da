//! Trials as JUnit XML, which the test reports of GitLab, Jenkins and others read: a suite for each flow.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::words::{name, printed, wrong};
use super::{Trials, Untried};
use crate::report::visible::visible;
use crate::resource::Address;
use crate::runtime::trial::{Case, Reply, Trial};

/// Writes trials as JUnit XML.
///
/// # Errors
/// The XML could not be written.
pub fn invoke_junit(trials: &Trials) -> std::io::Result<String> {
    let mut report = Report::new("flowbind invoke");
    let mut suites: Vec<TestSuite> = Vec::new();
    for one in &trials.all {
        let (case, test) = match one {
            Ok(trial) => (&trial.case, of_trial(trial)),
            Err(untried) => (&*untried.case, of_untried(untried)),
        };
        let flow = Address { block: None, ..case.address.clone() }.to_string();
        match suites.iter_mut().find(|suite| suite.name.as_str() == flow) {
            Some(suite) => drop(suite.add_test_case(test)),
            None => {
                let mut suite = TestSuite::new(flow);
                suite.add_test_case(test);
                suites.push(suite);
            }
        }
    }
    report.add_test_suites(suites);
    report.to_string().map_err(std::io::Error::other)
}

fn of_trial(trial: &Trial) -> TestCase {
    let troubles: Vec<_> = trial.troubles().iter().map(|trouble| wrong(trouble, &trial.case)).collect();
    let status = match troubles.as_slice() {
        [] => TestCaseStatus::success(),
        [first, ..] => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let all = troubles.iter().map(|wrong| format!("{}\nhint: {}", wrong.message, wrong.hint));
            status.set_type(first.code).set_message(clean(&first.message));
            status.set_description(clean(&all.collect::<Vec<_>>().join("\n")));
            status
        }
    };
    let mut test = test(&trial.case, status);
    test.set_time(trial.attempts.last().map(|last| last.ended).unwrap_or_default());
    if let Some(Reply::Answered(body) | Reply::Failed(body)) = trial.attempts.last().map(|last| &last.reply) {
        test.set_system_out(clean(&String::from_utf8_lossy(body)));
    }
    let lines = printed(trial);
    if !lines.is_empty() {
        test.set_system_err(clean(&lines.join("\n")));
    }
    test
}

fn of_untried(Untried { case, message, hint }: &Untried) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("not-called").set_message(clean(message));
    if let Some(hint) = hint {
        status.set_description(clean(&format!("hint: {hint}")));
    }
    test(case, status)
}

fn test(case: &Case, status: TestCaseStatus) -> TestCase {
    let mut test = TestCase::new(clean(&name(case)), status);
    test.set_classname(clean(&case.function.to_string()));
    test
}

/// Keeps lines, and shows what XML cannot hold or what steers a terminal.
fn clean(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}
