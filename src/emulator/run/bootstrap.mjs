// The Node.js runtime of the embedded AWS: loads a handler and serves it from the Lambda Runtime API.
// The rules are those of the declared runtime (_FLOWBIND_NODE), whatever Node.js this is: up to 22 a handler may take a
// callback and its plain result is ignored; from 24 on a handler with three parameters is refused and the result counts.
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import util from "node:util";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const generation = Number(process.env._FLOWBIND_NODE);
delete process.env._FLOWBIND_NODE;
const modern = generation >= 24;
const taskRoot = process.env.LAMBDA_TASK_ROOT;
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const exit = process.exit.bind(process);

// What whoever started the emulator left open. All that Node.js itself has open is marked to be closed for children.
try {
  for (const name of fs.readdirSync("/proc/self/fd")) {
    const number = Number(name);
    if (number < 3) continue;
    try {
      const flags = parseInt(/^flags:\s*(\d+)/m.exec(fs.readFileSync(`/proc/self/fdinfo/${name}`, "utf8"))[1], 8);
      if ((flags & 0o2000000) === 0) fs.closeSync(number);
    } catch { /* It was the one that lists them. */ }
  }
} catch { /* The system does not show them. */ }

let requestId = "";

/** Calls the Runtime API; answers with status, headers and body. */
function call(method, what, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const options = { host, port, method, path: `/2018-06-01/runtime/${what}`, agent: false, headers };
    if (bytes) headers["Content-Length"] = bytes.length;
    const request = http.request(options, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => resolve({
        status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString("utf8"),
      }));
    });
    request.on("error", reject);
    request.end(bytes);
  });
}

/** An error of the runtime, with its type. */
function fault(type, message, cause) {
  const error = new Error(message);
  error.name = `Runtime.${type}`;
  if (cause?.stack) error.stack = `${error.name}: ${message}\n${cause.stack.split("\n").slice(1).join("\n")}`;
  return error;
}

/** The payload of an error. */
function described(error) {
  try {
    if (util.types.isNativeError(error) || (error && error.name && error.message && error.stack)) {
      const type = String(error.name);
      return { errorType: type, errorMessage: String(error.message), trace: String(error.stack).split("\n") };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return { errorType: "handled", errorMessage: "callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack", trace: [] };
  }
}

function print(level, text) {
  process.stdout.write(`${new Date().toISOString()}\t${requestId || "undefined"}\t${level}\t${text}`.replace(/\n/g, "\r") + "\n");
}
for (const [method, level] of Object.entries({ log: "INFO", info: "INFO", debug: "DEBUG", trace: "TRACE", warn: "WARN", error: "ERROR" })) {
  console[method] = (...values) => print(level, util.format(...values));
}

async function initError(error) {
  const body = { ...described(error) };
  print("ERROR", `Uncaught Exception \t${JSON.stringify(body)}`);
  await call("POST", "init/error", JSON.stringify(body), { "Lambda-Runtime-Function-Error-Type": body.errorType }).catch(() => {});
  exit(1);
}

/** The type that package.json gives to the .js files around a file. */
function moduleType(file) {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    try {
      return JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")).type;
    } catch (error) {
      if (error.code !== "ENOENT") return undefined;
    }
    if (folder === taskRoot || folder === path.dirname(folder)) return undefined;
  }
}

async function importModule(root, name) {
  const base = path.resolve(taskRoot, root, name);
  const require = createRequire(path.join(taskRoot, "index.js"));
  for (const extension of ["", ".js", ".mjs", ".cjs"]) {
    const file = base + extension;
    if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) continue;
    const esm = extension === ".mjs" || (extension !== ".cjs" && moduleType(file) === "module");
    return esm ? import(pathToFileURL(file).href) : require(file);
  }
  // Not a file of the function: a module that is installed with it.
  return require(require.resolve(name, { paths: [taskRoot, path.join(taskRoot, root)] }));
}

