//! The table of all operations, and which of them a request is.

pub(crate) mod absent;

use std::collections::BTreeMap;

use super::dispatch::operation::Operation;
use super::wire::{RawRequest, Service, percent_decode};
use super::{connect, iam, lambda, sts};

/// The operations of each service, a list for each file.
const SERVICES: &[&[&[Operation]]] =
    &[connect::OPERATIONS, lambda::OPERATIONS, iam::OPERATIONS, &[sts::OPERATIONS]];

/// Returns every operation that the emulator knows.
pub(crate) fn all() -> impl Iterator<Item = &'static Operation> {
    SERVICES.iter().copied().flatten().copied().flatten()
}

/// Finds the operation of a request with the labels of its path.
pub(crate) fn find(
    service: Service,
    request: &RawRequest,
    action: Option<&str>,
) -> Option<(&'static Operation, BTreeMap<&'static str, String>)> {
    if service.is_query() {
        let operation =
            all().find(|operation| operation.service == service && action == Some(operation.name))?;
        return Some((operation, BTreeMap::new()));
    }
    all()
        .filter(|operation| operation.service == service && operation.method == request.method)
        .find_map(|operation| Some((operation, labels(operation.path, &request.path)?)))
}

/// Returns whether the body of a request is handed on as it is. That of an unknown operation is not judged.
pub(crate) fn takes_payload(service: Service, request: &RawRequest) -> bool {
    !service.is_query()
        && find(service, request, None).is_none_or(|(operation, _)| operation.handler.takes_payload())
}

/// Compares a path with a template segment by segment, before decoding: an encoded slash is part of a label.
fn labels(template: &'static str, path: &str) -> Option<BTreeMap<&'static str, String>> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut found = BTreeMap::new();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        match expected.strip_prefix('{').and_then(|label| label.strip_suffix('}')) {
            Some(_) if segment.is_empty() => return None,
            Some(label) => {
                found.insert(label, percent_decode(segment));
            }
            None if expected != segment => return None,
            None => {}
        }
    }
    segments.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::call::special::NAMES;

    fn request(method: &str, path: &str) -> RawRequest {
        RawRequest { method: method.into(), path: path.into(), ..RawRequest::default() }
    }

    #[test]
    fn a_path_names_its_operation_and_labels() {
        let (operation, labels) =
            find(Service::Connect, &request("GET", "/contact-flows/i/f%3A%24SAVED"), None).expect("known");
        assert_eq!(operation.name, "DescribeContactFlow");
        assert_eq!(labels["ContactFlowId"], "f:$SAVED");
    }

    #[test]
    fn a_trailing_slash_does_not_matter_and_an_encoded_slash_is_no_separator() {
        for path in ["/2015-03-31/functions", "/2015-03-31/functions/"] {
            assert_eq!(
                find(Service::Lambda, &request("GET", path), None).expect(path).0.name,
                "ListFunctions"
            );
        }
        let (operation, labels) =
            find(Service::Connect, &request("GET", "/instance/arn%3Aaws%2Fx"), None).expect("known");
        assert_eq!((operation.name, labels["InstanceId"].as_str()), ("DescribeInstance", "arn:aws/x"));
    }

    #[test]
    fn another_service_or_method_is_unknown() {
        assert!(find(Service::Lambda, &request("GET", "/instance"), None).is_none());
        assert!(find(Service::Connect, &request("PATCH", "/instance"), None).is_none());
        assert!(find(Service::Sts, &request("POST", "/"), Some("GetFederationToken")).is_none());
    }

    #[test]
    fn the_module_page_lists_every_operation() {
        let page = include_str!("mod.rs");
        for operation in all() {
            assert!(page.contains(operation.name), "{} is not on the page", operation.name);
        }
    }

    #[test]
    fn what_is_special_is_an_operation_and_named_once() {
        for (n, (service, name, special)) in NAMES.iter().enumerate() {
            let known = all().any(|operation| (operation.service, operation.name) == (*service, *name));
            assert!(known, "{name} is no operation");
            assert!(NAMES[..n].iter().all(|(_, _, other)| other != special), "{name} twice");
        }
    }

    #[test]
    fn no_two_operations_share_a_request_or_a_name() {
        let mut seen = std::collections::BTreeSet::new();
        let mut names = std::collections::BTreeSet::new();
        for operation in all() {
            assert!(names.insert((operation.service, operation.name)), "{} twice", operation.name);
            if !operation.service.is_query() {
                let shape: Vec<&str> = operation
                    .path
                    .split('/')
                    .map(|part| if part.starts_with('{') { "{}" } else { part })
                    .collect();
                let key = (operation.service, operation.method, shape.join("/"));
                assert!(seen.insert(key), "{} is ambiguous", operation.name);
            }
        }
    }
}
