import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);
import {
  scriptEnvironment
} from "./chunk-OEAXWM4B.js";
import {
  readPredictions
} from "./chunk-YHJ25ELS.js";
import {
  TrainerFault,
  describe,
  runScript
} from "./chunk-MGDKP2R7.js";
import "./chunk-Y4MNQX5E.js";
import {
  sweepRate
} from "./chunk-IOHTY4GK.js";
import "./chunk-SP45PMYH.js";
import "./chunk-QG5KORR7.js";

// src/engines/command/conformance.ts
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
var timeout = { start: 300, silence: 600, run: 3600 };
var seed = 1;
async function* conformance(command, { folder, env, signal = new AbortController().signal }, environment) {
  const script = {
    command,
    seedName: null,
    folder,
    environment: scriptEnvironment(env, environment),
    timeout,
    grace: 30,
    signal
  };
  const described = await describe(script);
  if (!described.ok) {
    yield { what: "describe: hello and exit code 0", status: "fails", why: described.error.message };
    return;
  }
  const { value: of } = described;
  yield {
    what: "describe: hello and exit code 0",
    status: "passes",
    why: [of.framework, of.device].filter(Boolean).join(", ")
  };
  const scratch = await mkdtemp(join(tmpdir(), "tunegate-check-"));
  try {
    yield* modesOf(new Runs(script, scratch, of), of);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
var Runs = class {
  levers;
  script;
  scratch;
  count = 0;
  constructor(script, scratch, { levers }) {
    this.script = script;
    this.scratch = scratch;
    this.levers = levers;
  }
  async run(asked) {
    const folder = join(this.scratch, String(++this.count));
    await mkdir(folder);
    const outcome = await runScript(this.script, { id: "check", folder, asked: { levers: this.levers, ...asked } });
    return { ...outcome, outputDir: join(folder, "output") };
  }
  train(more = {}) {
    return this.run({ mode: "train", seed, epochs: 2, stop_after: null, test: false, ...more });
  }
};
async function* modesOf(runs, of) {
  let first;
  const finding = yield* tried("train: two epochs, a validation result, end", async () => {
    const { collected, exit, outputDir } = await runs.train();
    first = collected;
    await validated(collected, of, outputDir);
    if (exit?.strays) return "processes were left behind; end them before the script exits";
    return void 0;
  });
  if (!finding || first === void 0) return;
  const full = first;
  const losses = ({ steps }) => JSON.stringify(steps.loss);
  yield* tried(
    "train: steps are reported",
    async () => full.steps.loss.length > 0 ? void 0 : "no step was reported; curves, the range test and diagnostics need them"
  );
  yield* tried(
    "train: equal requests give equal losses",
    async () => losses((await runs.train()).collected) === losses(full) ? void 0 : "the losses differ; paired comparisons are off"
  );
  yield* tried(
    "train: another seed gives other losses",
    async () => losses((await runs.train({ seed: seed + 1 })).collected) === losses(full) ? "the losses are the same" : void 0
  );
  const rate = Object.entries(runs.levers).find(([name, value]) => /rate|^lr$/i.test(name) && typeof value === "number");
  yield* tried("levers: the learning rate changes the losses", async () => {
    if (!rate) return null;
    const levers = { ...runs.levers, [rate[0]]: Number(rate[1]) * 10 };
    return losses((await runs.train({ levers })).collected) === losses(full) ? `${rate[0]} \xD7 10 gives the same losses` : void 0;
  });
  yield* tried("train: stop_after ends early", async () => {
    const { steps } = (await runs.train({ stop_after: 1 })).collected;
    return steps.loss.length < full.steps.loss.length ? void 0 : `${steps.loss.length} steps, as without it`;
  });
  yield* tried("train: test is reported when it is asked for, and not otherwise", async () => {
    if (!of.test) return null;
    const tested = ({ evaluations, predictions }) => [...evaluations, ...predictions].some(({ split }) => split === "test");
    if (tested(full)) return "it was reported though nobody asked";
    return tested((await runs.train({ test: true })).collected) ? void 0 : "it was not reported";
  });
  yield* tried("range: every step runs at the rate that was asked for", async () => {
    if (!of.perStepRate || !of.modes.includes("range")) return null;
    const range = { from: 1e-4, to: 1, steps: 40 };
    const { steps } = (await runs.run({ mode: "range", seed, range })).collected;
    const job = { kind: "range-test", ...range };
    const wrong = steps.learningRate.findIndex((found, i) => Math.abs(found / sweepRate(i, job) - 1) > 0.02);
    if (steps.loss.length < 20) return `only ${steps.loss.length} steps were reported`;
    return wrong < 0 ? void 0 : `step ${wrong + 1} ran at ${steps.learningRate[wrong]}`;
  });
  yield* tried("probe: throughput is reported", async () => {
    if (!of.modes.includes("probe")) return null;
    const { throughput } = (await runs.run({ mode: "probe", seed, probe: { steps: 20 } })).collected;
    return throughput === null ? "there is no line throughput" : void 0;
  });
}
async function validated({ predictions, evaluations }, of, outputDir) {
  const report = predictions.findLast(({ split }) => split === "validation");
  if (report) await readPredictions(outputDir, report, report.kind === "values" ? "regression" : "classification", void 0);
  else if (of.predictions)
    throw new TrainerFault("no-report", "hello promises predictions, and none of validation were reported");
  else if (!evaluations.some(({ split }) => split === "validation")) {
    throw new TrainerFault("no-report", "neither predictions nor an evaluation of the split validation were reported");
  }
}
async function* tried(what, attempt) {
  try {
    const why = await attempt();
    if (why === null) yield { what, status: "skipped", why: "the script does not claim it" };
    else yield why === void 0 ? { what, status: "passes", why: "" } : { what, status: "fails", why };
    return why === void 0;
  } catch (error) {
    if (!(error instanceof TrainerFault)) throw error;
    yield { what, status: "fails", why: error.message };
    return false;
  }
}
export {
  conformance
};
