//! A process that stays: rounds without end, against the embedded AWS, with a clock of the test's own.

#[cfg(unix)]
mod browser;
mod keeper;
#[cfg(unix)]
mod monitoring;
#[cfg(unix)]
mod process;
mod rounds;
mod two;
mod vandal;
