import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);
import {
  TrainerFault,
  insideOutput,
  isMap,
  jsonOrUndefined,
  leverValue,
  quoted,
  schemaChecker
} from "./chunk-C7TVDT22.js";
import {
  deriveSeed,
  err,
  ok,
  printable,
  rounded
} from "./chunk-HNL2MZQQ.js";

// src/engines/command/processes.ts
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
function signalGroup(group, signal) {
  try {
    process.kill(process.platform === "win32" ? group : -group, signal);
  } catch {
  }
}
function groupLives(group) {
  try {
    process.kill(process.platform === "win32" ? group : -group, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
function processIds() {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
  } catch {
    return [];
  }
}
async function groupMemoryMiB(group) {
  let kib = 0;
  let seen = false;
  for (const pid of processIds()) {
    const stat = await text(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(fields[2]) !== group) continue;
    const status = await text(`/proc/${pid}/status`);
    kib += Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0);
    seen = true;
  }
  return seen ? kib / 1024 : null;
}
function endStrays(folder, script = 0) {
  const mark = `TUNEGATE_RUN_FILE=${folder}/`;
  let ended = 0;
  const oldest = latestProcess() >= script ? script : 0;
  for (const pid of processIds()) {
    if (pid <= oldest || pid === process.pid) continue;
    const environment = textNow(`/proc/${pid}/environ`);
    if (!environment.split("\0").some((entry) => entry.startsWith(mark))) continue;
    try {
      process.kill(pid, "SIGKILL");
      ended += 1;
    } catch {
    }
  }
  return ended;
}
var latestProcess = () => Number(/(\d+)\s*$/.exec(textNow("/proc/loadavg"))?.[1] ?? 0);
function textNow(path2) {
  try {
    return readFileSync(path2, "latin1");
  } catch {
    return "";
  }
}
var text = (path2) => readFile(path2, "latin1").catch(() => "");

// src/engines/command/protocol/event-schema.ts
var trainerProtocol = 1;
var mostLine = 65536;
var text2 = (description, maxLength = 1e3) => ({ description, type: "string", maxLength });
var path = (description) => ({ description, type: "string", minLength: 1, maxLength: 4096 });
var count = (description, minimum = 0) => ({ description, type: "integer", minimum, maximum: 1e12 });
var flag = (description) => ({ description, type: "boolean", default: false });
var measured = (description) => ({
  description: `${description} Null if it is not finite.`,
  type: ["number", "null"]
});
var events = {
  hello: {
    summary: "The first line of every run: what the script is and what it can do.",
    required: ["protocol", "supports"],
    fields: {
      protocol: { description: "Version of the protocol that the script speaks.", const: trainerProtocol },
      framework: text2("Framework and version, such as `pytorch 2.6.0`. Other versions train other numbers.", 100),
      device: text2("What trains: `cpu`, `cuda NVIDIA A10G`.", 100),
      supports: {
        description: "What the script can do. A study asks for nothing else.",
        type: "object",
        required: ["levers", "modes"],
        properties: {
          levers: {
            description: "The script's hyperparameters that a request may set, by the script's names, each with the script's own default: a number, a text, true or false, or null if it has none.",
            type: "object",
            maxProperties: 200,
            propertyNames: { minLength: 1, maxLength: 100 },
            additionalProperties: { type: ["number", "string", "boolean", "null"], maxLength: 200 }
          },
          modes: {
            description: "The modes that the script answers, besides `describe`. It must contain `train`.",
            type: "array",
            items: { type: "string", maxLength: 20 },
            maxItems: 20
          },
          per_step_lr: flag(
            "Whether the script sets the learning rate of every step in the mode `range`. Otherwise the range test is a series of runs of one epoch, each with another rate."
          ),
          grad_norm: flag("Whether steps report the norm of the gradient."),
          checkpoint: flag("Whether the script writes checkpoints and continues from `resume`."),
          predictions: flag("Whether the script reports predictions, from which the study computes all metrics."),
          test: flag("Whether the script reports the split `test` when a request asks for it.")
        }
      },
      epochs: {
        description: "The script's own default for the number of epochs.",
        type: "number",
        minimum: 1,
        maximum: 1e6
      },
      rows: {
        description: "Number of examples by split, if the script knows them. Steps per run and costs are computed from them.",
        type: "object",
        properties: {
          train: count("Examples that one epoch trains on.", 1),
          validation: count("Examples of the validation split.", 1),
          test: count("Examples of the test split; 0 if there is none.")
        }
      },
      classes: count("Number of classes, for classification.", 2),
      parameters: count("Number of trainable parameters in the model.")
    }
  },
  step: {
    summary: "One optimizer step. Report every step: curves, diagnostics and the range test are drawn from them.",
    required: ["step", "loss"],
    fields: {
      step: count("Number of the step, counted from 1 in every run.", 1),
      loss: measured("Mean training loss of the step, before the update."),
      learning_rate: { description: "Learning rate of the step, after schedule and warmup.", type: "number", minimum: 0 },
      grad_norm: measured("Global L2 norm of the gradient before clipping."),
      clipped: { description: "Whether the gradient was clipped.", type: "boolean" }
    }
  },
  evaluation: {
    summary: "Metrics that the script computed itself. Reports label them as self-reported.",
    required: ["step", "split", "metrics"],
    fields: {
      step: count("Steps taken before it."),
      epoch: { description: "Epochs finished before it; fractions are allowed.", type: "number", minimum: 0 },
      split: { description: "The rows it was computed on: `train`, `validation` or `test`.", type: "string", maxLength: 20 },
      metrics: {
        description: "Values by the script's names of the metrics. Null if a value is not finite.",
        type: "object",
        maxProperties: 200,
        propertyNames: { minLength: 1, maxLength: 100 },
        additionalProperties: { type: ["number", "null"] }
      }
    }
  },
  predictions: {
    summary: "Predictions for every row of a split, always in the same order. The study computes all metrics from them.",
    required: ["split", "step", "file", "kind"],
    fields: {
      split: { description: "`validation` or `test`.", type: "string", maxLength: 20 },
      step: count("Steps taken before it."),
      epoch: { description: "Epochs finished before it; fractions are allowed.", type: "number", minimum: 0 },
      file: path(
        "A .npy file (float32 or float64) in `output_dir`, as a path relative to it: [rows, classes] for `logits` and `probabilities`, [rows] or [rows, 1] for `values`."
      ),
      kind: {
        description: "`logits` or `probabilities` for classification, `values` for regression.",
        enum: ["logits", "probabilities", "values"]
      },
      labels: path(
        "A .npy file in `output_dir` with the correct answers: class indices from 0 (integers), or numbers for `values`. They must be the same in every run of a study."
      )
    }
  },
  checkpoint: {
    summary: "A checkpoint from which the script can continue. A script that exits with 75 is started again from the last one.",
    required: ["step", "path"],
    fields: {
      step: count("Steps taken before it."),
      path: path("A file or folder in `output_dir`, as a path relative to it.")
    }
  },
  memory: {
    summary: "Peak memory of a probe, where the device has its own memory.",
    required: ["peak_mib"],
    fields: { peak_mib: { description: "Most memory allocated so far, in MiB.", type: "number", minimum: 0 } }
  },
  throughput: {
    summary: "Speed of a probe, without loading and compiling.",
    required: ["examples", "seconds"],
    fields: {
      examples: count("Examples that were trained on.", 1),
      seconds: { description: "Time that it took.", type: "number", exclusiveMinimum: 0 }
    }
  },
  end: {
    summary: "The last line of every run. A script that exits without it has crashed.",
    required: ["status"],
    fields: {
      status: {
        description: "`complete`; `diverged` if the loss is not finite; `out-of-memory`; `unsupported` if the script cannot do what was asked.",
        enum: ["complete", "diverged", "out-of-memory", "unsupported"]
      },
      reason: text2("Why, for the report.", 4e3),
      weights_sha256: {
        description: "SHA-256 of the final weights, so that equal models are recognized.",
        type: "string",
        pattern: "^[0-9a-f]{64}$"
      }
    }
  }
};
var eventTypes = Object.keys(events);
function eventSchema() {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:tunegate:schema:trainer-event:1",
    title: "Trainer event",
    description: "One line of the file that TUNEGATE_EVENTS names: what a training script reports to the study. Unknown types and fields are ignored.",
    type: "object",
    required: ["type"],
    properties: { type: { description: "What the line reports.", type: "string", maxLength: 100 } },
    allOf: eventTypes.map((type) => ({
      anyOf: [{ properties: { type: { not: { const: type } } } }, { $ref: `#/$defs/${type}` }]
    })),
    $defs: Object.fromEntries(
      eventTypes.map((type) => {
        const { summary, required, fields } = events[type];
        return [
          type,
          { title: type, description: summary, type: "object", required, properties: { type: { const: type }, ...fields } }
        ];
      })
    )
  };
}

