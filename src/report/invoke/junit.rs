//! Trials as JUnit XML, which the test reports of GitLab, Jenkins and others read: a suite for each flow.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::words::{is_example, name, printed, wrong};
use super::{Trials, Untried};
use crate::report::document::Failed;
use crate::report::junit::clean;
use crate::resource::{Address, FunctionRef};
use crate::runtime::contact::Shape;
use crate::runtime::trial::Trial;

/// Writes trials as JUnit XML.
///
/// # Errors
/// The XML could not be written.
pub fn invoke_junit(trials: &Trials) -> std::io::Result<String> {
    let mut report = Report::new("flowbind invoke");
    let mut suites: Vec<TestSuite> = Vec::new();
    for one in &trials.all {
        let (address, test) = match one {
            Ok(trial) => (&trial.case.address, of_trial(trial)),
            Err(untried) => (&untried.address, of_untried(untried)),
        };
        let flow = clean(&Address { block: None, ..address.clone() }.to_string());
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

/// Writes as JUnit XML that no function was called, and why: a report without a test would pass.
///
/// # Errors
/// The XML could not be written.
pub fn failed_junit(failed: &Failed) -> std::io::Result<String> {
    let Failed { command, found, error } = failed;
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    let problems = found.problems.iter().map(|problem| format!("{}: {}", problem.code, problem.message));
    let lines: Vec<String> = problems.chain(error.lines()).collect();
    status.set_type("failed").set_message(clean(&error.message)).set_description(clean(&lines.join("\n")));
    let name = format!("flowbind {command}");
    let mut suite = TestSuite::new(name.clone());
    suite.add_test_case(TestCase::new(failed.title(), status));
    let mut report = Report::new(name);
    report.add_test_suite(suite);
    report.to_string().map_err(std::io::Error::other)
}

fn of_trial(trial: &Trial) -> TestCase {
    let troubles: Vec<_> = trial.troubles().iter().map(|trouble| wrong(trouble, trial)).collect();
    let status = match troubles.as_slice() {
        [] if is_example(&trial.ran) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message("no code ran: the answer is `response.example` of the manifest");
            status
        }
        [] => TestCaseStatus::success(),
        [first, ..] => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let all = troubles.iter().map(|wrong| format!("{}\nhint: {}", wrong.message, wrong.hint));
            status.set_type(first.code).set_message(clean(&first.message));
            status.set_description(clean(&all.collect::<Vec<_>>().join("\n")));
            status
        }
    };
    let case = &trial.case;
    let mut test = test(&case.address, case.shape, Some(&case.function), status);
    test.set_time(trial.attempts.last().map(|last| last.ended).unwrap_or_default());
    if let Some(body) = trial.body() {
        test.set_system_out(clean(&String::from_utf8_lossy(body)));
    }
    let lines = printed(trial);
    if !lines.is_empty() {
        test.set_system_err(clean(&lines.join("\n")));
    }
    test
}

fn of_untried(untried: &Untried) -> TestCase {
    let Untried { address, shape, function, message, hint, may_have_run, .. } = untried;
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(if *may_have_run { "without-answer" } else { "not-called" }).set_message(clean(message));
    if let Some(hint) = hint {
        status.set_description(clean(&format!("hint: {hint}")));
    }
    test(address, *shape, function.as_ref(), status)
}

fn test(
    address: &Address,
    shape: Option<Shape>,
    function: Option<&FunctionRef>,
    status: TestCaseStatus,
) -> TestCase {
    let mut test = TestCase::new(clean(&name(address, shape)), status);
    if let Some(function) = function {
        test.set_classname(clean(&function.to_string()));
    }
    test
}
