import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);
import {
  readPredictions,
  scoresOf
} from "./chunk-CFCZEKPI.js";
import {
  emptyLog,
  inFolder,
  labelOf,
  runScript,
  scriptLevers,
  trainingAsked
} from "./chunk-WBBWFK2U.js";
import {
  TrainerFault,
  quoted,
  rateSeries,
  sweepsRate,
  withLevers
} from "./chunk-C7TVDT22.js";
import {
  crash
} from "./chunk-WBJC4M3S.js";
import {
  sweepRate
} from "./chunk-4SL7ZHFC.js";
import {
  calibrationOf,
  gain,
  isPossible,
  notFinite
} from "./chunk-H7HCDWHR.js";
import {
  fingerprint,
  rounded,
  sha256,
  unreachable
} from "./chunk-HNL2MZQQ.js";
import "./chunk-4TQFLEQT.js";

// src/engines/command/engine.ts
import { join as join3 } from "node:path";

// src/engines/command/labels.ts
import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
async function sameLabels(scratch, workload, split, digest) {
  const folder = join(scratch, "labels");
  const file = join(folder, sha256(`${workload} ${split}`).slice(0, 16));
  const first = await kept(file) ?? await keep(folder, file, digest);
  if (first === digest) return;
  throw new TrainerFault(
    "labels",
    `the labels of the split ${split} are not those of the study's first run; the split must not depend on the seed`
  );
}
async function kept(file) {
  const text = await readFile(file, "utf8").catch(() => "");
  return /^[0-9a-f]{64}$/.test(text) ? text : void 0;
}
async function keep(folder, file, digest) {
  await mkdir(folder, { recursive: true });
  const whole = join(folder, `.${randomUUID()}`);
  await writeFile(whole, digest);
  try {
    await link(whole, file);
    return digest;
  } catch {
    const other = await kept(file);
    if (other === void 0) await rename(whole, file);
    return other ?? digest;
  } finally {
    await rm(whole, { force: true });
  }
}

// src/engines/command/probe.ts
async function probedBody(script, { levers, seed, job }, { workload, id, folder }) {
  const { collected, exit } = await runScript(script, {
    id,
    folder,
    memoryMiB: job.memoryMiB,
    asked: { mode: "probe", seed, levers: scriptLevers(workload.program, levers), probe: { steps: job.steps } }
  });
  const { throughput, peakMiB, steps, divergedAt, end } = collected;
  if (divergedAt !== null || end?.status === "diverged") {
    return {
      status: "diverged",
      atStep: divergedAt ?? steps.loss.length,
      reason: "the loss is not finite",
      steps,
      evaluations: []
    };
  }
  if (throughput === null) throw new TrainerFault("no-report", "the script ended a probe without a line throughput");
  const peak = Math.max(peakMiB ?? 0, exit?.peakMiB ?? 0);
  if (peak > job.memoryMiB) {
    const message = `needs more memory than the limit: ${Math.ceil(peak)} MiB of ${job.memoryMiB} MiB`;
    throw new TrainerFault("out-of-memory", message);
  }
  return {
    status: "complete",
    best: null,
    probe: {
      examplesPerSecond: rounded(throughput.examples / throughput.seconds),
      peakMemoryMiB: Math.ceil(peak),
      noiseScale: null
    },
    weights: end?.weights_sha256 ?? "0",
    steps,
    evaluations: []
  };
}

