import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);
import {
  rounded,
  shuffled,
  stream
} from "./chunk-HNL2MZQQ.js";

// src/train/augment.ts
function scaledPolicy(policy, strength) {
  const { shift: shift2, flip: flip2, erase: erase2, noise, mixup: mixup2 } = policy;
  const scaled = {
    shift: shift2 * strength,
    flip: flip2 * strength,
    erase: erase2 * strength,
    noise: noise * strength,
    mixup: mixup2 * strength
  };
  return Object.values(scaled).some((amount) => amount > 0) ? scaled : null;
}
function augment(batch, shape, policy, random) {
  const { inputs, rows } = batch;
  const size = inputs.length / rows;
  const [height = 1, width = 1, channels = 1] = shape;
  if (shape.length === 3) {
    for (let row = 0; row < rows; row++) {
      const image = { pixels: inputs.subarray(row * size, (row + 1) * size), height, width, channels };
      if (policy.flip > 0 && random.uniform() < policy.flip) flip(image);
      if (policy.shift > 0) shift(image, distance(policy.shift * height, random), distance(policy.shift * width, random));
      if (policy.erase > 0) erase(image, policy.erase, random);
    }
  }
  if (policy.noise > 0) addNoise(inputs, policy.noise, random);
  if (policy.mixup > 0) mixup(batch, beta(policy.mixup, random));
}
function addNoise(inputs, sd, random) {
  for (let i = 0; i < inputs.length; i++) inputs[i] = (inputs[i] ?? NaN) + sd * random.normal();
}
function flip({ pixels, height, width, channels }) {
  for (let y = 0; y < height; y++) {
    const line = pixels.subarray(y * width * channels, (y + 1) * width * channels);
    const before = line.slice();
    for (let x = 0; x < width; x++) line.set(before.subarray(x * channels, (x + 1) * channels), (width - 1 - x) * channels);
  }
}
function distance(most, random) {
  return Math.round((2 * random.uniform() - 1) * most);
}
function shift({ pixels, height, width, channels }, down, right) {
  if (down === 0 && right === 0) return;
  const before = pixels.slice();
  pixels.fill(0);
  for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
    const from = ((y - down) * width + Math.max(0, -right)) * channels;
    const length = Math.max(0, width - Math.abs(right)) * channels;
    pixels.set(before.subarray(from, from + length), (y * width + Math.max(0, right)) * channels);
  }
}
function erase({ pixels, height, width, channels }, share, random) {
  const side = Math.min(Math.floor(share * Math.min(height, width) + random.uniform()), height, width);
  const top = random.integer(height - side + 1);
  const left = random.integer(width - side + 1);
  for (let y = top; y < top + side; y++) pixels.fill(0, (y * width + left) * channels, (y * width + left + side) * channels);
}
function mixup({ inputs, targets, rows }, weight) {
  for (const values of [inputs, targets]) {
    const before = values.slice();
    const size = values.length / rows;
    for (let row = 0; row < rows; row++) {
      const other = (rows - 1 - row) * size;
      for (let i = 0; i < size; i++) {
        values[row * size + i] = weight * (before[row * size + i] ?? NaN) + (1 - weight) * (before[other + i] ?? NaN);
      }
    }
  }
}
function beta(alpha, random) {
  return 1 / (1 + Math.exp(logGamma(alpha, random) - logGamma(alpha, random)));
}
function logGamma(alpha, random) {
  if (alpha < 1) return logGamma(alpha + 1, random) + Math.log(1 - random.uniform()) / alpha;
  const d = alpha - 1 / 3;
  for (; ; ) {
    const x = random.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < x * x / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}

// src/data/batches.ts
function epochOrder(rows, seed, epoch) {
  return Int32Array.from(shuffled(rows, stream(seed, "order", epoch)));
}
function gatherRows(matrix, width, rows, into) {
  const out = into ?? new Float32Array(rows.length * width);
  if (out.length < rows.length * width) {
    throw new Error(`${rows.length} rows of ${width} do not fit into ${out.length} values`);
  }
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] ?? 0) * width;
    out.set(matrix.subarray(from, from + width), i * width);
  }
  return out;
}

// src/train/loss.ts
function smoothedTargets(labels, classes, smoothing) {
  const targets = new Float32Array(labels.length * classes).fill(smoothing / classes);
  for (let row = 0; row < labels.length; row++) {
    const at = row * classes + (labels[row] ?? NaN);
    targets[at] = 1 - smoothing + smoothing / classes;
  }
  return targets;
}
function softmaxCrossEntropy(tf, targets, logits) {
  const loss = tf.customGrad((given, save) => {
    const z = given;
    const batch = z.shape[0] ?? NaN;
    const shifted = tf.sub(z, tf.max(z, 1, true));
    const exps = tf.exp(shifted);
    const sums = tf.sum(exps, 1, true);
    const value = tf.div(tf.sub(tf.sum(tf.log(sums)), tf.sum(tf.mul(targets, shifted))), batch);
    save([tf.div(exps, sums), targets]);
    const gradFunc = (dy, saved) => tf.mul(tf.sub(saved[0], saved[1]), tf.div(dy, batch));
    return { value, gradFunc };
  });
  return loss(logits);
}
function weightedCrossEntropy(tf, targets, logits) {
  const loss = tf.customGrad((given, save) => {
    const z = given;
    const batch = z.shape[0] ?? NaN;
    const weights = tf.sum(targets, 1, true);
    const shifted = tf.sub(z, tf.max(z, 1, true));
    const exps = tf.exp(shifted);
    const sums = tf.sum(exps, 1, true);
    const value = tf.div(tf.sub(tf.sum(tf.mul(weights, tf.log(sums))), tf.sum(tf.mul(targets, shifted))), batch);
    save([tf.mul(weights, tf.div(exps, sums)), targets]);
    const gradFunc = (dy, saved) => tf.mul(tf.sub(saved[0], saved[1]), tf.div(dy, batch));
    return { value, gradFunc };
  });
  return loss(logits);
}
function meanSquaredError(tf, targets, outputs) {
  return tf.mean(tf.squaredDifference(outputs, targets));
}

