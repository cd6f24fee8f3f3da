//! The SDK's clients of one account and Region. All of them check and note what is answered, so that no operation is
//! without it, those of tomorrow too.

use aws_config::SdkConfig;

use super::answer::CheckAnswers;
use super::trace::NoteAnswers;
use crate::operations::Service;

/// The clients of one account and Region.
#[derive(Debug)]
pub(in crate::aws) struct Clients {
    pub(in crate::aws) connect: aws_sdk_connect::Client,
    pub(in crate::aws) lambda: aws_sdk_lambda::Client,
    pub(in crate::aws) iam: aws_sdk_iam::Client,
    pub(in crate::aws) sts: aws_sdk_sts::Client,
}

impl Clients {
    /// Makes them; calls nothing.
    pub(in crate::aws) fn new(config: &SdkConfig) -> Self {
        macro_rules! client {
            ($sdk:ident, $service:ident) => {
                $sdk::Client::from_conf(
                    $sdk::config::Builder::from(config)
                        .interceptor(CheckAnswers(Service::$service))
                        .interceptor(NoteAnswers)
                        .build(),
                )
            };
        }
        Self {
            connect: client!(aws_sdk_connect, Connect),
            lambda: client!(aws_sdk_lambda, Lambda),
            iam: client!(aws_sdk_iam, Iam),
            sts: client!(aws_sdk_sts, Sts),
        }
    }
}