// src/engines/command/request.ts
function requestOf(id, asked, outputDir, resume) {
  const { seed } = asked;
  const seeds = {
    init: deriveSeed(seed, "init"),
    order: deriveSeed(seed, "order"),
    dropout: deriveSeed(seed, "dropout"),
    augmentation: deriveSeed(seed, "augmentation")
  };
  return { protocol: trainerProtocol, id, seeds, ...asked, resume, output_dir: outputDir };
}
function scriptLevers({ levers: names }, levers, epochs = levers.scheduling.epochs) {
  const valueOf = (lever) => lever === "epochs" ? epochs : leverValue(levers, lever);
  const mapped = Object.entries(names).map(([lever, name]) => [name, valueOf(lever)]);
  const custom = Object.entries(levers.custom ?? {}).filter(([name]) => names[`custom.${name}`] === void 0);
  return Object.fromEntries([...mapped, ...custom]);
}
var trainingAsked = (program, levers, seed, { epochs = levers.scheduling.epochs, stop, test = false }) => ({
  mode: "train",
  seed,
  levers: scriptLevers(program, levers, epochs),
  epochs,
  stop_after: stop < epochs ? stop : null,
  test
});
var argumentsOf = ({ seed: name }, { levers, seed }) => name === null ? levers : { ...levers, [name]: seed };

