"""The Python runtime of the embedded AWS: loads a handler and serves it from the Lambda Runtime API."""

import sys

# What whoever started the emulator left open.
import os

os.closerange(3, 65536)
sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]

import decimal
import http.client
import importlib
import json
import logging
import time
import traceback

PREFIX = "/2018-06-01/runtime/"


def call(method, what, body=None, headers=None):
    """Calls the Runtime API; gives status, headers and body."""
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        connection.request(method, PREFIX + what, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


class Fault(Exception):
    """An error of the runtime, with its type."""

    def __init__(self, kind, message, trace=None):
        super().__init__(message)
        self.kind = "Runtime." + kind
        self.trace = trace or []


def lines(frames):
    """Stack lines as Lambda has them, without marks below the code."""
    plain_frames = [traceback.FrameSummary(f.filename, f.lineno, f.name, line=f.line) for f in frames]
    return traceback.format_list(plain_frames)


def print_error(kind, message, trace):
    text = "[ERROR] %s: %s" % (kind, message)
    if trace:
        text += "\nTraceback (most recent call last):\n" + "".join(trace)
    print(text.rstrip("\n").replace("\n", "\r"))


def init_error(kind, message, trace):
    print_error(kind, message, trace)
    body = {"errorMessage": message, "errorType": kind, "requestId": "", "stackTrace": trace}
    call("POST", "init/error", json.dumps(body), {"Lambda-Runtime-Function-Error-Type": kind})
    sys.stdout.flush()
    os._exit(1)


def load(handler):
    """Finds the handler, `folder/module.function`."""
    try:
        name, function = handler.rsplit(".", 1)
    except ValueError as error:
        raise Fault("MalformedHandlerName", "Bad handler '%s': %s" % (handler, error))
    if name.split(".")[0] in sys.builtin_module_names:
        raise Fault("BuiltInModuleConflict", "Cannot use built-in module %s as a handler module" % name)
    try:
        module = importlib.import_module(name.replace("/", "."))
    except ImportError as error:
        raise Fault("ImportModuleError", "Unable to import module '%s': %s" % (name, error))
    except SyntaxError as error:
        where = ['  File "%s" Line %s\n    %s\n' % (error.filename, error.lineno, (error.text or "").strip())]
        raise Fault("UserCodeSyntaxError", "Syntax error in module '%s': %s" % (name, error), where)
    try:
        return getattr(module, function)
    except AttributeError:
        raise Fault("HandlerNotFound", "Handler '%s' missing on module '%s'" % (function, name))


class Values:
    """Members by attribute; None for what is not there."""

    def __init__(self, members):
        self.__dict__.update(members)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return None


class Context:
    """What a handler is told about its invocation."""

    def __init__(self, headers):
        env = os.environ
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = env.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = env.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = env.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = env.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = env.get("AWS_LAMBDA_LOG_STREAM_NAME")
        sent = headers.get("Lambda-Runtime-Client-Context")
        self.client_context = None
        if sent:
            members = json.loads(sent)
            members["client"] = Values(members.get("client") or {})
            self.client_context = Values(members)
        self.identity = Values({})
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))


class Formatter(logging.Formatter):
    """The log lines of Lambda."""

    converter = time.gmtime
    request_id = ""

    def format(self, record):
        record.aws_request_id = Formatter.request_id
        return super().format(record)


def start_logging():
    handler = logging.StreamHandler(sys.stdout)
    text = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
    handler.setFormatter(Formatter(text, "%Y-%m-%dT%H:%M:%S"))
    logging.getLogger().addHandler(handler)


def plain(value):
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() and value.as_tuple().exponent >= 0 else float(value)
    if isinstance(value, bytes):
        return value.decode("utf-8")
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


def dumped(result):
    try:
        return json.dumps(result, default=plain, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        # Half of a pair, which only its escape can write.
        return json.dumps(result, default=plain).encode("utf-8")


def invoke(handler, headers, body):
    """Runs the handler once; gives what is to be posted, and where."""
    try:
        try:
            event = json.loads(body)
        except ValueError as error:
            raise Fault("UnmarshalError", "Unable to unmarshal input: %s" % error)
        result = handler(event, Context(headers))
        try:
            return "response", dumped(result), {}
        except Exception as error:
            raise Fault("MarshalError", "Unable to marshal response: %s" % error)
    except Fault as fault:
        kind, message, trace = fault.kind, str(fault), fault.trace
    except Exception as error:
        kind, message = type(error).__name__, str(error)
        # Without the frame of this function.
        trace = lines(traceback.extract_tb(error.__traceback__)[1:])
    print_error(kind, message, trace)
    body = {"errorMessage": message, "errorType": kind, "requestId": Formatter.request_id, "stackTrace": trace}
    return "error", json.dumps(body).encode("utf-8"), {"Lambda-Runtime-Function-Error-Type": kind}


def main():
    start_logging()
    try:
        handler = load(os.environ["_HANDLER"])
    except Fault as fault:
        init_error(fault.kind, str(fault), fault.trace)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename != __file__]
        init_error(type(error).__name__, str(error), lines(own))
    while True:
        status, headers, body = call("GET", "invocation/next")
        if status != 200:
            return
        Formatter.request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id", "")
        what, posted, sent = invoke(handler, headers, body)
        sys.stdout.flush()
        call("POST", "invocation/%s/%s" % (Formatter.request_id, what), posted, sent)


main()
