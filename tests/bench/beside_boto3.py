#!/usr/bin/env python3
"""What an engineer writes with boto3 to do what a manifest of flowbind does: one of the tools that `beside` compares.

usage: beside_boto3.py apply|check WANTED [RETRIES]

WANTED is JSON: `instances`, by id, with the functions that each may call (`NAME` or `NAME:ALIAS`), and `blocks`, the
blocks of flows that invoke one. `apply` associates what is missing and grants without looking, since the answer to a
statement that exists already is an error that can be ignored. `check` ends with 2 if something differs. Retries are
boto3's own, in mode `standard` or, if RETRIES says so, `adaptive`, which slows down when it is throttled; 4 calls are
on their way at once.
"""

import concurrent.futures
import json
import sys

import boto3
from botocore.config import Config

AT_ONCE = 4


class Wanted:
    """What should be, and the clients to bring it about."""

    def __init__(self, path, retries="standard"):
        with open(path, encoding="utf-8") as file:
            wanted = json.load(file)
        self.account, self.region = wanted["account"], wanted["region"]
        self.instances, self.blocks = wanted["instances"], wanted["blocks"]
        config = Config(retries={"mode": retries, "max_attempts": 10}, max_pool_connections=AT_ONCE)
        self.connect = boto3.client("connect", region_name=self.region, config=config)
        self.awslambda = boto3.client("lambda", region_name=self.region, config=config)

    def function(self, called):
        """The ARN that an instance lists: the function's, without alias."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{called.partition(':')[0]}"

    def instance(self, instance):
        return f"arn:aws:connect:{self.region}:{self.account}:instance/{instance}"

    def pairs(self):
        return [(instance, called) for instance, functions in self.instances.items() for called in functions]

    def associated(self, instance):
        pages = self.connect.get_paginator("list_lambda_functions").paginate(InstanceId=instance)
        return {arn for page in pages for arn in page["LambdaFunctions"]}

    def flow(self, block):
        """The id of a block's flow, its published content and the block in it."""
        pages = self.connect.get_paginator("list_contact_flows").paginate(InstanceId=block["instance"])
        flows = [flow for page in pages for flow in page["ContactFlowSummaryList"]]
        flow_id = next(flow["Id"] for flow in flows if flow["Name"] == block["flow"])
        flow = self.connect.describe_contact_flow(InstanceId=block["instance"], ContactFlowId=flow_id)
        content = json.loads(flow["ContactFlow"]["Content"])
        action = next(action for action in content["Actions"] if action["Identifier"] == block["block"])
        return flow_id, content, action

    def parameters(self, block):
        name, _, alias = block["function"].partition(":")
        arn = self.function(name)
        return {
            "LambdaFunctionARN": f"{arn}:{alias}" if alias else arn,
            "InvocationTimeLimitSeconds": block["seconds"],
        }


def apply(wanted):
    associated = {instance: wanted.associated(instance) for instance in wanted.instances}

    def ensure(pair):
        instance, called = pair
        arn, (name, _, alias) = wanted.function(called), called.partition(":")
        if arn not in associated[instance]:
            wanted.connect.associate_lambda_function(InstanceId=instance, FunctionArn=arn)
        try:
            wanted.awslambda.add_permission(
                FunctionName=name,
                **({"Qualifier": alias} if alias else {}),
                StatementId=f"call-from-{instance}",
                Action="lambda:InvokeFunction",
                Principal="connect.amazonaws.com",
                SourceAccount=wanted.account,
                SourceArn=wanted.instance(instance),
            )
        except wanted.awslambda.exceptions.ResourceConflictException:
            pass  # The statement exists.

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ensure, wanted.pairs()))
    for block in wanted.blocks:
        flow_id, content, action = wanted.flow(block)
        if not action["Parameters"].items() >= wanted.parameters(block).items():
            action["Parameters"].update(wanted.parameters(block))
            wanted.connect.update_contact_flow_content(
                InstanceId=block["instance"], ContactFlowId=flow_id, Content=json.dumps(content)
            )
    return []


def check(wanted):
    problems = []
    for instance, functions in wanted.instances.items():
        there, declared = wanted.associated(instance), {wanted.function(called) for called in functions}
        problems += [f"{arn} is not associated with {instance}" for arn in sorted(declared - there)]
        problems += [f"{arn} is associated with {instance} and not declared" for arn in sorted(there - declared)]

    def grant(pair):
        instance, called = pair
        name, _, alias = called.partition(":")
        try:
            answer = wanted.awslambda.get_policy(FunctionName=name, **({"Qualifier": alias} if alias else {}))
        except wanted.awslambda.exceptions.ResourceNotFoundException:
            statements = []
        else:
            statements = json.loads(answer["Policy"])["Statement"]
        if any(lets(statement, wanted.instance(instance)) for statement in statements):
            return []
        return [f"the policy of {called} does not let {instance} call it"]

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        problems += [problem for found in pool.map(grant, wanted.pairs()) for problem in found]
    for block in wanted.blocks:
        _, _, action = wanted.flow(block)
        if not action["Parameters"].items() >= wanted.parameters(block).items():
            problems.append(f"block {block['block']} of flow {block['flow']} differs")
    return problems


def lets(statement, instance):
    """Whether a statement lets an instance call the function."""
    return (
        statement["Effect"] == "Allow"
        and statement["Principal"] == {"Service": "connect.amazonaws.com"}
        and statement["Action"] == "lambda:InvokeFunction"
        and statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn") == instance
    )


def main():
    if len(sys.argv) not in (3, 4) or sys.argv[1] not in ("apply", "check"):
        sys.exit(__doc__)
    wanted = Wanted(*sys.argv[2:])
    problems = apply(wanted) if sys.argv[1] == "apply" else check(wanted)
    for problem in problems:
        print(problem)
    sys.exit(2 if problems else 0)


if __name__ == "__main__":
    main()
