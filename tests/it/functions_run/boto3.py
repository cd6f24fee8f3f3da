"""What boto3 sees of functions that run: prints one JSON object, a member for each case."""

import io
import json
import sys
import time
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

NODE = """
exports.answers = async (event, context) => ({ got: event, version: context.functionVersion });
exports.fails = async () => { throw new TypeError("no such caller"); };
exports.late = async () => new Promise((done) => setTimeout(done, 60000));
exports.ends = async () => process.exit(3);
exports.nothing = async () => {};
"""
PYTHON = """
import os, time
def answers(event, context):
    print("looked up")
    return {"got": event, "version": context.function_version}
def fails(event, context): raise ValueError("no such caller")
def late(event, context): time.sleep(60)
def ends(event, context): os._exit(3)
def nothing(event, context): pass
"""
TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}

settings = dict(endpoint_url=sys.argv[1], region_name="eu-west-2", aws_access_key_id="111122223333",
                aws_secret_access_key="none", config=Config(retries={"max_attempts": 0}))
functions = boto3.client("lambda", **settings)
role = boto3.client("iam", **settings).create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))
package = io.BytesIO()
with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("index.js", NODE)
    archive.writestr("app.py", PYTHON)
time.sleep(0.5)
for language, runtime, module in [("node", "nodejs20.x", "index"), ("python", "python3.12", "app")]:
    for name in ["answers", "fails", "late", "ends", "nothing"]:
        functions.create_function(
            FunctionName=language + "-" + name, Runtime=runtime, Handler=module + "." + name, Timeout=1,
            Role=role["Role"]["Arn"], Code={"ZipFile": package.getvalue()})
        functions.get_waiter("function_active_v2").wait(FunctionName=language + "-" + name)
    functions.publish_version(FunctionName=language + "-answers")


def invoke(**arguments):
    try:
        answer = functions.invoke(**arguments)
    except ClientError as error:
        return {"code": error.response["Error"]["Code"], "message": error.response["Error"]["Message"],
                "reason": error.response.get("Reason"), "type": error.response.get("Type"),
                "status": error.response["ResponseMetadata"]["HTTPStatusCode"]}
    payload = answer["Payload"].read().decode()
    return {"status": answer["StatusCode"], "error": answer.get("FunctionError"), "version": answer.get("ExecutedVersion"),
            "tail": answer.get("LogResult"), "payload": json.loads(payload) if payload else None}


seen = {}
for language in ["node", "python"]:
    for name in ["answers", "fails", "late", "ends", "nothing"]:
        function = language + "-" + name
        seen[function] = invoke(FunctionName=function, Payload=b'{"a":[1,null]}', LogType="Tail")
    answers = language + "-answers"
    seen[language + "-version"] = invoke(FunctionName=answers, Qualifier="1", Payload=b"{}")
    seen[language + "-event"] = invoke(FunctionName=answers, InvocationType="Event", Payload=b"{}")
    seen[language + "-dry"] = invoke(FunctionName=answers, InvocationType="DryRun")
    seen[language + "-malformed"] = invoke(FunctionName=answers, Payload=b"{")
    functions.put_function_concurrency(FunctionName=answers, ReservedConcurrentExecutions=0)
    seen[language + "-throttled"] = invoke(FunctionName=answers)
seen["missing"] = invoke(FunctionName="missing")
print(json.dumps(seen))
