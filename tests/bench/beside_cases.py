"""The cases of `beside`: what is desired, said to each tool in its own way, and the faults that are seeded.

Run as a program it seeds a fault: beside_cases.py FAULT WANTED (boto3 is needed for that alone).
"""

import json
import sys
import uuid

ACCOUNT, REGION = "111122223333", "eu-west-2"

HEAD = f"""apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: {{ name: beside }}
spec:
  accounts: {{ main: {{ id: "{ACCOUNT}" }} }}
  defaults: {{ account: main, region: {REGION} }}
"""

# What exists and is in nobody's manifest.
ELSEWHERE = HEAD.replace("beside", "elsewhere") + """  functions:
    unmanaged: { name: made-by-hand }
"""

# A flow that somebody designed in the console, with one block that is bound.
FLOW = """  flows:
    desk:
      instance: i0
      name: Desk
      type: contact-flow
      bindings:
        Look up caller: { function: caller, timeLimit: 8s, invocation: sync, responseType: string-map }
"""

FAULTS = {
    "grant-missing": "grant missing",
    "grant-on-wrong-qualifier": "grant on the wrong qualifier",
    "unmanaged-association": "unmanaged association",
    "edited-block": "edited block",
    "draft": "draft",
}


def instance_id(number):
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"instance-{number}.beside.invalid"))


def write(folder, functions, instances, faults=False):
    """Writes what flowbind reads (`manifest.yaml`) and what the others read (`wanted.json`).

    With `faults` there is also a function that is called by its alias, from a block of a flow.
    """
    names = {i: [f"fn-{i}-{n}" for n in range(functions)] for i in range(instances)}
    lists = {instance_id(i): list(of) for i, of in names.items()}
    manifest = HEAD + "  instances:\n"
    for i, of in names.items():
        manifest += f"    i{i}: {{ id: {instance_id(i)}, functions: [{', '.join(of)}] }}\n"
    manifest += "  functions:\n" + "".join(f"    {name}: {{ name: {name} }}\n" for of in names.values() for name in of)
    wanted = {"account": ACCOUNT, "region": REGION, "instances": lists, "blocks": []}
    if faults:
        manifest += "    caller: { name: caller-lookup, qualifier: live }\n" + FLOW
        called = "caller-lookup:live"
        lists[instance_id(0)].append(called)
        wanted["blocks"] = [
            {"instance": instance_id(0), "flow": "Desk", "block": "Look up caller", "function": called, "seconds": "8"}
        ]
        (folder / "elsewhere.yaml").write_text(ELSEWHERE, encoding="utf-8")
    (folder / "manifest.yaml").write_text(manifest, encoding="utf-8")
    (folder / "wanted.json").write_text(json.dumps(wanted), encoding="utf-8")


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in FAULTS:
        sys.exit(__doc__)
    # Not part of the standard library, and not needed to write the cases.
    import beside_boto3

    fault, wanted = sys.argv[1], beside_boto3.Wanted(sys.argv[2])
    connect, awslambda, instance = wanted.connect, wanted.awslambda, instance_id(0)
    if fault == "grant-missing":
        revoke(wanted, {"FunctionName": "fn-0-0"})
    elif fault == "grant-on-wrong-qualifier":
        # Version 1 is what the alias points to; a call by the alias' ARN is still refused.
        revoke(wanted, {"FunctionName": "caller-lookup", "Qualifier": "live"})
        grant = {"SourceAccount": ACCOUNT, "SourceArn": wanted.instance(instance), "Action": "lambda:InvokeFunction"}
        version = {"FunctionName": "caller-lookup", "Qualifier": "1"}
        awslambda.add_permission(**version, StatementId="by-hand", Principal="connect.amazonaws.com", **grant)
    elif fault == "unmanaged-association":
        connect.associate_lambda_function(InstanceId=instance, FunctionArn=wanted.function("made-by-hand"))
    else:
        flow_id, content, action = wanted.flow(wanted.blocks[0])
        action["Parameters"]["InvocationTimeLimitSeconds"] = "2"
        if fault == "draft":
            flow_id += ":$SAVED"
        connect.update_contact_flow_content(InstanceId=instance, ContactFlowId=flow_id, Content=json.dumps(content))


def revoke(wanted, function):
    """Removes every statement that lets the first instance call a function or its alias."""
    policy = json.loads(wanted.awslambda.get_policy(**function)["Policy"])
    for statement in policy["Statement"]:
        wanted.awslambda.remove_permission(**function, StatementId=statement["Sid"])


if __name__ == "__main__":
    main()
