//! The Regions of AWS.

use crate::manifest::reading::log::closest;

/// The Regions that AWS has, in all partitions (AWS General Reference, "Service endpoints"; November 2026). Another one
/// may be new, so it is only warned of.
pub(in crate::manifest) const REGIONS: [&str; 45] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-isoe-west-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eusc-de-east-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isof-east-1",
    "us-isof-south-1",
    "us-west-1",
    "us-west-2",
];

/// Returns the Region that a text is closest to, if it is close to one.
pub(super) fn close_region(text: &str) -> Option<&'static str> {
    closest(text, REGIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_sorted() {
        assert!(REGIONS.is_sorted());
    }
}
