//! What a flow is to hold: its file with the tokens replaced and the bindings laid over it, or the live text with the
//! bound blocks set.

use std::collections::{BTreeMap, BTreeSet};

use super::Site;
use crate::flow::patch::BlockValues;
use crate::flow::template::{Attribute, Token};
use crate::flow::{self, FlowText, InvocationKind};
use crate::manifest::{self, FlowFile, NamedKind, named_content, named_on_instance};
use crate::plan::model::{LateText, Pending, pick};
use crate::plan::planner::builder::PlanBuilder;
use crate::resource::{Code, InstanceArn, Kind, Label, Problem};
use crate::snapshot::{FlowIds, FlowSeen, Look, Resolved};

impl Site<'_> {
    /// The flows and modules of the set that this one names.
    pub(in crate::plan) fn names(&self) -> BTreeSet<(Kind, Label)> {
        self.flow.names.contents.clone()
    }

    /// Completes the file, as far as everything that it names is known.
    pub(in crate::plan) fn whole(
        &self,
        file: &FlowFile,
        instance: &InstanceArn,
        live: Option<FlowText>,
        builder: &mut PlanBuilder,
    ) -> Option<LateText> {
        let tokens = file.text.tokens();
        let known: BTreeMap<Token, String> = tokens
            .iter()
            .filter_map(|found| Some((found.token.clone(), self.value(&found.token, instance)?)))
            .collect();
        let pending = Pending { template: file.text.clone(), known, edits: self.edits(), live };
        let mut late = false;
        let preview = pending.resolve(|token| match named_content(token) {
            Some((key, _)) if self.will_exist(&key) => {
                late = true;
                Ok(token.to_string())
            }
            _ => Err(self.missing(token)),
        });
        match preview {
            Ok(preview) if late => Some(LateText::After { pending: Box::new(pending), preview }),
            Ok(text) => Some(LateText::Known(text)),
            Err(error) => {
                let message = format!("{}: {error}", file.path);
                builder.block(self.address(), message.clone());
                let unread = self.unread();
                let problem = if unread {
                    Problem::held(Code::FlowHeld, message)
                        .hint("fix the error that keeps flowbind from reading the list.")
                } else {
                    Problem::error(Code::FlowContent, message).hint(
                        "correct the token in the flow file, or create what it names in Amazon Connect.",
                    )
                };
                builder.problems.push(self.problem(problem));
                None
            }
        }
    }

    /// Whether a name could not be looked up because its list could not be read: a gap, not an error of the file.
    fn unread(&self) -> bool {
        self.flow.names.looked_up.iter().any(|(kind, _)| {
            matches!(self.observed.named.get(&(self.instance.clone(), *kind)), Some(Look::Unknown) | None)
        })
    }

    fn missing(&self, token: &Token) -> String {
        let Some((kind, name, _)) = named_on_instance(token) else {
            return format!("{token} has no value on instance/{}", self.instance);
        };
        let word = match kind {
            NamedKind::Queue => "queue",
            NamedKind::Prompt => "prompt",
            NamedKind::Hours => "hours of operation",
        };
        match self.observed.named.get(&(self.instance.clone(), kind)) {
            Some(Look::Found(list)) => {
                let hint = manifest::suggest(name, list.keys().map(String::as_str));
                let hint = hint.map(|hint| format!(": {hint}")).unwrap_or_default();
                format!("instance/{} has no {word} named `{name}`{hint}", self.instance)
            }
            _ => format!("the {word} `{name}` of instance/{} could not be looked up", self.instance),
        }
    }

    fn value(&self, token: &Token, instance: &InstanceArn) -> Option<String> {
        if let Some((kind, name, attribute)) = named_on_instance(token) {
            let list = self.observed.named.get(&(self.instance.clone(), kind))?.found()?;
            return list.get(name).map(|ids| pick(ids, attribute));
        }
        if let Some(((kind, name), attribute)) = named_content(token) {
            return Some(pick(&self.live_ids(kind, &name)?, attribute));
        }
        match token {
            Token::Function(name) => {
                let function = self.desired.functions.get(&Label::parse(name).ok()?)?;
                Some(function.target.arn().to_string())
            }
            Token::Instance(Attribute::Arn) => Some(instance.to_string()),
            Token::Instance(Attribute::Id) => Some(instance.id.clone()),
            Token::Value(name) => self.desired.instances.get(self.instance)?.values.get(name).cloned(),
            _ => None,
        }
    }

    /// The ids of another flow of the set on this instance, whatever it is called there.
    fn live_ids(&self, kind: Kind, name: &Label) -> Option<FlowIds> {
        let key = (kind, self.instance.clone(), name.clone());
        if let Some(Look::Found(FlowSeen { summary, .. })) = self.observed.flows.get(&key) {
            return Some(FlowIds { id: summary.id.clone(), arn: summary.arn.clone() });
        }
        match self.observed.resolved.get(&key)? {
            Resolved::Is(ids) => Some(ids.clone()),
            _ => None,
        }
    }

    fn will_exist(&self, (kind, name): &(Kind, Label)) -> bool {
        let flow = self.desired.content(*kind, name);
        flow.is_some_and(|flow| flow.content.is_some() && flow.instances.contains(self.instance))
    }

    /// Sets the bound blocks of a live text; tells of each block that is not there.
    pub(in crate::plan) fn patched(&self, live: &FlowText, builder: &mut PlanBuilder) -> Option<FlowText> {
        let mut bound = true;
        for (block, binding) in &self.flow.bindings {
            if let Err(error) = live.patched(&[(block.clone(), self.values(binding))]) {
                bound = false;
                let address = self.address().block(block);
                let message = format!("{} `{}`: {error}", self.kind, self.flow.name);
                let hint =
                    "name the block as the published flow does, by its identifier or its friendly name.";
                let problem = Problem::error(Code::BlockNotFound, message).on(&address).at(&binding.origin);
                builder.problems.push(problem.hint(hint));
            }
        }
        if !bound {
            builder.block(self.address(), "a bound block is missing");
            return None;
        }
        live.patched(&self.edits()).ok()
    }

    fn edits(&self) -> Vec<(String, BlockValues)> {
        self.flow.bindings.iter().map(|(block, binding)| (block.clone(), self.values(binding))).collect()
    }

    fn values(&self, binding: &manifest::Binding) -> BlockValues {
        let function = self.desired.functions.get(&binding.function);
        BlockValues {
            function_arn: function.map(|f| f.target.arn().to_string()),
            display_name: function.map(|f| f.target.name.clone()),
            time_limit: binding.time_limit,
            invocation: binding.invocation.map(|i| match i {
                manifest::Invocation::Sync => InvocationKind::Sync,
                manifest::Invocation::Async => InvocationKind::Async,
            }),
            response_type: binding.response_type.map(|r| match r {
                manifest::ResponseType::StringMap => flow::ResponseType::StringMap,
                manifest::ResponseType::Json => flow::ResponseType::Json,
            }),
            parameters: binding.parameters.clone(),
        }
    }
}