// src/engines/command/run-script.ts
import { mkdirSync } from "node:fs";
import { join as join2 } from "node:path";

// src/engines/command/collect.ts
var Collector = class {
  hello = null;
  evaluations = [];
  predictions = [];
  checkpoint = null;
  throughput = null;
  peakMiB = null;
  end = null;
  divergedAt = null;
  numbers = [];
  log = emptyLog();
  greeted = false;
  onStep;
  constructor(onStep = () => {
  }) {
    this.onStep = onStep;
  }
  get steps() {
    return this.log;
  }
  /** Before the script is started again from its last checkpoint: what it reported after that is trained again. */
  restart() {
    const at = this.checkpoint?.step ?? 0;
    const kept = this.numbers.filter((step) => step <= at).length;
    this.numbers = this.numbers.slice(0, kept);
    const { loss, learningRate, gradientNorm, clipped } = this.log;
    this.log = {
      loss: loss.slice(0, kept),
      learningRate: learningRate.slice(0, kept),
      gradientNorm: gradientNorm.slice(0, kept),
      clipped: clipped.slice(0, kept)
    };
    this.evaluations = this.evaluations.filter(({ step }) => step <= at);
    this.predictions = this.predictions.filter(({ step }) => step <= at);
    this.divergedAt = null;
    this.end = null;
    this.greeted = false;
  }
  add(event) {
    if (!this.greeted && event.type !== "hello") {
      throw new TrainerFault("order", `the first line must be hello, and the script reported ${event.type}`);
    }
    if (this.end) throw new TrainerFault("order", `the script reported ${event.type} after end; ${ranks}`);
    switch (event.type) {
      case "hello":
        if (this.greeted) throw new TrainerFault("order", `the script reported hello twice; ${ranks}`);
        this.greeted = true;
        this.hello = event;
        return;
      case "step":
        return this.addStep(event);
      case "evaluation":
        this.evaluations.push(event);
        return;
      case "predictions":
        if (this.predictions.some(({ file }) => file === event.file)) {
          throw new TrainerFault(
            "predictions",
            `the file ${quoted(event.file)} was reported twice; write each report to its own file`
          );
        }
        this.predictions.push(event);
        return;
      case "checkpoint":
        this.checkpoint = event;
        return;
      case "throughput":
        this.throughput = event;
        return;
      case "memory":
        this.peakMiB = Math.max(this.peakMiB ?? 0, event.peak_mib);
        return;
      case "end":
        this.end = event;
        return;
    }
  }
  addStep({ step, loss, learning_rate: rate, grad_norm: norm, clipped }) {
    const last = this.numbers.at(-1) ?? 0;
    if (step <= last) {
      throw new TrainerFault(
        "order",
        `step ${step} was reported after step ${last}; steps count up from 1 in every run; ${ranks}`
      );
    }
    if (this.divergedAt !== null) return;
    if (loss === null) {
      this.divergedAt = this.numbers.length;
      return;
    }
    this.numbers.push(step);
    this.log.loss.push(rounded(loss));
    this.log.learningRate.push(rate === void 0 ? Number.NaN : rounded(rate));
    this.log.gradientNorm.push(norm === void 0 || norm === null ? Number.NaN : rounded(norm));
    this.log.clipped.push(clipped ?? false);
    this.onStep(this.numbers.length);
  }
};
var emptyLog = () => ({ loss: [], learningRate: [], gradientNorm: [], clipped: [] });
var ranks = "where several processes train together, only the first may report";

