import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);
import {
  buildModel,
  inferShapes,
  layerOf
} from "./chunk-QSNVH43L.js";
import {
  crash
} from "./chunk-WBJC4M3S.js";
import {
  createLearner,
  divergence,
  rangeTestRun,
  stepLogger,
  trainRun,
  weightsHash
} from "./chunk-4SL7ZHFC.js";
import {
  batchGradient,
  batchPlan,
  median,
  predict,
  runBatches,
  scaledPolicy,
  splitWeights
} from "./chunk-H7HCDWHR.js";
import {
  rounded,
  unreachable
} from "./chunk-HNL2MZQQ.js";

// src/train/columns.ts
var mostBytes = 256 * 2 ** 20;
var mostValues = 16;
function columnsOf([first], data) {
  const window = first && windowOf(first);
  if (!window) return null;
  const [height = 0, width = 0] = first.output;
  const values = valuesOf(window, first.input);
  if (values > mostValues || 4 * data.targets.length * height * width * values > mostBytes) return null;
  return { ...data, inputs: spread(window, first, data.inputs), inputShape: [height, width, values] };
}
function windowOf({ layer }) {
  const definition = layerOf(layer.kind);
  return "columns" in definition ? definition.columns?.window(layer) : void 0;
}
var valuesOf = ({ kernelSize: [tall, wide] }, input) => tall * wide * (input[2] ?? 0);
function spread(window, { input, output }, images) {
  const [height = 0, width = 0, channels = 0] = input;
  const places = placesOf(window, [height, width, channels], [output[0] ?? 0, output[1] ?? 0]);
  const size = height * width * channels;
  const count = images.length / size;
  const columns = new Float32Array(count * places.length);
  for (let image = 0; image < count; image++) {
    const [from, to] = [image * size, image * places.length];
    for (let i = 0; i < places.length; i++) {
      const place = places[i] ?? NaN;
      if (place >= 0) columns[to + i] = images[from + place] ?? NaN;
    }
  }
  return columns;
}
function placesOf({ kernelSize: [tall, wide], strides: [down, right], padding }, [height, width, channels], [rows, columns]) {
  const before = (outputs, stride, kernel, inputs) => padding === "same" ? Math.floor(Math.max(0, (outputs - 1) * stride + kernel - inputs) / 2) : 0;
  const [top, left] = [before(rows, down, tall, height), before(columns, right, wide, width)];
  const places = [];
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      for (let i = 0; i < tall; i++)
        for (let j = 0; j < wide; j++)
          for (let k = 0; k < channels; k++) {
            const [y, x] = [r * down - top + i, c * right - left + j];
            places.push(y < 0 || y >= height || x < 0 || x >= width ? -1 : (y * width + x) * channels + k);
          }
    }
  return Int32Array.from(places);
}

// src/train/noise-scale.ts
function noiseScale(pairs) {
  const means = pairs.map(({ small: b, large: B }) => ({
    signal: (B.batch * B.squaredNorm - b.batch * b.squaredNorm) / (B.batch - b.batch),
    noise: (b.squaredNorm - B.squaredNorm) / (1 / b.batch - 1 / B.batch)
  }));
  const total = (of) => means.reduce((sum, m) => sum + of(m), 0);
  const signal = total((m) => m.signal);
  const noise = total((m) => m.noise);
  return signal > 0 && noise > 0 ? noise / signal : null;
}

// src/train/squared-norms.ts
function squaredNorms(tf, settings, state, batches) {
  const weights = splitWeights(tf, settings.model, state.weights);
  const gradients = batches.map((batch) => {
    const { gradient, statistics } = batchGradient(tf, settings, weights, state.statistics, batch);
    tf.dispose(statistics);
    return gradient;
  });
  const squared = (t) => tf.sum(tf.square(t));
  const mean = (tensors) => tf.div(tf.addN(tensors), tensors.length);
  return tf.stack([mean(gradients.map(squared)), squared(mean(gradients))]);
}

