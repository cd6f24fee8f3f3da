//! Tests as JUnit XML, which the test reports of GitLab, Jenkins and others read: a suite for each flow.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::words::{name, wrongs};
use super::{Test, Tests};
use crate::report::junit::clean;

/// Writes tests as JUnit XML. The time of each is that of the contact, which is played without waiting.
///
/// # Errors
/// The XML could not be written.
pub fn test_junit(tests: &Tests<'_>) -> std::io::Result<String> {
    let mut report = Report::new("flowbind test");
    let mut suites: Vec<TestSuite> = Vec::new();
    for test in &tests.all {
        let flow = format!("flow/{}", test.played.simulation.subject.flow);
        let case = of_test(test);
        match suites.iter_mut().find(|suite| suite.name.as_str() == flow) {
            Some(suite) => drop(suite.add_test_case(case)),
            None => {
                let mut suite = TestSuite::new(flow);
                suite.add_test_case(case);
                suites.push(suite);
            }
        }
    }
    report.add_test_suites(suites);
    report.to_string().map_err(std::io::Error::other)
}

fn of_test(test: &Test<'_>) -> TestCase {
    let wrongs = wrongs(test);
    let status = match wrongs.as_slice() {
        [] => TestCaseStatus::success(),
        [first, ..] => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let all = wrongs.iter().map(|wrong| {
                let place = wrong.origin.as_ref().map(|origin| format!("{origin}: ")).unwrap_or_default();
                let hint = wrong.hint.as_ref().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
                format!("{place}{}{hint}", wrong.message)
            });
            status.set_type("expectation").set_message(clean(&first.message));
            status.set_description(clean(&all.collect::<Vec<_>>().join("\n")));
            status
        }
    };
    let simulation = &test.played.simulation;
    let mut case = TestCase::new(clean(&name(test)), status);
    case.set_classname(clean(&format!(
        "flow/{} on {}",
        simulation.subject.flow, simulation.subject.instance
    )));
    case.set_time(std::time::Duration::from_millis(simulation.state.clock_ms));
    case
}