// src/train/batches.ts
function batchPlan(trainingRows, { batchSize, accumulate }) {
  const rows = Math.min(batchSize, trainingRows);
  const passes = Math.min(accumulate, Math.floor(trainingRows / rows));
  return { rows, accumulate: passes, stepsPerEpoch: Math.floor(trainingRows / (rows * passes)) };
}
var outputWidth = ({ data }) => data.classes?.length ?? 1;
function batchSource(data, options, seed) {
  const { rows, accumulate, stepsPerEpoch } = batchPlan(data.splits.train.length, options.levers.batching);
  const policy = scaledPolicy(options.augmentation, options.levers.regularization.augmentation);
  let epoch = -1;
  let order = new Int32Array();
  const rowsOf = (step) => {
    if (Math.floor(step / stepsPerEpoch) !== epoch) {
      epoch = Math.floor(step / stepsPerEpoch);
      order = epochOrder(data.splits.train, seed, epoch);
    }
    const start = step % stepsPerEpoch * accumulate * rows;
    return order.subarray(start, start + accumulate * rows);
  };
  const source = (step) => {
    const all = rowsOf(step);
    return Array.from({ length: accumulate }, (_, pass) => {
      const batch = gatherBatch(data, all.subarray(pass * rows, (pass + 1) * rows), options);
      if (policy) augment(batch, data.inputShape, policy, stream(seed, "augment", step, pass));
      return batch;
    });
  };
  return Object.assign(source, { rowsOf: policy || data.weights ? null : rowsOf });
}
function runBatches({ workload, data }, levers, seed) {
  const { task, augmentation } = workload;
  return batchSource(data, { task, width: outputWidth(workload), levers, augmentation }, seed);
}
function gatherBatch(data, rows, { task, width, levers }) {
  const labels = gatherRows(data.targets, 1, rows);
  const inputs = gatherRows(data.inputs, data.inputs.length / data.targets.length, rows);
  if (task === "regression") return { rows: rows.length, inputs, targets: labels };
  const targets = smoothedTargets(labels, width, levers.regularization.labelSmoothing);
  if (data.weights) {
    for (let i = 0; i < targets.length; i++) {
      targets[i] = (targets[i] ?? NaN) * (data.weights[rows[Math.floor(i / width)] ?? -1] ?? NaN);
    }
  }
  return { rows: rows.length, inputs, targets };
}

// src/layers/forward.ts
var NotTraceable = class extends Error {
};
function stateless(apply) {
  return ({ x, weights, statistics, options, mask }) => ({ outputs: apply(x, weights, options, mask), statistics });
}
function weightAt(weights, index) {
  const weight = weights[index];
  if (!weight) throw new Error(`a layer is missing weight ${index} of ${weights.length}`);
  return weight;
}
function withBias(tf, x, weights, useBias, index) {
  return useBias ? tf.add(x, weightAt(weights, index)) : x;
}
function dropoutMask(x, own, site, { training, dropout: lever, random }) {
  const rate = own ?? lever;
  if (!training || rate === 0) return null;
  if (!random) throw new Error("dropout needs random numbers during training");
  return random.dropoutMask(site, x.shape, rate);
}

// src/train/averaging.ts
var spanShare = 0.1;
function averagingOver(total) {
  const decay = 1 - 1 / Math.max(1, spanShare * total);
  return { share: (step) => (1 - decay) / (1 - decay ** (step + 1)) };
}
function averaged(tf, averages, values, share) {
  return averages.map((average, i) => tf.add(average, tf.mul(tf.sub(values[i], average), share)));
}

// src/train/step.ts
var tensorsOf = ({ weights, slots, statistics, averages }) => [
  weights,
  ...slots,
  ...statistics,
  ...averages
];
function coefficientsOf({ optimizer, averaging }, step, rate) {
  return [...optimizer.coefficients(step, rate), ...averaging ? [averaging.share(step)] : []];
}
function trainStep(tf, settings, state, batches, coefficients) {
  const passes = meanGradient(tf, settings, state, batches);
  const norm = globalNorm(tf, passes.gradient);
  const limit = settings.levers.scheduling.clipNorm;
  const gradient = limit === null ? passes.gradient : clipByNorm(tf, passes.gradient, norm, limit);
  const updated = settings.optimizer.update(state, gradient, coefficients);
  const { statistics } = passes;
  const averages = settings.averaging ? averaged(tf, state.averages, [updated.weights, ...statistics], coefficients.at(-1)) : [];
  return { state: { ...updated, statistics, averages }, loss: passes.loss, norm };
}
function globalNorm(tf, gradient) {
  return tf.sqrt(tf.sum(tf.square(gradient)));
}
function clipByNorm(tf, gradient, norm, limit) {
  return tf.mul(gradient, tf.minimum(tf.div(limit, tf.add(norm, 1e-6)), 1));
}
function meanGradient(tf, settings, state, batches) {
  const { weights, statistics } = state;
  const parameters = splitWeights(tf, settings.model, weights);
  const passes = [];
  for (const batch of batches) {
    const before = passes.at(-1)?.statistics;
    passes.push(batchGradient(tf, settings, parameters, before ?? statistics, batch));
    if (before) tf.dispose(before);
  }
  const last = passes.at(-1);
  if (!last) throw new Error("a step needs at least one batch");
  if (passes.length === 1) return last;
  return {
    loss: tf.div(tf.addN(passes.map((p) => p.loss)), passes.length),
    gradient: tf.div(tf.addN(passes.map((p) => p.gradient)), passes.length),
    statistics: last.statistics
  };
}
function batchGradient(tf, settings, parameters, statistics, batch) {
  const { model, task, weighted, fused } = settings;
  const options = { training: true, dropout: settings.levers.regularization.dropout, random: batch.random };
  let after = [];
  const loss = (...trainable) => {
    const { outputs, statistics: moved } = model.forward(trainable, statistics, batch.inputs, options);
    after = moved.map((s) => tf.keep(s));
    if (task === "regression") return meanSquaredError(tf, batch.targets, outputs);
    if (weighted) return weightedCrossEntropy(tf, batch.targets, outputs);
    return fused ? fused.softmaxCrossEntropy(batch.targets, outputs) : softmaxCrossEntropy(tf, batch.targets, outputs);
  };
  const { value, grads } = tf.valueAndGrads(loss)([...parameters]);
  const flat = grads.map((g) => tf.reshape(g, [g.size]));
  return { loss: value, gradient: flat.length === 1 ? flat[0] : tf.concat(flat), statistics: after };
}
function splitWeights(tf, model, weights) {
  const parts = tf.split(
    weights,
    model.parameters.map((p) => p.size)
  );
  return model.parameters.map((p, i) => tf.reshape(parts[i], [...p.shape]));
}