// src/train/probe.ts
var warmUpShare = 0.2;
var noiseFrom = 0.5;
var parts = 4;
var MemoryLimitError = class extends Error {
};
function probeRun(context, { levers, seed, job }, onStep) {
  const plan = batchPlan(context.data.splits.train.length, levers.batching);
  const batches = runBatches(context, levers, seed);
  const rate = levers.optimization.learningRate;
  const log = stepLogger();
  const learner = createLearner(context, levers, seed);
  const seconds = [];
  const norms = [];
  try {
    for (let taken = 0; taken < job.steps; ) {
      const noisy = taken >= job.steps * noiseFrom;
      const count = noisy || taken === 0 ? 1 : Math.min(learner.chunk, Math.ceil(job.steps * noiseFrom) - taken);
      const start = performance.now();
      const reports = learner.advance(
        batches,
        taken,
        Array.from({ length: count }, () => rate)
      );
      const each = (performance.now() - start) / 1e3 / count;
      if (!noisy || learner.chunk === 1) seconds.push(...reports.map(() => each));
      for (const report of reports) {
        const failure = divergence(report);
        if (failure) return { status: "diverged", atStep: taken, reason: failure, steps: log.steps, evaluations: [] };
        log.push(rate, report, levers.scheduling.clipNorm);
        taken++;
        onStep?.(taken, job.steps);
      }
      if (noisy) norms.push(...normPair(context, learner, batches(taken - 1), taken - 1));
      refuseAbove(job.memoryMiB);
    }
    const probe = {
      examplesPerSecond: rounded(
        plan.rows * plan.accumulate / median(seconds.slice(Math.floor(seconds.length * warmUpShare)))
      ),
      peakMemoryMiB: Math.ceil(peakMemoryMiB()),
      noiseScale: roundedOrNull(noiseScale(norms))
    };
    const weights = weightsHash(learner.checkpoint());
    return { status: "complete", best: null, probe, weights, steps: log.steps, evaluations: [] };
  } finally {
    learner.dispose();
  }
}
function normPair({ engine: { tf }, compiler }, { settings, state, upload }, batches, step) {
  const [whole] = batches;
  const small = Math.floor((whole?.rows ?? 0) / parts);
  if (!whole || small === 0) return [];
  const slices = Array.from({ length: parts }, (_, i) => rowsOf(whole, i * small, small));
  return tf.tidy(() => {
    const uploaded = upload(slices, step);
    const [ofParts = NaN, ofMean = NaN] = compiler?.norms(settings, state, uploaded) ?? squaredNorms(tf, settings, state, uploaded).dataSync();
    return [
      {
        small: { batch: small, squaredNorm: ofParts },
        large: { batch: small * parts, squaredNorm: ofMean }
      }
    ];
  });
}
function rowsOf({ inputs, targets, rows }, start, count) {
  const part = (values) => {
    const size = values.length / rows;
    return values.slice(start * size, (start + count) * size);
  };
  return { rows: count, inputs: part(inputs), targets: part(targets) };
}
var peakMemoryMiB = () => process.resourceUsage().maxRSS / 1024;
function refuseAbove(limitMiB) {
  const peak = Math.ceil(peakMemoryMiB());
  if (peak > limitMiB) throw new MemoryLimitError(`needs more memory than the limit: ${peak} MiB, limit ${limitMiB} MiB`);
}
var roundedOrNull = (value) => value === null ? null : rounded(value);

// src/train/trainer.ts
function createTrainer(engine, workload, data, notice) {
  const shaped = inferShapes(workload.layers, data.inputShape);
  if (!shaped.ok)
    throw new Error(`layer ${shaped.error.place.join(".")}: ${shaped.error.message}, found ${shaped.error.found}`);
  if (data.splits.train.length === 0) throw new Error("there are no training rows");
  const contextOf = (of) => ({
    engine,
    workload,
    data: of,
    notice,
    model: buildModel(engine.tf, shaped.value, engine.fused, of !== data),
    compiler: engine.compile?.(of, notice)
  });
  const plain = contextOf(data);
  let spread2;
  const contextFor = ({ levers }) => {
    if (!engine.compile || scaledPolicy(workload.augmentation, levers.regularization.augmentation)) return plain;
    if (spread2 === void 0) {
      const columns = columnsOf(shaped.value, data);
      spread2 = columns && contextOf(columns);
    }
    return spread2 ?? plain;
  };
  return {
    engine: engine.label,
    run(request, id, onStep, keepWeights) {
      const start = performance.now();
      const context = contextFor(request);
      const body = withoutLeaks(context, () => runJob(context, request, onStep, keepWeights));
      const seconds = (performance.now() - start) / 1e3;
      const timing = { seconds: rounded(seconds), stepsPerSecond: rounded(body.steps.loss.length / seconds) };
      return { id, request, engine: engine.label, ...body, timing };
    },
    predict: (checkpoint) => predictAll(plain, checkpoint),
    // Every run owns its tensors; the trainer owns what compiling keeps.
    dispose: () => [plain, spread2].forEach((context) => context?.compiler?.dispose())
  };
}
function predictAll(context, { weights, statistics }) {
  const { engine, model, data } = context;
  const { tf } = engine;
  const state = {
    weights: tf.tensor1d(weights),
    statistics: statistics.map((values, i) => tf.tensor(values, [...model.statistics[i]?.shape ?? []]))
  };
  const outputs = predict(context, state, Int32Array.from(data.targets.keys()));
  tf.dispose([state.weights, ...state.statistics]);
  return outputs;
}
var trainsOn = (engine) => (training, notice) => {
  if (!("data" in training)) throw new Error(`${engine.label} trains models, and the workload is a script`);
  return createTrainer(engine, training.workload, training.data, notice);
};
function runJob(context, request, onStep, keepWeights) {
  const { job } = request;
  switch (job.kind) {
    case "train":
      return trainRun(context, request, onStep, keepWeights);
    case "range-test":
      return rangeTestRun(context, request, onStep);
    case "probe":
      return probeRun(context, request, onStep);
    default:
      return unreachable(job, "job");
  }
}
function withoutLeaks({ engine: { tf } }, run) {
  const before = tf.memory().numTensors;
  try {
    const body = run();
    const left = tf.memory().numTensors - before;
    return left === 0 ? body : crash(`bug in tunegate: the run left ${left} tensors behind`);
  } catch (error) {
    return crash(error instanceof Error ? reasonOf(error, tf.memory().numBytes) : String(error));
  }
}
function reasonOf({ message }, tensorBytes) {
  if (!/alloc|memory|array length/i.test(message) || message.includes("MiB")) return message;
  const mebi = (bytes) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  return `${message} (tensors used ${mebi(tensorBytes)}, the process ${mebi(process.memoryUsage.rss())})`;
}

export {
  squaredNorms,
  trainsOn
};