async function load(handler) {
  if (handler.includes("..")) {
    throw fault("MalformedHandlerName", `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const last = path.basename(handler);
  const root = handler.slice(0, handler.length - last.length);
  const parts = /^([^.]*)\.(.*)$/.exec(last);
  if (!parts) throw fault("MalformedHandlerName", "Bad handler");
  let module;
  try {
    module = await importModule(root, parts[1]);
  } catch (error) {
    if (error instanceof SyntaxError) throw fault("UserCodeSyntaxError", String(error), error);
    if (error?.code === "MODULE_NOT_FOUND" || error?.code === "ERR_MODULE_NOT_FOUND") throw fault("ImportModuleError", String(error), error);
    throw error;
  }
  const find = (from) => parts[2].split(".").reduce((inner, key) => inner?.[key], from);
  const found = find(module) ?? (modern ? find(module?.default) : undefined);
  if (found === undefined || found === null) throw fault("HandlerNotFound", `${handler} is undefined or not exported`);
  if (typeof found !== "function") throw fault("HandlerNotFound", `${handler} is not a function`);
  if (modern && found.length >= 3) {
    throw fault("CallbackHandlerDeprecated", "AWS Lambda does not support callback-based function handlers from Node.js 24 on: "
      + `${handler} declares ${found.length} parameters. Make it async and return the result. See https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html`);
  }
  return found;
}

/** What ends the invocation that runs; none between invocations. */
let settle;

process.on("beforeExit", () => settle?.atEnd());
async function crash(error, code) {
  print("ERROR", `${code === 128 ? "Unhandled Promise Rejection" : "Uncaught Exception"} \t${JSON.stringify(described(error))}`);
  if (requestId) await post("error", error).catch(() => {});
  else await initError(error);
  exit(code);
}
process.on("uncaughtException", (error) => crash(error, 129));
process.on("unhandledRejection", (reason) => {
  const error = fault("UnhandledPromiseRejection", String(reason), util.types.isNativeError(reason) ? reason : undefined);
  return crash(error, 128);
});

async function post(what, value) {
  if (what === "error") {
    const body = described(value);
    await call("POST", `invocation/${requestId}/error`, JSON.stringify(body), { "Lambda-Runtime-Function-Error-Type": body.errorType });
    return;
  }
  let text;
  try {
    text = JSON.stringify(value === undefined ? null : value) ?? "null";
  } catch {
    return fail(new Error("Unable to stringify response body"));
  }
  await call("POST", `invocation/${requestId}/response`, text, { "Content-Type": "application/json" });
}

async function fail(error) {
  print("ERROR", `Invoke Error \t${JSON.stringify(described(error))}`);
  await post("error", error);
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  const parsed = (name) => (headers[name] ? JSON.parse(headers[name]) : undefined);
  const env = process.env;
  return {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed("lambda-runtime-client-context"),
    identity: parsed("lambda-runtime-cognito-identity"),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

/** Runs the handler once; done when its answer or error was posted. */
async function invoke(handler, headers, body) {
  const context = contextOf(headers);
  const event = JSON.parse(body);
  await new Promise((done) => {
    let open = true;
    const finish = (report) => {
      if (!open) return;
      open = false;
      settle = undefined;
      report().catch((error) => print("ERROR", String(error))).finally(done);
    };
    const succeed = (value) => finish(() => post("response", value));
    const failed = (error) => finish(() => fail(error));
    settle = { atEnd: () => succeed(undefined) };
    if (modern) {
      try {
        Promise.resolve(handler(event, context)).then(succeed, failed);
      } catch (error) {
        failed(error);
      }
      return;
    }
    let wait = true;
    Object.defineProperty(context, "callbackWaitsForEmptyEventLoop", {
      get: () => wait, set: (value) => { wait = Boolean(value); }, enumerable: true,
    });
    const callback = (error, value) => {
      const report = () => (error === undefined || error === null ? succeed(value) : failed(error));
      // The answer is sent when nothing is left to be done, or at once.
      if (wait) { if (settle) settle.atEnd = report; } else setImmediate(report);
    };
    context.succeed = (value) => succeed(value);
    context.fail = (error) => failed(error ?? "handled");
    context.done = (error, value) => (error === undefined || error === null ? succeed(value) : failed(error));
    try {
      const result = handler(event, context, callback);
      if (typeof result?.then === "function") result.then(succeed, failed);
    } catch (error) {
      failed(error);
    }
  });
}

const handler = await load(process.env._HANDLER).catch(initError);
for (;;) {
  const next = await call("GET", "invocation/next");
  if (next.status !== 200) exit(0);
  requestId = next.headers["lambda-runtime-aws-request-id"];
  process.env._X_AMZN_TRACE_ID = next.headers["lambda-runtime-trace-id"] ?? "";
  await invoke(handler, next.headers, next.body);
  requestId = "";
}