// src/records/metrics.ts
var metrics = {
  accuracy: {
    task: "classification",
    better: "higher",
    title: "share of examples whose most probable class is correct",
    meanOverRows: true
  },
  balancedAccuracy: { task: "classification", better: "higher", title: "mean recall over the classes" },
  f1: {
    task: "classification",
    better: "higher",
    title: "macro F1: mean over the classes of the harmonic mean of precision and recall"
  },
  nll: {
    task: "classification",
    better: "lower",
    title: "mean negative log-likelihood of the correct class, in nats, without label smoothing",
    meanOverRows: true
  },
  brier: {
    task: "classification",
    better: "lower",
    title: "mean squared difference between the probabilities and the correct class, summed over classes",
    meanOverRows: true
  },
  ece: { task: "classification", better: "lower", title: "expected calibration error over 15 equal-width bins" },
  auroc: {
    task: "classification",
    better: "higher",
    title: "area under the ROC curve: of the second of two classes, or the mean over classes, each against the rest",
    onRequest: true
  },
  averagePrecision: {
    task: "classification",
    better: "higher",
    title: "average precision: of the second of two classes, or the mean over classes, each against the rest",
    onRequest: true
  },
  kappa: {
    task: "classification",
    better: "higher",
    title: "Cohen's kappa with quadratic weights, for classes in a meaningful order",
    onRequest: true
  },
  worstRecall: { task: "classification", better: "higher", title: "lowest recall of a class", onRequest: true },
  worstNll: {
    task: "classification",
    better: "lower",
    title: "highest mean negative log-likelihood of the rows of a class, in nats",
    onRequest: true
  },
  mse: {
    task: "regression",
    better: "lower",
    title: "mean squared error, in squared units of the target",
    meanOverRows: true
  },
  rmse: { task: "regression", better: "lower", title: "root of the mean squared error, in units of the target" },
  mae: { task: "regression", better: "lower", title: "mean absolute error, in units of the target", meanOverRows: true },
  r2: { task: "regression", better: "higher", title: "share of the variance explained" },
  mape: {
    task: "regression",
    better: "lower",
    title: "mean absolute error as a share of the target; huge if a target is 0",
    meanOverRows: true,
    onRequest: true
  }
};
var metricNames = Object.keys(metrics);
var allMetricsOf = (task) => metricNames.filter((name) => metrics[name].task === task);
var isOnRequest = (name) => metrics[name].onRequest === true;
var metricsOf = (task) => allMetricsOf(task).filter((name) => !isOnRequest(name));
var isMeanOverRows = (name) => metrics[name].meanOverRows === true;
var isProportion = (name) => isMeanOverRows(name) && higherIsBetter(name) && ranges[name][0] === 0;
var higherIsBetter = (name) => metrics[name].better === "higher";
var gain = (name, from, to) => higherIsBetter(name) ? to - from : from - to;
var ranges = {
  accuracy: [0, 1],
  balancedAccuracy: [0, 1],
  f1: [0, 1],
  nll: [0, Infinity],
  brier: [0, 2],
  ece: [0, 1],
  auroc: [0, 1],
  averagePrecision: [0, 1],
  kappa: [-1, 1],
  worstRecall: [0, 1],
  worstNll: [0, Infinity],
  mse: [0, Infinity],
  rmse: [0, Infinity],
  mae: [0, Infinity],
  r2: [-Infinity, 1],
  mape: [0, Infinity]
};
var rounding = 1e-9;
var rangeOf = (name) => ranges[name];
var isMetricName = (name) => Object.hasOwn(metrics, name);
function isPossible(name, value) {
  const [least, most] = ranges[name];
  return Number.isFinite(value) && value >= least - rounding && value <= most + rounding;
}

// src/base/numbers.ts
var numberAt = (values, i) => values[i] ?? NaN;
function addTo(sums, i, by = 1) {
  sums[i] = (sums[i] ?? NaN) + by;
}
var differences = (a, b) => a.map((value, i) => value - numberAt(b, i));