// src/engines/command/launch.ts
import { spawn } from "node:child_process";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// src/engines/command/protocol/macros.ts
function commandLine(command, values, runFile) {
  return command.flatMap((word2) => {
    switch (word2) {
      case "${args}":
        return Object.entries(values).map(([name, value]) => `--${name}=${String(value)}`);
      case "${args_no_hyphens}":
        return Object.entries(values).map(([name, value]) => `${name}=${String(value)}`);
      case "${args_json}":
        return [JSON.stringify(values)];
      case "${run_file}":
        return [runFile];
      default:
        return [word2];
    }
  });
}

// src/engines/command/watched.ts
import { readSync } from "node:fs";

// src/engines/command/protocol/read-events.ts
var mostEventBytes = 1024 * 1024 * 1024;
var check = schemaChecker(eventSchema());
var EventReader = class {
  rest = "";
  line = 0;
  bytes = 0;
  decoder = new TextDecoder();
  onEvent;
  constructor(onEvent) {
    this.onEvent = onEvent;
  }
  /** Throws a `TrainerFault` at the first line that is not an event. */
  feed(chunk) {
    this.bytes += chunk.byteLength;
    if (this.bytes > mostEventBytes) {
      throw new TrainerFault("flood", `the script reported more than ${mostEventBytes / 2 ** 20} MiB of events`);
    }
    const lines = (this.rest + this.decoder.decode(chunk, { stream: true })).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) this.read(line);
    if (this.rest.length > mostLine) this.read(this.rest);
  }
  /** The last line counts without a line break too. */
  finish() {
    const { rest } = this;
    this.rest = "";
    if (rest.trim() !== "") this.read(rest);
  }
  read(text3) {
    this.line += 1;
    if (text3.trim() === "") return;
    const event = eventOf(text3, this.line);
    if (event) this.onEvent(event);
  }
};
function eventOf(text3, line) {
  const where = `line ${line} of the events`;
  if (text3.length > mostLine) throw new TrainerFault("malformed", `${where} is longer than ${mostLine} characters`);
  const value = parsed(text3);
  if (!isMap(value)) {
    throw new TrainerFault(
      "malformed",
      `${where} is not a JSON object: ${quoted(text3)}; append one JSON object per line to the file in TUNEGATE_EVENTS`
    );
  }
  const { type } = value;
  if (typeof type !== "string") throw new TrainerFault("malformed", `${where} has no type: ${quoted(text3)}`);
  if (!eventTypes.some((known) => known === type)) return void 0;
  const [error] = check(value).errors.filter(({ keyword }) => keyword !== "anyOf" && keyword !== "not");
  if (error) throw new TrainerFault("malformed", `${where} is not a valid ${type}: ${problemOf(error)}: ${quoted(text3)}`);
  return value;
}
var limits = { bytes: 4 * mostLine, depth: 8, values: 2e3 };
function parsed(text3) {
  const finite = text3.replace(
    /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g,
    (found) => found.startsWith('"') ? found : "null"
  );
  return jsonOrUndefined(finite, limits);
}
function problemOf({ instancePath, keyword, params, message = keyword }) {
  const field = instancePath.slice(1).replaceAll("/", ".");
  if (keyword === "required") return `${[field, String(params["missingProperty"])].filter(Boolean).join(".")} is missing`;
  if (keyword === "type") return `${field} must be a ${String(params["type"]).replaceAll(",", " or ")}`;
  if (keyword === "enum") return `${field} must be one of ${String(params["allowedValues"]).replaceAll(",", ", ")}`;
  if (keyword === "const") return `${field} must be ${JSON.stringify(params["allowedValue"])}`;
  return `${field} ${message}`;
}

