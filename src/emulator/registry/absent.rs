//! The operations that AWS has and the emulator may not: a request that it refuses is named by them.
//!
//! A file for each service of the REST protocol, a line for each operation: name, method, path, and what to use in its
//! place. They are those of AWS's API models of November 2026 ("API Reference" of Lambda and of Amazon Connect).

use super::labels;
use crate::emulator::wire::{RawRequest, Service};

const LAMBDA: &str = include_str!("lambda.txt");
const CONNECT: &str = include_str!("connect.txt");

/// An operation as AWS's model has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Modelled {
    pub(crate) name: &'static str,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// What the query has to hold, `key=value`.
    query: Option<&'static str>,
    /// What can be used in its place.
    instead: Option<&'static str>,
}

/// The operations of a service; none of those that speak the query protocol, whose requests say their name.
pub(super) fn of(service: Service) -> impl Iterator<Item = Modelled> {
    let text = match service {
        Service::Lambda => LAMBDA,
        Service::Connect => CONNECT,
        Service::Iam | Service::Sts => "",
    };
    text.lines().filter_map(|line| {
        let (name, rest) = line.split_once(' ')?;
        let (method, rest) = rest.split_once(' ')?;
        let (uri, instead) = rest.split_once(' ').map_or((rest, None), |(uri, instead)| (uri, Some(instead)));
        let (path, query) = uri.split_once('?').map_or((uri, None), |(path, query)| (path, Some(query)));
        Some(Modelled { name, method, path, query, instead })
    })
}

/// Names the operation that a request is for AWS.
pub(crate) fn find(service: Service, request: &RawRequest) -> Option<Modelled> {
    let asks = |query: &str| request.query.iter().any(|(key, value)| query == format!("{key}={value}"));
    let fitting = of(service).filter(|operation| {
        operation.method == request.method
            && labels(operation.path, &request.path).is_some()
            && operation.query.is_none_or(asks)
    });
    // A path may be that of two, of which the query tells the other.
    fitting.max_by_key(|operation| operation.query.is_some())
}

/// What can be used in place of an operation, named with its service as `lambda:InvokeAsync`.
pub(crate) fn instead(service: Service, name: &str) -> Option<&'static str> {
    let (_, name) = name.split_once(':')?;
    of(service).find(|operation| operation.name == name)?.instead
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use super::*;

    #[test]
    fn what_the_emulator_has_is_where_aws_has_it() {
        let shape = |path: &str| -> Vec<String> {
            let label = |part: &str| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() };
            path.split('/').map(label).collect()
        };
        for operation in all().filter(|operation| !operation.service.is_query()) {
            let modelled = of(operation.service).find(|modelled| modelled.name == operation.name);
            let modelled = modelled.unwrap_or_else(|| panic!("AWS has no {}", operation.name));
            assert_eq!(operation.method, modelled.method, "{}", operation.name);
            assert_eq!(shape(operation.path), shape(modelled.path), "{}", operation.name);
        }
    }

    #[test]
    fn a_request_is_named_by_method_path_and_query() {
        let named = |method: &str, path: &str, query: &[(&str, &str)]| {
            let query = query.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            let request =
                RawRequest { method: method.into(), path: path.into(), query, ..RawRequest::default() };
            find(Service::Lambda, &request).map(|operation| operation.name)
        };
        let streaming = "/2021-11-15/functions/f/response-streaming-invocations";
        assert_eq!(named("POST", streaming, &[]), Some("InvokeWithResponseStream"));
        assert_eq!(named("GET", streaming, &[]), None);
        let layers = "/2018-10-31/layers";
        assert_eq!(named("GET", layers, &[("MaxItems", "1")]), Some("ListLayers"));
        assert_eq!(named("GET", layers, &[("find", "LayerVersion")]), Some("GetLayerVersionByArn"));
        assert!(of(Service::Connect).count() > 400 && of(Service::Lambda).count() > 90);
    }
}