// src/stats/calibration.ts
var LEAST = Number.EPSILON;
function unusablePredictions({ probabilities, labels, classes }) {
  const n = labels.length;
  if (n === 0) return "there are no predictions to score";
  if (probabilities.length !== n * classes) {
    return `${n} labels of ${classes} classes need ${n * classes} probabilities, found ${probabilities.length}`;
  }
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i] ?? NaN;
    if (!(p >= 0 && p <= 1 + 1e-5)) return `example ${Math.floor(i / classes) + 1} has the probability ${p}`;
  }
  for (let i = 0; i < n; i++) {
    const label = labels[i] ?? NaN;
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) return `example ${i + 1} has the label ${label}`;
  }
  return void 0;
}
function negativeLogLikelihood(predictions) {
  if (unusablePredictions(predictions) !== void 0) return NaN;
  const { probabilities, labels, classes } = predictions;
  let sum2 = 0;
  for (let i = 0; i < labels.length; i++) {
    sum2 -= Math.log(Math.min(1, Math.max(LEAST, probabilities[i * classes + (labels[i] ?? NaN)] ?? NaN)));
  }
  return sum2 / labels.length;
}
function brierScore(predictions) {
  if (unusablePredictions(predictions) !== void 0) return NaN;
  const { probabilities, labels, classes } = predictions;
  let sum2 = 0;
  for (let i = 0; i < labels.length * classes; i++) {
    const hit = Number(labels[Math.floor(i / classes)] === i % classes);
    sum2 += ((probabilities[i] ?? NaN) - hit) ** 2;
  }
  return sum2 / labels.length;
}
function topLabel({ probabilities, labels, classes }) {
  const confidence = new Float64Array(labels.length);
  const correct = new Uint8Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if ((probabilities[i * classes + c] ?? NaN) > (probabilities[i * classes + best] ?? NaN)) best = c;
    }
    confidence[i] = Math.min(1, probabilities[i * classes + best] ?? NaN);
    correct[i] = Number(best === labels[i]);
  }
  return { confidence, correct };
}
function calibrationBins({ confidence, correct }, bins2, binning = "equal-width") {
  const edges = binEdges(confidence, bins2, binning);
  const [count, sum2, hits] = [new Float64Array(bins2), new Float64Array(bins2), new Float64Array(bins2)];
  for (let i = 0; i < confidence.length; i++) {
    const value = confidence[i] ?? NaN;
    const b = binOf(value, edges);
    addTo(count, b);
    addTo(sum2, b, value);
    addTo(hits, b, correct[i] ?? NaN);
  }
  return Array.from(count, (n, b) => ({
    from: edges[b] ?? NaN,
    to: edges[b + 1] ?? NaN,
    count: n,
    meanConfidence: (sum2[b] ?? NaN) / n,
    accuracy: (hits[b] ?? NaN) / n
  })).filter((bin) => bin.count > 0);
}
function binEdges(values, bins2, binning) {
  if (binning === "equal-width") return Float64Array.from({ length: bins2 + 1 }, (_, i) => i / bins2);
  const sorted = Float64Array.from(values).sort();
  const start = (b) => Math.min(sorted.length - 1, Math.ceil(b * sorted.length / bins2));
  return Float64Array.from({ length: bins2 + 1 }, (_, b) => sorted[start(b)] ?? NaN);
}
function binOf(value, edges) {
  let [low, high] = [0, edges.length - 1];
  while (high - low > 1) {
    const middle = low + high >> 1;
    if ((edges[middle] ?? NaN) <= value) low = middle;
    else high = middle;
  }
  return low;
}
function calibrationError(bins2) {
  const n = bins2.reduce((sum2, bin) => sum2 + bin.count, 0);
  const gaps = bins2.map((bin) => ({ weight: bin.count / n, gap: Math.abs(bin.meanConfidence - bin.accuracy) }));
  return {
    l1: gaps.reduce((sum2, { weight, gap }) => sum2 + weight * gap, 0),
    l2: Math.sqrt(gaps.reduce((sum2, { weight, gap }) => sum2 + weight * gap ** 2, 0)),
    max: gaps.reduce((most, { gap }) => Math.max(most, gap), 0)
  };
}
function expectedCalibrationError(predictions, bins2 = 15, binning = "equal-width") {
  if (unusablePredictions(predictions) !== void 0) return NaN;
  return calibrationError(calibrationBins(topLabel(predictions), bins2, binning)).l1;
}

// src/stats/describe.ts
var powerOfTwoBelow = (size) => size > 0 ? 2 ** Math.floor(Math.log2(size)) : 1;
function largestMagnitude(values) {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] ?? NaN));
  return largest;
}
function mean(values) {
  const scale = powerOfTwoBelow(largestMagnitude(values));
  return scaledMean(values, scale) * scale;
}
function scaledMean(values, scale) {
  const n = values.length;
  let sum2 = 0;
  for (let i = 0; i < n; i++) sum2 += (values[i] ?? NaN) / scale;
  const first = sum2 / n;
  let rest = 0;
  for (let i = 0; i < n; i++) rest += (values[i] ?? NaN) / scale - first;
  return first + rest / n;
}
function sampleSd(values) {
  if (values.length < 2) return NaN;
  const scale = powerOfTwoBelow(largestMagnitude(values));
  const centre = scaledMean(values, scale);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += ((values[i] ?? NaN) / scale - centre) ** 2;
  return Math.sqrt(squares / (values.length - 1)) * scale;
}
var noSpread = (sd, size) => sd <= 8 * Number.EPSILON * size;
var ascending = (values) => Float64Array.from(values).sort();
function quantile(values, p) {
  const sorted = ascending(values);
  if (sorted.length === 0) return NaN;
  const place = (sorted.length - 1) * p;
  const below = Math.floor(place);
  const low = sorted[below] ?? NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN;
  return place === below || low === high ? low : low + (place - below) * (high - low);
}
var median = (values) => quantile(values, 0.5);
function medianFilter(values, window) {
  if (!Number.isInteger(window) || window < 1 || window % 2 === 0) {
    throw new Error(`a centered window must be odd and positive, found ${window}`);
  }
  const all = Float64Array.from(values);
  const reach = (window - 1) / 2;
  return Array.from(all, (_, i) => median(all.subarray(Math.max(0, i - reach), i + reach + 1)));
}
function pooledSd(groups) {
  const spreads = groups.filter((g) => g.length > 1 && Number.isFinite(largestMagnitude(g))).map((g) => ({ df: g.length - 1, sd: sampleSd(g) }));
  const df = spreads.reduce((sum2, s) => sum2 + s.df, 0);
  if (df === 0) return { sd: NaN, df: 0 };
  return { sd: Math.hypot(...spreads.map((s) => s.sd * Math.sqrt(s.df / df))), df };
}
function interquartileMean(values) {
  const cut = Math.floor(values.length / 4);
  return mean(ascending(values).subarray(cut, values.length - cut));
}