// src/engines/command/watched.ts
var lookEveryMs = 40;
var mostOutput = 256 * 1024 * 1024;
var keptOutput = 4e3;
var shortRun = 5;
var mostLooks = 200;
var Watched = class {
  ended;
  options;
  child;
  /** Descriptor of the file of events. */
  events;
  buffer = Buffer.alloc(65536);
  reader;
  /** Its output is read to the end. A process that it left behind may hold it open. */
  closed;
  begun = performance.now();
  heard = performance.now();
  started = false;
  position = 0;
  written = 0;
  output = "";
  peakMiB = null;
  failure = null;
  measuring = Promise.resolve();
  killTimer;
  constructor(options, child, events2) {
    this.options = options;
    this.child = child;
    this.events = events2;
    this.reader = new EventReader((event) => options.onEvent(event));
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => this.keep(chunk));
    this.closed = new Promise((resolve) => child.once("close", () => resolve()));
    this.ended = this.toEnd();
  }
  /** Ends the script; the promise then rejects with this error. */
  fail(error) {
    if (this.failure) return;
    this.failure = error;
    const { pid } = this.child;
    if (pid === void 0) return;
    signalGroup(pid, "SIGTERM");
    this.killTimer = setTimeout(() => signalGroup(pid, "SIGKILL"), this.options.grace * 1e3);
  }
  async toEnd() {
    const { child, options } = this;
    const exited = new Promise((resolve, reject) => {
      child.on("exit", (code, killedBy) => resolve({ code, killedBy }));
      child.on("error", (error) => {
        if (child.pid === void 0) reject(notStarted(error, options));
      });
    });
    const timer = setInterval(() => this.look(), lookEveryMs);
    try {
      const { code, killedBy } = await exited;
      const strays = await this.endGroup();
      clearInterval(timer);
      await this.measuring;
      this.readNew();
      if (!this.failure) this.within(() => this.reader.finish());
      if (this.failure) throw this.withOutput(this.failure);
      return { code, killedBy, output: this.lastLines(), peakMiB: this.peakMiB, strays };
    } finally {
      clearInterval(timer);
      clearTimeout(this.killTimer);
    }
  }
  /** What a script leaves behind ends with it, whether it is in its group or fled from it. */
  async endGroup() {
    const { pid = 0 } = this.child;
    const left = process.platform !== "win32" && groupLives(pid);
    if (left) signalGroup(pid, "SIGKILL");
    const fled = await this.endFled(pid);
    await Promise.race([this.closed, new Promise((resolve) => setTimeout(resolve, 200))]);
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
    return left || fled;
  }
  /** Those outside of the group. They are gone when it returns, or their memory would count against the next run. */
  async endFled(pid) {
    const { runFolder } = this.options;
    const script = seconds(this.begun) < shortRun ? pid : 0;
    let found = false;
    for (let look = 0; look < mostLooks && endStrays(runFolder, script) > 0; look++) {
      found = true;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return found;
  }
  /** One look at a time. */
  look() {
    this.checkTimes();
    this.readNew();
    this.measuring = this.measuring.then(() => this.checkMemory());
  }
  checkTimes() {
    const { start: start2, silence, run } = this.options.timeout;
    const [total, quiet] = [seconds(this.begun), seconds(this.heard)];
    if (!this.started && total > start2) {
      this.fail(
        new TrainerFault(
          "late",
          `the script reported nothing in its first ${start2} seconds; it must append a line hello to the file in TUNEGATE_EVENTS when it starts, or raise trainer.timeout.start`
        )
      );
    } else if (this.started && quiet > silence) {
      this.fail(
        new TrainerFault(
          "silent",
          `the script reported nothing for ${silence} seconds (trainer.timeout.silence); it may hang`
        )
      );
    } else if (total > run) {
      this.fail(new TrainerFault("late", `the script ran for more than ${run} seconds (trainer.timeout.run)`));
    }
  }
  /** Without waiting: the file is local and small, and a trip to another thread costs more than reading it. */
  readNew() {
    for (; ; ) {
      if (this.failure) return;
      const bytesRead = readSync(this.events, this.buffer, 0, this.buffer.length, this.position);
      if (bytesRead === 0) return;
      this.position += bytesRead;
      this.heard = performance.now();
      this.started = true;
      this.within(() => this.reader.feed(this.buffer.subarray(0, bytesRead)));
    }
  }
  async checkMemory() {
    const { memoryMiB } = this.options;
    const { pid } = this.child;
    if (memoryMiB === null || pid === void 0 || this.failure) return;
    const found = await groupMemoryMiB(pid);
    if (found === null) return;
    this.peakMiB = Math.max(this.peakMiB ?? 0, found);
    if (found > memoryMiB) {
      this.fail(
        new TrainerFault("out-of-memory", `needs more memory than the limit: ${Math.ceil(found)} MiB of ${memoryMiB} MiB`)
      );
    }
  }
  within(read) {
    try {
      read();
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }
  keep(chunk) {
    this.written += chunk.byteLength;
    this.output = (this.output + chunk.subarray(-2 * keptOutput).toString("utf8")).slice(-2 * keptOutput);
    if (this.written > mostOutput) {
      this.fail(
        new TrainerFault(
          "flood",
          `the script printed more than ${mostOutput / 2 ** 20} MiB; print less, or nothing, in a study`
        )
      );
    }
  }
  lastLines() {
    const lines = this.output.split(/[\r\n]+/).filter((line) => line.trim() !== "");
    return lines.slice(-12).map((line) => printable(line.trim(), 300)).join(" | ");
  }
  withOutput(error) {
    const said = this.lastLines();
    if (!(error instanceof TrainerFault) || said === "") return error;
    return new TrainerFault(error.kind, `${error.message}${outputText(said)}`);
  }
};
var outputText = (output) => output === "" ? "" : `; its last output: ${output}`;
var seconds = (since) => (performance.now() - since) / 1e3;
function notStarted(error, { command: [program = ""], folder }) {
  const { code } = error;
  const why = code === "ENOENT" ? `there is no program ${quoted(program)} on the PATH or in ${quoted(folder)}; install it, or write its path` : code === "EACCES" ? `${quoted(program)} is not executable; run chmod +x, or start it with its interpreter, as in [python, ${printable(program, 100)}]` : printable(error.message);
  return new TrainerFault("not-started", `the script could not be started: ${why}`);
}

// src/engines/command/launch.ts
async function launch(options) {
  const { request, runFolder, signal } = options;
  const runFile = join(runFolder, "request.json");
  const eventsFile = join(runFolder, "events.jsonl");
  writeFileSync(runFile, `${JSON.stringify(request)}
`);
  const events2 = openSync(eventsFile, "wx+");
  try {
    const child = start(options, runFile, eventsFile);
    const watched = new Watched(options, child, events2);
    const stop = () => watched.fail(signal.reason instanceof Error ? signal.reason : new Error("stopped"));
    signal.addEventListener("abort", stop);
    try {
      if (signal.aborted) stop();
      return await watched.ended;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  } finally {
    closeSync(events2);
  }
}
function start({ command, values, folder, environment, request }, runFile, eventsFile) {
  const [program = "", ...args] = commandLine(command, values, runFile);
  return spawn(program, args, {
    cwd: folder,
    // Its own group, so that whatever it starts ends with it, and a terminal's Ctrl-C does not reach it.
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
    env: {
      PYTHONUNBUFFERED: "1",
      PYTHONHASHSEED: String(request.seed),
      ...environment,
      TUNEGATE_RUN_FILE: runFile,
      TUNEGATE_EVENTS: eventsFile,
      TUNEGATE_OUTPUT_DIR: request.output_dir
    }
  });
}

// src/engines/command/run-script.ts
var mostStarts = 1e3;
var resumeCode = 75;
async function runScript(script, run) {
  const { id, asked, folder, memoryMiB = null, enoughSteps } = run;
  const outputDir = join2(folder, "output");
  mkdirSync(outputDir);
  const enough = new AbortController();
  const collector = new Collector((steps) => {
    if (enoughSteps !== void 0 && steps >= enoughSteps) enough.abort(new Enough());
  });
  let resume = null;
  for (let number = 1; number <= mostStarts; number++) {
    const runFolder = join2(folder, `start-${number}`);
    mkdirSync(runFolder);
    const exit = await launch({
      ...script,
      values: argumentsOf({ seed: script.seedName }, asked),
      request: requestOf(id, asked, outputDir, resume),
      runFolder,
      memoryMiB,
      onEvent: (event) => collector.add(event),
      signal: AbortSignal.any([script.signal, enough.signal])
    }).catch((error) => {
      if (error instanceof Enough) return null;
      throw error;
    });
    if (exit === null) return { collected: collector, exit };
    if (exit.code !== resumeCode) {
      requireEnd(collector, exit, run.describing ?? false);
      return { collected: collector, exit };
    }
    resume = nextCheckpoint(collector, resume, outputDir);
    collector.restart();
  }
  throw new TrainerFault("resume", `the script asked ${mostStarts} times to be started again`);
}
var Enough = class extends Error {
};
function nextCheckpoint({ checkpoint }, before, outputDir) {
  if (checkpoint === null) {
    throw new TrainerFault(
      "resume",
      `the script exited with ${resumeCode}, which asks to continue, without a line checkpoint`
    );
  }
  if (checkpoint.path === before) {
    throw new TrainerFault(
      "resume",
      `the script exited with ${resumeCode} again at the checkpoint of step ${checkpoint.step}`
    );
  }
  insideOutput(outputDir, checkpoint.path);
  return checkpoint.path;
}
function requireEnd({ end, hello }, { code, killedBy, output }, describing) {
  const said = outputText(output);
  if (killedBy === "SIGKILL") {
    throw new TrainerFault("exit", `the script was killed, as the system does when it runs out of memory${said}`);
  }
  if (killedBy !== null) throw new TrainerFault("exit", `the script was ended by ${killedBy}${said}`);
  const reason = end?.reason ? `: ${end.reason}` : "";
  if (end?.status === "out-of-memory")
    throw new TrainerFault("out-of-memory", `the script ran out of memory${reason}${said}`);
  if (end?.status === "unsupported")
    throw new TrainerFault("unsupported", `the script cannot do what was asked${reason}${said}`);
  if (code !== 0) throw new TrainerFault("exit", `the script exited with code ${code}${said}`);
  if (hello === null) {
    const how = "append JSON lines to the file in TUNEGATE_EVENTS, the first of them hello (docs/trainer.md)";
    throw new TrainerFault("no-report", `the script exited with code 0 and reported nothing; ${how}${said}`);
  }
  if (describing) return;
  if (end === null) throw new TrainerFault("no-end", `the script exited with code 0 without a line end${said}`);
}

// src/engines/command/scratch.ts
import { mkdirSync as mkdirSync2, mkdtempSync, rmSync } from "node:fs";
import { join as join3 } from "node:path";
async function inFolder(parent, prefix, work) {
  mkdirSync2(parent, { recursive: true });
  const folder = mkdtempSync(join3(parent, prefix));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// src/engines/command/describe.ts
import { tmpdir } from "node:os";
async function describe(script) {
  try {
    const { collected } = await inFolder(
      tmpdir(),
      "tunegate-describe-",
      (folder) => runScript(script, {
        id: "describe",
        folder,
        asked: { mode: "describe", seed: 0, levers: {} },
        describing: true
      })
    );
    if (collected.hello === null) throw new TrainerFault("no-report", "the script did not report hello");
    return ok(descriptionOf(collected.hello));
  } catch (error) {
    if (error instanceof TrainerFault) return err(error);
    throw error;
  }
}
function descriptionOf(hello) {
  const { supports, rows = {} } = hello;
  return {
    framework: word(hello.framework),
    device: word(hello.device),
    levers: supports.levers,
    modes: supports.modes,
    perStepRate: supports.per_step_lr ?? false,
    gradientNorms: supports.grad_norm ?? false,
    predictions: supports.predictions ?? false,
    test: supports.test ?? false,
    epochs: hello.epochs ?? null,
    rows: { train: rows.train ?? null, validation: rows.validation ?? null, test: rows.test ?? null },
    classes: hello.classes ?? null,
    parameters: hello.parameters ?? null
  };
}
var word = (text3 = "") => printable(text3.trim(), 60);
var labelOf = ({ framework, device }) => ["command", framework, device].filter((part) => part !== "").join(" ");

export {
  emptyLog,
  endStrays,
  scriptLevers,
  trainingAsked,
  runScript,
  inFolder,
  describe,
  labelOf
};
