//! Tests as workflow commands of GitHub Actions, at the lines of the scenarios.

use super::words::{name, wrongs};
use super::{Test, Tests};
use crate::report::github::{Annotation, Level, commands};
use crate::simulate::Part;

/// Writes a command for everything that is not as it must be.
pub fn test_github(tests: &Tests<'_>) -> String {
    let failures = tests.all.iter().flat_map(of_test);
    let coverage = tests.least.filter(|_| !tests.is_covered()).map(|least| {
        let (blocks, branches) = (tests.coverage.share(Part::Blocks), tests.coverage.branches());
        Annotation {
            level: Level::Error,
            place: None,
            end_column: None,
            title: "too little is covered".to_owned(),
            lines: vec![format!(
                "blocks {} %, branches {} %; --min-coverage asks for {least} %",
                blocks.percent(),
                branches.percent()
            )],
        }
    });
    commands(failures.chain(coverage).collect(), "flowbind test --output text")
}

fn of_test(test: &Test<'_>) -> Vec<Annotation> {
    let annotation = |wrong: super::words::Wrong| Annotation {
        level: Level::Error,
        place: wrong.origin,
        end_column: None,
        title: format!("{}: flow/{}", name(test), test.played.simulation.subject.flow),
        lines: [wrong.message].into_iter().chain(wrong.hint.map(|hint| format!("hint: {hint}"))).collect(),
    };
    wrongs(test).into_iter().map(annotation).collect()
}