// src/stats/outcome.ts
var undefinedBecause = (reason) => ({ kind: "undefined", reason });
var shown = (value) => String(Number(value.toPrecision(4)));
function unusable(values, what, least) {
  if (values.length < least) {
    return `${what} needs at least ${least} values, found ${values.length}`;
  }
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) return `${what} holds ${values[i]} at position ${i + 1} of ${values.length}`;
  }
  return void 0;
}
var firstReason = (...reasons) => reasons.find((reason) => reason !== void 0);
var notPairs = (a, b) => a.length === b.length ? void 0 : `pairs need the same seeds on both sides, found ${a.length} and ${b.length}`;
var notAProbability = (value, what) => value > 0 && value < 1 ? void 0 : `${what} must lie between 0 and 1, found ${value}`;

// src/stats/calibration-evidence.ts
function calibrationNull(predictions, random, { bins: bins2 = 15, binning = "equal-width", draws = 1e3 } = {}) {
  const reason = unusablePredictions(predictions);
  if (reason !== void 0) return undefinedBecause(reason);
  const observed = expectedCalibrationError(predictions, bins2, binning);
  const { confidence } = topLabel(predictions);
  const errors = Float64Array.from({ length: draws }, () => {
    const correct = Uint8Array.from(confidence, (p) => Number(random.uniform() < p));
    return calibrationError(calibrationBins({ confidence, correct }, bins2, binning)).l1;
  });
  const above = errors.filter((e) => e >= observed).length;
  return { kind: "null", observed, percentile95: quantile(errors, 0.95), pValue: (above + 1) / (draws + 1), draws };
}
function brierParts(predictions, bins2 = 15) {
  const reason = unusablePredictions(predictions);
  if (reason !== void 0) return undefinedBecause(reason);
  const total = { score: 0, reliability: 0, resolution: 0, uncertainty: 0 };
  for (let c = 0; c < predictions.classes; c++) addClass(total, predictions, c, bins2);
  const { score, reliability, resolution, uncertainty } = total;
  return { kind: "brier", ...total, withinBins: score - (reliability - resolution + uncertainty) };
}
function addClass(into, { probabilities, labels, classes }, c, bins2) {
  const n = labels.length;
  const confidence = Float64Array.from({ length: n }, (_, i) => Math.min(1, probabilities[i * classes + c] ?? NaN));
  const correct = Uint8Array.from({ length: n }, (_, i) => Number(labels[i] === c));
  const base = correct.reduce((a, b) => a + b, 0) / n;
  for (const bin of calibrationBins({ confidence, correct }, bins2)) {
    into.reliability += bin.count / n * (bin.meanConfidence - bin.accuracy) ** 2;
    into.resolution += bin.count / n * (bin.accuracy - base) ** 2;
  }
  into.uncertainty += base * (1 - base);
  for (let i = 0; i < n; i++) into.score += ((confidence[i] ?? NaN) - (correct[i] ?? NaN)) ** 2 / n;
}

// src/stats/temperature.ts
var LEAST2 = 1e-38;
function fitTemperature(predictions) {
  const reason = unusablePredictions(predictions);
  if (reason !== void 0) return undefinedBecause(reason);
  const logits = Float64Array.from(predictions.probabilities, (p) => Math.log(Math.max(LEAST2, p)));
  const temperature = temperatureOf(logits, predictions);
  if (typeof temperature !== "number") return temperature;
  const after = negativeLogLikelihood({ ...predictions, probabilities: withTemperature(predictions, temperature) });
  return { kind: "temperature", temperature, before: negativeLogLikelihood(predictions), after };
}
function temperatureOf(logits, of) {
  let [low, high] = [1e-3, 1e3];
  if (slope(logits, of, low) >= 0) {
    return undefinedBecause("the labels do not follow the probabilities, so flatter is always better");
  }
  if (slope(logits, of, high) <= 0) {
    return undefinedBecause("every label already has the largest probability, so sharper is always better");
  }
  for (let i = 0; i < 40; i++) {
    const middle = Math.sqrt(low * high);
    if (slope(logits, of, middle) > 0) high = middle;
    else low = middle;
  }
  return 1 / Math.sqrt(low * high);
}
function withTemperature({ probabilities, labels, classes }, temperature) {
  const out = new Float64Array(labels.length * classes);
  for (let row = 0; row < labels.length; row++) {
    const logits = Float64Array.from(
      { length: classes },
      (_, c) => Math.log(Math.max(LEAST2, probabilities[row * classes + c] ?? NaN)) / temperature
    );
    const largest = logits.reduce((a, b) => Math.max(a, b));
    const weights = logits.map((z) => Math.exp(z - largest));
    const sum2 = weights.reduce((a, b) => a + b);
    out.set(
      weights.map((w) => w / sum2),
      row * classes
    );
  }
  return out;
}
function slope(logits, { labels, classes }, inverse) {
  let total = 0;
  for (let row = 0; row < labels.length; row++) {
    const from = row * classes;
    let largest = -Infinity;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, logits[from + c] ?? NaN);
    let [sum2, weighted] = [0, 0];
    for (let c = 0; c < classes; c++) {
      const z = logits[from + c] ?? NaN;
      const weight = Math.exp(inverse * (z - largest));
      sum2 += weight;
      weighted += weight * z;
    }
    total += weighted / sum2 - (logits[from + (labels[row] ?? NaN)] ?? NaN);
  }
  return total / labels.length;
}

