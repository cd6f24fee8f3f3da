//! What is wrong in a flow file: the very words, at the very place.

use super::*;

#[test]
fn text_that_is_not_json_is_reported_in_the_flow_file() {
    let found = breaks_flow(r#""StartAction": "7f","#, r#""StartAction": "7f""#);
    assert_eq!(
        found,
        [r#"flows/main.json:4:3 bad-flow: this is not JSON: a `,` is missing in front of this"#,]
    );
}

#[test]
fn a_flow_without_actions_is_reported() {
    let found = breaks_flow(r#""Actions": ["#, r#""Aktionen": ["#);
    assert_eq!(
        found,
        [
            "flows/main.json:1:1 bad-flow: not a flow: there is neither `Actions` (flow language) nor `modules` (older export)",
        ]
    );
}

#[test]
fn a_legacy_export_is_reported() {
    let found = lines(load_texts(GOOD, r#"{"modules": [], "start": "a", "type": "contactFlow"}"#));
    assert_eq!(
        found,
        [
            "flows/main.json:1:1 legacy-flow: this flow is in the console's older export format, which the API does not accept (import it in the flow designer once, and export it through the API)",
        ]
    );
}

#[test]
fn an_unknown_token_gets_the_nearest() {
    let found = breaks_flow("${function.crm.arn}", "${funktion.crm.arn}");
    assert_eq!(
        found,
        [
            "flows/main.json:7:45 bad-token: unknown token `${funktion.crm.arn}`; did you mean `function`?; a literal `${` is written `$${`",
        ]
    );
}

#[test]
fn a_token_of_an_unknown_function_gets_the_nearest() {
    let found = breaks_flow("${function.crm.arn}", "${function.cmr.arn}");
    assert_eq!(
        found,
        ["flows/main.json:7:45 unknown-function: no function is named `cmr` (did you mean `crm`?)",]
    );
}

#[test]
fn a_token_of_an_unknown_flow_gets_the_nearest() {
    let found = breaks_flow("${flow.desk.id}", "${flow.disk.id}");
    assert_eq!(
        found,
        ["flows/main.json:10:45 unknown-flow: no flow is named `disk` (did you mean `desk`?)",]
    );
}

#[test]
fn a_token_of_an_unknown_value_gets_the_nearest() {
    let found = breaks_flow("${value.bot}", "${value.boot}");
    assert_eq!(
        found,
        [
            "flows/main.json:10:32 unknown-value: the instance `support` has no value named `boot` (did you mean `bot`?)",
        ]
    );
}

#[test]
fn a_token_of_an_unknown_variable_gets_the_nearest() {
    let found = breaks_flow("$${x} ${var.stage}", "${var.stag}");
    assert_eq!(
        found,
        ["flows/main.json:10:77 bad-token: no variable is named `stag`; did you mean `stage`?",]
    );
}

#[test]
fn an_unknown_attribute_is_reported() {
    let found = breaks_flow("${flow.desk.id}", "${flow.desk.name}");
    assert_eq!(
        found,
        [
            "flows/main.json:10:45 bad-token: unknown attribute `name`; there is `.arn` or `.id`; a literal `${` is written `$${`",
        ]
    );
}

#[test]
fn an_ambiguous_block_lists_its_identifiers() {
    let found = breaks_flow(
        r#""7f": { "name": "Lookup caller" }"#,
        r#""7f": { "name": "Lookup caller" }, "end": { "name": "Lookup caller" }"#,
    );
    assert_eq!(
        found,
        [
            "m/a.yaml:29:9 ambiguous-block: flows/main.json has 2 blocks named `Lookup caller` (use an identifier: `7f`, `end`)",
        ]
    );
}

#[test]
fn a_flow_without_lambda_blocks_says_so() {
    let found = breaks_flow(r#""InvokeLambdaFunction""#, r#""InvokeExternal""#);
    assert_eq!(
        found,
        [
            "m/a.yaml:29:9 unknown-block: the block `Lookup caller` in flows/main.json is of type `InvokeExternal`, not InvokeLambdaFunction (the flow has no block of type InvokeLambdaFunction)",
        ]
    );
}

#[test]
fn blocks_with_one_identifier_cannot_be_bound() {
    let found = breaks_flow(r#""end", "Type": "Disc"#, r#""7f", "Type": "Disc"#);
    assert_eq!(
        found,
        [
            "m/a.yaml:29:9 ambiguous-block: flows/main.json has 2 blocks named `Lookup caller` (use an identifier: `7f`, `7f`)",
            "flows/main.json:12:21 bad-flow: a second action has the identifier `7f`; identifiers must differ",
        ]
    );
}

#[test]
fn a_start_that_leads_nowhere_is_reported() {
    let found = breaks_flow(r#""StartAction": "7f""#, r#""StartAction": "8f""#);
    assert_eq!(
        found,
        ["flows/main.json:3:18 bad-flow: `StartAction` names `8f`, and no action has this identifier",]
    );
}

#[test]
fn an_identifier_is_judged_with_its_variables_and_shown_where_it_is_written() {
    let found = breaks_flow("say-${var.stage}", "${var.stage}:say");
    assert_eq!(
        found,
        ["flows/main.json:9:21 bad-flow: the identifier `dev:say` holds `:`, which is not allowed",]
    );
}

#[test]
fn a_key_twice_in_a_flow_is_reported() {
    let found = breaks_flow(r#""Parameters": {}, "#, r#""Parameters": {}, "Parameters": {}, "#);
    assert_eq!(
        found,
        ["flows/main.json:12:93 bad-flow: the key occurs twice in its object; the last one counts",]
    );
}