// src/engines/command/range.ts
import { mkdir as mkdir2 } from "node:fs/promises";
import { join as join2 } from "node:path";
function sweptBody(script, request, place) {
  return sweepsRate(place.workload.program) ? sweep(script, request, place) : series(script, request, place);
}
var tolerance = 0.02;
async function sweep(script, { levers, seed, job }, { workload, id, folder }) {
  const { from, to, steps } = job;
  const { collected } = await runScript(script, {
    id,
    folder,
    asked: { mode: "range", seed, levers: scriptLevers(workload.program, levers), range: { from, to, steps } }
  });
  return bodyOf(rated(collected, job), collected);
}
function rated({ steps }, job) {
  const learningRate = steps.loss.map((_, i) => sweepRate(i, job));
  const wrong = learningRate.findIndex((rate, i) => Math.abs((steps.learningRate[i] ?? rate) / rate - 1) > tolerance);
  if (wrong >= 0) {
    throw new TrainerFault(
      "rates",
      `step ${wrong + 1} of the range test ran at the rate ${steps.learningRate[wrong]}, and ${learningRate[wrong]?.toPrecision(6)} was asked for; the mode range sets the rate of every step and leaves out schedule and warmup`
    );
  }
  return { ...steps, loss: steps.loss.slice(0, job.steps), learningRate: learningRate.map(rounded) };
}
function bodyOf(steps, { divergedAt, end }) {
  if (divergedAt !== null || end?.status === "diverged") {
    const reason = end?.reason ?? "the loss is not finite";
    return { status: "diverged", atStep: steps.loss.length, reason, steps, evaluations: [] };
  }
  return { status: "complete", best: null, probe: null, weights: fingerprint(steps.loss), steps, evaluations: [] };
}
async function series(script, { levers, seed, job }, { workload, id, folder }) {
  const { points, epochs } = rateSeries;
  const grid = { ...job, steps: points };
  const log = emptyLog();
  for (let point = 0; point < points; point++) {
    const learningRate = rounded(sweepRate(point, grid));
    const own = join2(folder, `point-${point + 1}`);
    await mkdir2(own);
    const asked = trainingAsked(workload.program, withLevers(levers, { learningRate }), seed, { stop: epochs });
    const { collected } = await runScript(script, { id, folder: own, asked });
    const loss = lastLoss(collected);
    if (loss === null) return bodyOf(log, { divergedAt: log.loss.length, end: null });
    log.loss.push(loss);
    log.learningRate.push(learningRate);
    log.gradientNorm.push(Number.NaN);
    log.clipped.push(false);
  }
  return bodyOf(log, { divergedAt: null, end: null });
}
function lastLoss({ steps, divergedAt, end }) {
  if (divergedAt !== null || end?.status === "diverged") return null;
  if (steps.loss.length === 0) {
    throw new TrainerFault("no-report", "a range test needs the training loss, and the script reported no step");
  }
  const last = steps.loss.slice(-Math.ceil(steps.loss.length / 4));
  return rounded(last.reduce((sum, loss) => sum + loss, 0) / last.length);
}

// src/engines/command/results.ts
async function trainedBody(collected, { job, levers }, judged) {
  const { steps, end, divergedAt } = collected;
  if (divergedAt !== null || end?.status === "diverged") {
    const reason = end?.status === "diverged" && end.reason ? end.reason : "the loss is not finite";
    return { status: "diverged", atStep: divergedAt ?? steps.loss.length, reason, steps, evaluations: [] };
  }
  const points = (split) => measured(collected, split, judged);
  const [train, validation] = [await points("train"), await points("validation")];
  const { objective } = judged.workload;
  if (validation.length === 0) throw nothing("validation", judged);
  const broken = validation.map(({ metrics, step }) => ({ step, why: notFinite(metrics) })).find(({ why }) => why !== null);
  const last = steps.loss.length;
  const epochOf = ({ epoch, step }) => epoch ?? (last > 0 ? step / last * levers.scheduling.epochs : 0);
  const evaluations = validation.map((point) => ({
    step: point.step,
    epoch: epochOf(point),
    train: train.find(({ step }) => step === point.step)?.metrics ?? {},
    validation: point.metrics
  }));
  if (broken) {
    return { status: "diverged", atStep: broken.step, reason: `${broken.why} in an evaluation`, steps, evaluations: [] };
  }
  const best = validation.reduce((a, b) => better(objective, b, a) ? b : a);
  const test = job.evaluateTest ? await points("test") : [];
  if (job.evaluateTest && test.length === 0) throw nothing("test", judged);
  const tested = test.find(({ step }) => step === best.step) ?? test.at(-1) ?? null;
  const calibrated = job.calibration && best.predicted ? { calibration: calibrationOf(best.predicted, tested?.predicted ?? null) } : {};
  return {
    status: "complete",
    best: { step: best.step, epoch: epochOf(best), validation: best.metrics, test: tested?.metrics ?? null, ...calibrated },
    probe: null,
    weights: identity(collected, [best, ...tested ? [tested] : []]),
    steps,
    evaluations
  };
}
var better = (metric, one, other) => gain(metric, other.metrics[metric] ?? Number.NaN, one.metrics[metric] ?? Number.NaN) > 0;
function identity({ end, steps, evaluations }, points) {
  const predictions = points.flatMap(({ predicted }) => predicted?.outputsDigest ?? []);
  if (predictions.length > 0) return fingerprint(predictions);
  return end?.weights_sha256 ?? fingerprint({ loss: steps.loss, metrics: evaluations.map(({ metrics }) => metrics) });
}
function nothing(split, { workload }) {
  const how = workload.program.measured === "from predictions" ? "predictions" : "evaluation";
  return new TrainerFault("no-report", `the script ended without a line ${how} of the split ${split}`);
}
async function measured({ predictions, evaluations }, split, judged) {
  const { workload, outputDir, description } = judged;
  if (workload.program.measured === "self-reported") {
    return evaluations.filter((evaluation) => evaluation.split === split).map(({ step, epoch, metrics }) => ({ step, epoch: epoch ?? null, metrics: reported(metrics, split, step, workload) }));
  }
  const points = [];
  let labels;
  for (const report of predictions) {
    if (report.split !== split) continue;
    const predicted = await readPredictions(outputDir, report, workload.task, labels);
    labels = report.labels ?? labels;
    await judged.sameLabels(split, predicted.labelsDigest);
    requireRows(predicted, description.rows);
    points.push({ step: report.step, epoch: report.epoch ?? null, metrics: scoresOf(predicted, workload), predicted });
  }
  return points;
}
function requireRows({ split, targets }, rows) {
  const expected = split === "test" ? rows.test : split === "validation" ? rows.validation : null;
  if (expected === null || expected === targets.length) return;
  throw new TrainerFault(
    "predictions",
    `the script predicted ${targets.length} rows of the split ${split}, and its hello says that there are ${expected}`
  );
}
function reported(found, split, step, { metrics, program }) {
  const entries = metrics.flatMap((metric) => {
    const name = program.metrics[metric] ?? metric;
    const value = found[name];
    if (value === void 0 && split === "train") return [];
    if (value === void 0) {
      const known = Object.keys(found).map((key) => quoted(key, 60));
      throw new TrainerFault(
        "metrics",
        `the evaluation of ${split} at step ${step} has no ${quoted(name, 60)}, which the spec names as ${metric}; it has ${known.slice(0, 10).join(", ") || "nothing"}`
      );
    }
    if (value !== null && !isPossible(metric, value)) {
      throw new TrainerFault("metrics", `${quoted(name, 60)} is ${value} at step ${step}, which no ${metric} can be`);
    }
    return [[metric, value === null ? Number.NaN : rounded(value)]];
  });
  return Object.fromEntries(entries);
}