// src/train/predicted.ts
function softmaxRow(logits, start, width) {
  let top = 0;
  for (let k = 1; k < width; k++) if ((logits[start + k] ?? NaN) > (logits[start + top] ?? NaN)) top = k;
  const largest = logits[start + top] ?? NaN;
  const probabilities = new Float64Array(width);
  let total = 0;
  for (let k = 0; k < width; k++) total += probabilities[k] = Math.exp((logits[start + k] ?? NaN) - largest);
  for (let k = 0; k < width; k++) probabilities[k] = (probabilities[k] ?? NaN) / total;
  return { probabilities, logSum: largest + Math.log(total), top };
}

// src/train/calibration.ts
var bins = 15;
var mostDrawn = 2e6;
function calibrationOf(validation, test) {
  const fittedOn = probabilitiesOf(validation);
  return calibrationFrom(fittedOn, test ? probabilitiesOf(test) : fittedOn, test ? "test" : "validation");
}
function calibrationFrom(fittedOn, judged, split) {
  const rows = judged.labels.length;
  const fitted = fitTemperature(fittedOn);
  const temperature = fitted.kind === "temperature" ? fitted.temperature : null;
  const draws = Math.max(100, Math.min(1e3, Math.floor(mostDrawn / rows)));
  const honest = calibrationNull(judged, stream(0, "calibration", rows), { bins, draws });
  return {
    split,
    rows,
    asTrained: summary(judged),
    ecePercentile95: honest.kind === "null" ? rounded(honest.percentile95) : null,
    temperature: temperature === null ? null : rounded(temperature),
    scaled: temperature === null ? null : summary({ ...judged, probabilities: withTemperature(judged, temperature) })
  };
}
function summary(judged) {
  const parts = brierParts(judged, bins);
  if (parts.kind === "undefined") throw new Error(parts.reason);
  const bars = calibrationBins(topLabel(judged), bins);
  return {
    nll: rounded(negativeLogLikelihood(judged)),
    brier: rounded(brierScore(judged)),
    parts: {
      reliability: rounded(parts.reliability),
      resolution: rounded(parts.resolution),
      uncertainty: rounded(parts.uncertainty),
      withinBins: rounded(parts.withinBins)
    },
    ece: rounded(calibrationError(bars).l1),
    eceEqualMass: rounded(expectedCalibrationError(judged, bins, "equal-mass")),
    bins: bars.map(({ from, to, count, meanConfidence, accuracy }) => ({
      from: rounded(from),
      to: rounded(to),
      count,
      confidence: rounded(meanConfidence),
      accuracy: rounded(accuracy)
    }))
  };
}
function probabilitiesOf({ outputs, targets, width }) {
  const probabilities = new Float64Array(outputs.length);
  for (let start = 0; start < outputs.length; start += width) {
    probabilities.set(softmaxRow(outputs, start, width).probabilities, start);
  }
  return { probabilities, labels: targets, classes: width };
}

// src/train/requested-metrics.ts
var requested = {
  auroc: (of) => overClasses(of, areaUnderRoc) ?? 0.5,
  averagePrecision: (of) => overClasses(of, averagePrecision) ?? 0,
  kappa: quadraticKappa,
  worstRecall: (of) => Math.min(...byClass(of, ({ top, label }) => Number(top === label))),
  worstNll: (of) => Math.max(...byClass(of, ({ logSum, logit }) => logSum - logit)),
  mape: percentageError
};
function requestedMetrics(names, of, scale) {
  return names.flatMap((name) => {
    const compute = requested[name];
    return compute ? [[name, compute(of, scale)]] : [];
  });
}
function overClasses(of, curve) {
  const { targets, width } = of;
  const probabilities = probabilitiesOf2(of);
  const classes = width === 2 ? [1] : Array.from({ length: width }, (_, k) => k);
  const values = classes.flatMap((k) => {
    const isPositive = Uint8Array.from(targets, (target) => Number(target === k));
    const positives = isPositive.reduce((sum2, one) => sum2 + one, 0);
    if (positives === 0 || positives === targets.length) return [];
    return [
      curve(
        Float64Array.from(targets, (_, row) => probabilities[row * width + k] ?? NaN),
        isPositive
      )
    ];
  });
  return values.length === 0 ? void 0 : mean(values);
}
function probabilitiesOf2({ outputs, targets, width }) {
  const all = new Float64Array(targets.length * width);
  for (let row = 0; row < targets.length; row++) {
    all.set(softmaxRow(outputs, row * width, width).probabilities, row * width);
  }
  return all;
}
function eachThreshold(scores, isPositive, see) {
  const order = Array.from(scores.keys()).sort((a, b) => (scores[b] ?? NaN) - (scores[a] ?? NaN));
  let [right, wrong] = [0, 0];
  order.forEach((row, i) => {
    if (isPositive[row] === 1) right++;
    else wrong++;
    const next = order[i + 1];
    if (next === void 0 || scores[next] !== scores[row]) see(right, wrong);
  });
}
function areaUnderRoc(scores, isPositive) {
  let [area, lastRight, lastWrong] = [0, 0, 0];
  eachThreshold(scores, isPositive, (right, wrong) => {
    area += (wrong - lastWrong) * (right + lastRight) / 2;
    [lastRight, lastWrong] = [right, wrong];
  });
  return area / (lastRight * lastWrong);
}
function averagePrecision(scores, isPositive) {
  let [sum2, lastRight] = [0, 0];
  eachThreshold(scores, isPositive, (right, wrong) => {
    sum2 += (right - lastRight) * right / (right + wrong);
    lastRight = right;
  });
  return sum2 / lastRight;
}
function quadraticKappa({ outputs, targets, width }) {
  const rows = targets.length;
  const [actual, predicted] = [new Float64Array(width), new Float64Array(width)];
  let observed = 0;
  for (let row = 0; row < rows; row++) {
    const [label, { top }] = [targets[row] ?? NaN, softmaxRow(outputs, row * width, width)];
    actual[label] = (actual[label] ?? 0) + 1;
    predicted[top] = (predicted[top] ?? 0) + 1;
    observed += (label - top) ** 2;
  }
  let expected = 0;
  for (let i = 0; i < width; i++)
    for (let j = 0; j < width; j++) expected += (actual[i] ?? 0) * (predicted[j] ?? 0) * (i - j) ** 2 / rows;
  return expected > 0 ? 1 - observed / expected : 1;
}
function byClass({ outputs, targets, width }, valueOf) {
  const sums = /* @__PURE__ */ new Map();
  targets.forEach((label, row) => {
    const { top, logSum } = softmaxRow(outputs, row * width, width);
    const own = sums.get(label) ?? { sum: 0, rows: 0 };
    own.sum += valueOf({ label, top, logSum, logit: outputs[row * width + label] ?? NaN });
    own.rows++;
    sums.set(label, own);
  });
  return [...sums.values()].map(({ sum: sum2, rows }) => sum2 / rows);
}
function percentageError({ outputs, targets }, scale) {
  const { mean: center, sd } = scale ?? { mean: 0, sd: 1 };
  let sum2 = 0;
  targets.forEach((target, row) => {
    const truth = target * sd + center;
    sum2 += Math.abs((outputs[row] ?? NaN) - target) * sd / Math.max(Math.abs(truth), Number.EPSILON);
  });
  return sum2 / targets.length;
}

