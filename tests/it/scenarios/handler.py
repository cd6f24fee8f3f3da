calls = 0


def handler(event, context):
    global calls
    calls += 1
    details = event["Details"]
    if details["ContactData"]["Attributes"].get("fail"):
        raise ValueError("asked to fail")
    return {"Name": "Ann of " + details["Parameters"]["Market"] + ", call " + str(calls)}