// src/engines/command/engine.ts
var start = async () => (training) => {
  if (!("place" in training)) throw new Error("this engine trains scripts, and the workload is a model");
  return createScriptTrainer(training.workload, training.place);
};
function createScriptTrainer(workload, place) {
  const engine = labelOf(place.description);
  const stopping = new AbortController();
  let active = Promise.resolve();
  const script = {
    ...place,
    command: workload.program.command,
    seedName: workload.program.seed,
    signal: stopping.signal
  };
  return {
    engine,
    async run(request, id) {
      const begun = performance.now();
      const work = inFolder(join3(place.scratch, "runs"), `${id}-`, (folder) => bodyOf2(request, id, folder));
      active = work.catch(() => {
      });
      const body = await work.catch(asCrash);
      const seconds = (performance.now() - begun) / 1e3;
      const timing = { seconds: rounded(seconds), stepsPerSecond: rounded(body.steps.loss.length / seconds) };
      return { id, request, engine, ...body, timing };
    },
    async stop() {
      stopping.abort(new Error("the study was stopped"));
      await active;
    },
    dispose: () => {
    }
  };
  function bodyOf2(request, id, folder) {
    const { job } = request;
    const judged = {
      workload,
      description: place.description,
      outputDir: join3(folder, "output"),
      sameLabels: (split, digest) => sameLabels(place.scratch, fingerprint(workload), split, digest)
    };
    switch (job.kind) {
      case "train":
        return trained(script, request, id, folder, judged);
      case "range-test":
        return sweptBody(script, request, { workload, id, folder });
      case "probe":
        return probedBody(script, request, { workload, id, folder });
      default:
        return unreachable(job, "job");
    }
  }
  async function trained(of, request, id, folder, judged) {
    const { levers, seed, job } = request;
    const epochs = Math.max(1, Math.round(levers.scheduling.epochs * job.length));
    const stop = Math.max(1, Math.round(epochs * job.stopAfter));
    const asked = trainingAsked(workload.program, levers, seed, { epochs, stop, test: job.evaluateTest });
    const { collected } = await runScript(of, { id, folder, asked });
    return await trainedBody(collected, request, judged);
  }
}
function asCrash(error) {
  if (error instanceof TrainerFault) return crash(error.message);
  throw error;
}
export {
  createScriptTrainer,
  start
};