// src/train/metrics.ts
var calibrationBins2 = 15;
function computeMetrics(task, predictions, scale, requested2 = []) {
  const all = task === "classification" ? classificationMetrics(predictions) : regressionMetrics(predictions, scale?.sd ?? 1);
  const entries = [...Object.entries(all), ...requestedMetrics(requested2, predictions, scale)];
  return Object.fromEntries(entries.map(([name, value]) => [name, rounded(value)]));
}
function classificationMetrics({ outputs, targets, width }) {
  const rows = targets.length;
  const counts = { actual: new Float64Array(width), predicted: new Float64Array(width), both: new Float64Array(width) };
  const bins2 = { confidence: new Float64Array(calibrationBins2), correct: new Float64Array(calibrationBins2) };
  let nll = 0;
  let brier = 0;
  for (let row = 0; row < rows; row++) {
    const label = targets[row] ?? NaN;
    const { probabilities, logSum, top } = softmaxRow(outputs, row * width, width);
    nll += logSum - (outputs[row * width + label] ?? NaN);
    for (let k = 0; k < width; k++) brier += ((probabilities[k] ?? NaN) - (k === label ? 1 : 0)) ** 2;
    addTo(counts.actual, label);
    addTo(counts.predicted, top);
    if (top === label) addTo(counts.both, label);
    const confidence = probabilities[top] ?? NaN;
    const bin = Math.min(Math.floor(confidence * calibrationBins2), calibrationBins2 - 1);
    addTo(bins2.confidence, bin, confidence);
    addTo(bins2.correct, bin, top === label ? 1 : 0);
  }
  const gap = bins2.confidence.reduce((sum2, confidence, bin) => sum2 + Math.abs(confidence - (bins2.correct[bin] ?? NaN)), 0);
  return { accuracy: sum(counts.both) / rows, ...perClass(counts), nll: nll / rows, brier: brier / rows, ece: gap / rows };
}
function perClass({ actual, predicted, both }) {
  const recalls = [];
  const f1s = [];
  for (let k = 0; k < actual.length; k++) {
    const [is, said, right] = [actual[k] ?? NaN, predicted[k] ?? NaN, both[k] ?? NaN];
    if (is > 0) recalls.push(right / is);
    if (is + said > 0) f1s.push(2 * right / (is + said));
  }
  return { balancedAccuracy: sum(recalls) / recalls.length, f1: sum(f1s) / f1s.length };
}
function regressionMetrics({ outputs, targets }, sd) {
  const rows = targets.length;
  const center = sum(targets) / rows;
  let squared = 0;
  let absolute = 0;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const target = targets[row] ?? NaN;
    const error = (outputs[row] ?? NaN) - target;
    squared += error * error;
    absolute += Math.abs(error);
    total += (target - center) ** 2;
  }
  const mse = squared / rows * sd * sd;
  const r2 = total > 0 ? 1 - squared / total : squared > 0 ? 0 : 1;
  return { mse, rmse: Math.sqrt(mse), mae: absolute / rows * sd, r2 };
}
function mistakeCost({ outputs, targets, width }) {
  let total = 0;
  for (let row = 0; row < targets.length; row++) {
    let wrong = -Infinity;
    for (let k = 0; k < width; k++) if (k !== targets[row]) wrong = Math.max(wrong, outputs[row * width + k] ?? NaN);
    total += softmaxRow(outputs, row * width, width).logSum - wrong;
  }
  return rounded(total / targets.length);
}
function sum(values) {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] ?? NaN;
  return total;
}

// src/train/evaluate.ts
var mostValues = 2 ** 20;
var [fewestRows, mostRows] = [16, 1024];
var chunkRows = ({ widest }) => Math.max(fewestRows, Math.min(mostRows, Math.floor(mostValues / widest)));
var inference = { training: false, dropout: 0, random: null };
function evaluate(context, state, rows) {
  const [metrics2] = evaluateEach(context, state, [rows]);
  return metrics2;
}
function evaluateEach(context, state, lists) {
  const width = outputWidth(context.workload);
  const all = predict(context, state, joined(lists));
  let start = 0;
  return lists.map((rows) => {
    const outputs = all.subarray(start * width, (start += rows.length) * width);
    return metricsOf2(context, outputs, rows);
  });
}
var metricsOf2 = (context, outputs, rows) => computeMetrics(
  context.workload.task,
  predictionsOf(context, outputs, rows),
  context.data.targetScale,
  context.workload.requested
);
function predictionsOf({ workload, data }, outputs, rows) {
  if (rows.length === 0) throw new Error("a split without rows cannot be evaluated");
  return { outputs, targets: gatherRows(data.targets, 1, rows), width: outputWidth(workload) };
}
function joined(lists) {
  const all = new Int32Array(lists.reduce((sum2, { length }) => sum2 + length, 0));
  let start = 0;
  for (const rows of lists) {
    all.set(rows, start);
    start += rows.length;
  }
  return all;
}
function predict(context, state, rows) {
  const {
    engine: { tf },
    model,
    workload,
    data,
    compiler
  } = context;
  const compiled = compiler && predictCompiled(compiler, model, state, rows, outputWidth(workload));
  if (compiled) return compiled;
  const size = data.inputs.length / data.targets.length;
  const width = outputWidth(workload);
  const out = new Float32Array(rows.length * width);
  const most = chunkRows(model);
  for (let start = 0; start < rows.length; start += most) {
    const chunk = rows.subarray(start, start + most);
    const outputs = tf.tidy(() => {
      const inputs = tf.tensor(gatherRows(data.inputs, size, chunk), [chunk.length, ...data.inputShape]);
      return model.forward(splitWeights(tf, model, state.weights), state.statistics, inputs, inference).outputs;
    });
    out.set(outputs.dataSync(), start * width);
    outputs.dispose();
  }
  return out;
}
function predictCompiled(compiler, model, state, rows, width) {
  const size = Math.ceil(rows.length / Math.ceil(rows.length / chunkRows(model)));
  const out = new Float32Array(rows.length * width);
  for (let start = 0; start < rows.length; start += size) {
    const part = new Int32Array(size).fill(rows[0] ?? 0);
    part.set(rows.subarray(start, start + size));
    const outputs = compiler.predict(model, state, part);
    if (!outputs) return null;
    out.set(outputs.subarray(0, (rows.length - start) * width), start * width);
  }
  return out;
}
function fixedSample(rows, most) {
  if (rows.length <= most) return rows;
  return Int32Array.from({ length: most }, (_, i) => rows[Math.floor(i * rows.length / most)] ?? 0);
}
function notFinite(metrics2) {
  const found = Object.entries(metrics2).find(([, value]) => !Number.isFinite(value));
  return found ? `${found[0]} is ${found[1]}` : null;
}

// src/train/predictions.ts
var mostKept = 2 ** 16;
var keptRows = (rows, width) => fixedSample(rows, Math.floor(mostKept / width));
var keptPredictions = (width, onValidation, onTest) => ({
  width,
  validation: packed(onValidation, width),
  test: onTest && packed(onTest, width)
});
var keptOutputs = ({ values }) => unpacked(values);
var mostKeptWeights = 2 ** 24;
var keptWeights = ({ weights, statistics }) => ({
  trainable: base64Of(weights),
  statistics: base64Of(Float32Array.from(statistics.flatMap((values) => [...values])))
});
function keptCheckpoint({ trainable, statistics }, sizes) {
  const all = unpacked(statistics);
  let from = 0;
  return { weights: unpacked(trainable), statistics: sizes.map((size) => all.slice(from, from += size)) };
}
function unpacked(values) {
  const bytes = Buffer.from(values, "base64");
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}
function base64Of(values) {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeFloatLE(value, 4 * i));
  return bytes.toString("base64");
}
function packed(outputs, width) {
  const all = Int32Array.from({ length: outputs.length / width }, (_, row) => row);
  const rows = keptRows(all, width);
  return { rows: rows.length, values: base64Of(gatherRows(outputs, width, rows)) };
}

export {
  gatherRows,
  scaledPolicy,
  augment,
  smoothedTargets,
  batchPlan,
  outputWidth,
  runBatches,
  NotTraceable,
  stateless,
  weightAt,
  withBias,
  dropoutMask,
  averagingOver,
  tensorsOf,
  coefficientsOf,
  trainStep,
  batchGradient,
  splitWeights,
  numberAt,
  addTo,
  differences,
  metrics,
  metricNames,
  allMetricsOf,
  isOnRequest,
  metricsOf,
  isMeanOverRows,
  isProportion,
  higherIsBetter,
  gain,
  rangeOf,
  isMetricName,
  isPossible,
  largestMagnitude,
  mean,
  sampleSd,
  noSpread,
  quantile,
  median,
  medianFilter,
  pooledSd,
  interquartileMean,
  undefinedBecause,
  shown,
  unusable,
  firstReason,
  notPairs,
  notAProbability,
  temperatureOf,
  softmaxRow,
  calibrationOf,
  computeMetrics,
  mistakeCost,
  evaluate,
  evaluateEach,
  metricsOf2,
  predictionsOf,
  predict,
  fixedSample,
  notFinite,
  mostKept,
  keptRows,
  keptPredictions,
  keptOutputs,
  mostKeptWeights,
  keptWeights,
  keptCheckpoint
};
