import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);
import {
  NotTraceable,
  averagingOver,
  batchPlan,
  calibrationOf,
  coefficientsOf,
  evaluate,
  evaluateEach,
  fixedSample,
  gain,
  gatherRows,
  isMeanOverRows,
  keptPredictions,
  keptWeights,
  metricsOf2 as metricsOf,
  mistakeCost,
  mostKept,
  notFinite,
  numberAt,
  outputWidth,
  predict,
  predictionsOf,
  runBatches,
  tensorsOf,
  trainStep
} from "./chunk-H7HCDWHR.js";
import {
  rounded,
  sha256,
  unreachable
} from "./chunk-HNL2MZQQ.js";

// src/train/step-compiler.ts
var secondsPerCall = 0.2;
var mostSteps = 512;
var mostBytes = 64 * 2 ** 20;
var firstSteps = 8;
function createStepper(compiler, source, notice = () => {
}) {
  let steps;
  let chunk = firstSteps;
  const compiled = (state, batches, from) => {
    try {
      return compiler.compile({ ...source, batches, rowsOf: batches.rowsOf }, state, from);
    } catch (error) {
      if (!(error instanceof NotTraceable)) throw error;
      notice(`training steps run one op at a time, which is several times slower: ${error.message}`);
      chunk = 1;
      return null;
    }
  };
  return {
    get chunk() {
      return chunk;
    },
    advance(state, batches, from, rates, goOn) {
      if (steps === void 0) steps = compiled(state, batches, from);
      if (steps === null) return null;
      const start = performance.now();
      const whole = steps.run(state, from, rates);
      const seconds = (performance.now() - start) / 1e3;
      chunk = nextChunk(seconds / rates.length, steps.bytesPerStep);
      const last = whole.reports.findIndex((report) => !goOn(report));
      if (last === -1 || last === rates.length - 1) return whole;
      for (const tensor of tensorsOf(whole.state)) tensor.dispose();
      return steps.run(state, from, rates.slice(0, last + 1));
    }
  };
}
function nextChunk(secondsPerStep, bytesPerStep) {
  return Math.max(1, Math.min(mostSteps, Math.floor(secondsPerCall / secondsPerStep), Math.floor(mostBytes / bytesPerStep)));
}

// src/train/optimizer.ts
function createOptimizer(tf, levers, decay) {
  switch (levers.optimizer) {
    case "adamw":
      return adam(tf, levers, decay, { decoupled: true, nesterov: false });
    case "nadamw":
      return adam(tf, levers, decay, { decoupled: true, nesterov: true });
    case "adam":
      return adam(tf, levers, decay, { decoupled: false, nesterov: false });
    case "sgd":
      return sgd(tf, levers, decay);
    default:
      return unreachable(levers.optimizer, "optimizer");
  }
}
function adam(tf, levers, decay, { decoupled, nesterov }) {
  const { beta1, beta2, epsilon } = levers;
  return {
    slots: 2,
    // The bias corrections c1, c2 are moved out of the vectors: lr · (m/c1) / (√(v/c2) + ε) = (lr √c2 / c1) · m / (√v + ε
    // √c2).
    coefficients(step, learningRate2) {
      const correction = Math.sqrt(1 - beta2 ** (step + 1));
      return [
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        learningRate2 * correction / (1 - beta1 ** (step + 1)),
        epsilon * correction,
        decoupled ? learningRate2 * decay.rate : decay.rate
      ];
    },
    update({ weights, slots }, gradient, [b1, c1, b2, c2, rate, eps, decayRate]) {
      const [m, v] = slots;
      const penalty = decay.rate > 0 ? tf.mul(tf.mul(weights, decay.mask), decayRate) : null;
      const g = penalty && !decoupled ? tf.add(gradient, penalty) : gradient;
      const m1 = tf.add(tf.mul(m, b1), tf.mul(g, c1));
      const v1 = tf.add(tf.mul(v, b2), tf.mul(tf.square(g), c2));
      const direction = nesterov ? tf.add(tf.mul(m1, b1), tf.mul(g, c1)) : m1;
      const move = tf.div(tf.mul(direction, rate), tf.add(tf.sqrt(v1), eps));
      const kept = penalty && decoupled ? tf.sub(weights, penalty) : weights;
      return { weights: tf.sub(kept, move), slots: [m1, v1] };
    }
  };
}
function sgd(tf, { momentum, nesterov }, decay) {
  return {
    slots: momentum > 0 ? 1 : 0,
    coefficients: (_step, learningRate2) => [learningRate2, momentum, learningRate2 * decay.rate],
    update({ weights, slots }, gradient, [rate, mu, decayRate]) {
      const kept = decay.rate > 0 ? tf.sub(weights, tf.mul(tf.mul(weights, decay.mask), decayRate)) : weights;
      const [velocity] = slots;
      if (!velocity) return { weights: tf.sub(kept, tf.mul(gradient, rate)), slots: [] };
      const moved = tf.add(tf.mul(velocity, mu), gradient);
      const direction = nesterov ? tf.add(gradient, tf.mul(moved, mu)) : moved;
      return { weights: tf.sub(kept, tf.mul(direction, rate)), slots: [moved] };
    }
  };
}

// src/train/step-random.ts
function stepRandom(tf, seed, step, accumulateIndex) {
  if (!Number.isSafeInteger(seed)) throw new Error(`a seed must be a whole number, found ${seed}`);
  return {
    dropoutMask: (site, shape, rate) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return tf.tensor(dropoutMaskValues([seed, step, accumulateIndex, site], size, rate), [...shape]);
    }
  };
}
function dropoutMaskValues(path, size, rate) {
  if (!(rate >= 0 && rate < 1)) throw new Error(`a dropout rate must be in [0, 1), found ${rate}`);
  const [first, second] = [key(path, 608135816), key(path, 2242054355)];
  const threshold = Math.round(rate * 4294967296);
  const kept = 1 / (1 - rate);
  const mask = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    if (counterBits(i, first, second) >= threshold) mask[i] = kept;
  }
  return mask;
}
function dropoutMaskBits(path, rate, bits) {
  const [first, second] = [key(path, 608135816), key(path, 2242054355)];
  const threshold = Math.round(rate * 4294967296);
  for (let i = 0; i < bits.length; i++) bits[i] = counterBits(i, first, second) >= threshold ? 1 : 0;
}
function counterBits(i, first, second) {
  return mix(mix(Math.imul(i, 2654435769) + first | 0) ^ second) >>> 0;
}
function key(path, start) {
  let hash = start | 0;
  for (const part of path) {
    hash = mix(hash ^ (part | 0));
    hash = mix(hash + Math.floor(part / 4294967296) | 0);
  }
  return hash;
}
function mix(x) {
  x = Math.imul(x ^ x >>> 16, 2146121005);
  x = Math.imul(x ^ x >>> 15, 2221713035);
  return x ^ x >>> 16;
}

// src/train/tidy.ts
function tidy(tf, run) {
  return tf.tidy(run);
}

// src/train/learner.ts
function createLearner(context, levers, seed, averaging = null) {
  const {
    engine: { tf, fused },
    model,
    workload,
    data,
    compiler
  } = context;
  const decay = { rate: levers.regularization.weightDecay, mask: decayMask(tf, model) };
  const optimizer = createOptimizer(tf, levers.optimization, decay);
  const weighted = data.weights !== void 0;
  const settings = { model, optimizer, task: workload.task, levers, averaging, weighted, fused };
  let state = initialState(tf, settings, seed);
  const replace = (next) => {
    const kept = new Set(tensorsOf(next));
    tf.dispose(tensorsOf(state).filter((t) => !kept.has(t)));
    state = next;
  };
  const upload = (batches, step) => batches.map(({ inputs, targets, rows }, pass) => ({
    inputs: tf.tensor(inputs, [rows, ...data.inputShape]),
    targets: tf.tensor(targets, [rows, targets.length / rows]),
    random: stepRandom(tf, seed, step, pass)
  }));
  const oneStep = (batches, step, rate) => {
    const {
      loss,
      norm,
      state: next
    } = tidy(tf, () => {
      const coefficients = coefficientsOf(settings, step, rate).map((value) => tf.scalar(value));
      return trainStep(tf, settings, state, upload(batches, step), coefficients);
    });
    replace(next);
    const report = { loss: numberOf(loss), norm: numberOf(norm) };
    tf.dispose([loss, norm]);
    return report;
  };
  const stepper = compiler ? createStepper(compiler, { settings, seed, fixed: [decay.mask], upload, width: outputWidth(workload) }, context.notice) : null;
  return {
    settings,
    get state() {
      return state;
    },
    get average() {
      const [weights, ...statistics] = state.averages;
      return weights ? { weights, statistics } : null;
    },
    upload,
    step: oneStep,
    get chunk() {
      return stepper?.chunk ?? 1;
    },
    advance(batches, from, rates, goOn = () => true) {
      const compiled = stepper?.advance(state, batches, from, rates, goOn);
      if (compiled) {
        replace(compiled.state);
        return compiled.reports;
      }
      const reports = [];
      for (const rate of rates) {
        const report = oneStep(batches(from + reports.length), from + reports.length, rate);
        reports.push(report);
        if (!goOn(report)) break;
      }
      return reports;
    },
    checkpoint: ({ weights, statistics } = state) => ({
      weights: numbersOf(weights),
      statistics: statistics.map(numbersOf)
    }),
    restore: ({ weights, statistics }) => replace({
      slots: state.slots,
      averages: state.averages,
      weights: tf.tensor1d(weights),
      statistics: statistics.map((values, i) => tf.tensor(values, [...model.statistics[i]?.shape ?? []]))
    }),
    dispose: () => tf.dispose([...tensorsOf(state), decay.mask])
  };
}
function initialState(tf, { model, optimizer, averaging }, seed) {
  return {
    weights: tf.tensor1d(model.initialWeights(seed)),
    slots: Array.from({ length: optimizer.slots }, () => tf.zeros([model.size])),
    statistics: model.statistics.map(({ shape, initial }) => tf.fill([...shape], initial)),
    // The first step replaces them.
    averages: averaging ? [tf.zeros([model.size]), ...model.statistics.map(({ shape }) => tf.zeros([...shape]))] : []
  };
}
function decayMask(tf, model) {
  const mask = new Float32Array(model.size);
  for (const p of model.parameters) if (p.decay) mask.fill(1, p.offset, p.offset + p.size);
  return tf.tensor1d(mask);
}
var numbersOf = (tensor) => Float32Array.from(tensor.dataSync());
var numberOf = (scalar) => scalar.dataSync()[0] ?? NaN;

// src/train/row-evidence.ts
var mostGroups = 32;
var hasRowEvidence = ({ workload, data }) => isMeanOverRows(workload.objective) && data.splits.validation.length > 1;
function rowEvidence(context, outputs) {
  const { objective } = context.workload;
  const rows = context.data.splits.validation;
  const all = predictionsOf(context, outputs, rows);
  const count = Math.min(mostGroups, rows.length);
  const rowGroups = Array.from({ length: count }, (_, group) => {
    const own = Int32Array.from({ length: Math.ceil((rows.length - group) / count) }, (_2, i) => group + i * count);
    const ofOwn = own.map((i) => rows[i] ?? 0);
    return metricsOf(context, gatherRows(outputs, all.width, own), ofOwn)[objective] ?? NaN;
  });
  return { rowGroups, ...objective === "nll" ? { mistakeCost: mistakeCost(all) } : {} };
}

// src/train/schedule.ts
var oneCycleStart = 1 / 25;
var oneCycleRise = 0.3;
var geometricFinal = 0.01;
function learningRate(step, { schedule, total, warmup, peak, finalFraction }) {
  const rising = warmupOf(schedule, total, warmup);
  if (step < rising) {
    return schedule === "one-cycle" ? between(peak * oneCycleStart, peak, step / rising) : peak * (step + 1) / (rising + 1);
  }
  const length = total - rising;
  const position = length > 1 ? Math.min(1, (step - rising) / (length - 1)) : 0;
  switch (schedule) {
    case "constant":
      return peak;
    case "cosine":
    case "one-cycle":
      return between(peak, peak * finalFraction, position);
    case "linear":
      return peak * (1 - position * (1 - finalFraction));
    case "exponential":
      return peak * (finalFraction || geometricFinal) ** position;
    case "step": {
      const drops = [length / 2, 3 * length / 4].filter((at) => step - rising >= at).length;
      return peak * Math.sqrt(finalFraction || geometricFinal) ** drops;
    }
    default:
      return unreachable(schedule, "schedule");
  }
}
function between(from, to, position) {
  return to + (from - to) * (1 + Math.cos(Math.PI * position)) / 2;
}
function warmupOf(schedule, total, warmup) {
  const wanted = schedule === "one-cycle" && warmup === 0 ? Math.floor(total * oneCycleRise) : warmup;
  return Math.min(wanted, Math.floor(total / 2));
}

// src/train/step-log.ts
function stepLogger() {
  const [loss, learningRate2, gradientNorm] = [[], [], []];
  const clipped = [];
  return {
    steps: { loss, learningRate: learningRate2, gradientNorm, clipped },
    push(rate, report, clipNorm) {
      loss.push(rounded(report.loss));
      learningRate2.push(rounded(rate));
      gradientNorm.push(rounded(report.norm));
      clipped.push(clipNorm !== null && report.norm > clipNorm);
    }
  };
}
function divergence({ loss, norm }) {
  if (!Number.isFinite(loss)) return `the loss is ${loss}`;
  return Number.isFinite(norm) ? null : `the gradient norm is ${norm}`;
}

// src/train/loop.ts
function trainRun(context, request, onStep, keepWeights = false) {
  const { workload, data } = context;
  const { levers, seed, job } = request;
  const { stepsPerEpoch, schedule, stopAt } = runLength(data.splits.train.length, levers, job.length, job.stopAfter);
  const batches = runBatches(context, levers, seed);
  const sample = fixedSample(data.splits.train, data.splits.validation.length);
  const evaluations = [];
  const log = stepLogger();
  const learner = createLearner(context, levers, seed, keepsAverage(job) ? averagingOver(schedule.total) : null);
  const bests = bestSoFar(workload.objective);
  const bestAverage = bestSoFar(workload.objective);
  const patience = levers.scheduling.patience ?? Infinity;
  let without = 0;
  try {
    const every = stepsPerEpoch * workload.evaluateEvery;
    for (let taken = 0; taken < stopAt; ) {
      const until = Math.min(taken + learner.chunk, every * (Math.floor(taken / every) + 1), stopAt);
      const rates = Array.from({ length: until - taken }, (_, i) => learningRate(taken + i, schedule));
      for (const [i, report] of learner.advance(batches, taken, rates).entries()) {
        const failure = divergence(report);
        if (failure) return { status: "diverged", atStep: taken + i, reason: failure, steps: log.steps, evaluations };
        log.push(numberAt(rates, i), report, levers.scheduling.clipNorm);
        onStep?.(taken + i + 1, stopAt);
      }
      taken = until;
      if (taken % every !== 0 && taken !== stopAt) continue;
      const [train, validation] = evaluateEach(context, learner.state, [sample, data.splits.validation]);
      const broken = notFinite(train) ?? notFinite(validation);
      if (broken) {
        return { status: "diverged", atStep: taken, reason: `${broken} in an evaluation`, steps: log.steps, evaluations };
      }
      const at = { step: taken, epoch: taken / stepsPerEpoch };
      const average = averageOf(context, learner);
      evaluations.push({ ...at, train, validation, ...average ? { averaged: { validation: average.validation } } : {} });
      without = bests.improves({ ...at, validation }, () => learner.checkpoint()) ? 0 : without + 1;
      if (average) bestAverage.improves({ ...at, validation: average.validation }, () => learner.checkpoint(average.state));
      if (without >= patience) break;
    }
    const weights = weightsHash(learner.checkpoint());
    const found = bests.found();
    if (!found) throw new Error("a run without an evaluation has no best checkpoint");
    const measured = measuredBest(context, learner, { best: found, average: bestAverage.found() }, job);
    const best = keepWeights ? { ...measured, weights: keptWeights(found.checkpoint) } : measured;
    return { status: "complete", best, probe: null, weights, steps: log.steps, evaluations };
  } finally {
    learner.dispose();
  }
}
function measuredBest(context, learner, { best, average }, { evaluateTest, calibration, predictions }) {
  const { validation, test } = context.data.splits;
  const grouped = !evaluateTest && hasRowEvidence(context);
  if (!evaluateTest && !calibration && !predictions && !grouped) return { ...best.at, test: null };
  learner.restore(best.checkpoint);
  const onValidation = predict(context, learner.state, validation);
  const onTest = evaluateTest ? predict(context, learner.state, test) : null;
  const answered = (outputs, rows) => predictionsOf(context, outputs, rows);
  const width = outputWidth(context.workload);
  const keeps = (evaluateTest || predictions) && width <= mostKept;
  const testOf = ({ checkpoint }) => {
    learner.restore(checkpoint);
    return evaluate(context, learner.state, test);
  };
  return {
    ...best.at,
    test: onTest && metricsOf(context, onTest, test),
    ...calibration ? { calibration: calibrationOf(answered(onValidation, validation), onTest && answered(onTest, test)) } : {},
    ...keeps ? { predictions: keptPredictions(width, onValidation, onTest) } : {},
    ...average ? { averaged: { ...average.at, test: evaluateTest ? testOf(average) : null } } : {},
    ...grouped ? rowEvidence(context, onValidation) : {}
  };
}
function runLength(trainingRows, levers, length, stopAfter) {
  const { stepsPerEpoch } = batchPlan(trainingRows, levers.batching);
  const { schedule, warmupSteps, finalFraction, epochs } = levers.scheduling;
  const total = Math.max(1, Math.round(epochs * length)) * stepsPerEpoch;
  const warmup = Math.round(warmupSteps * length);
  return {
    stepsPerEpoch,
    schedule: { schedule, total, warmup, peak: levers.optimization.learningRate, finalFraction },
    stopAt: Math.max(1, Math.round(total * stopAfter))
  };
}
var keepsAverage = ({ evaluateTest, calibration }) => evaluateTest || calibration === true;
function averageOf(context, { average: state }) {
  if (state === null) return void 0;
  const validation = evaluate(context, state, context.data.splits.validation);
  return notFinite(validation) === null ? { state, validation } : void 0;
}
function bestSoFar(objective) {
  let best;
  const value = (metrics) => {
    const found = metrics[objective];
    if (found === void 0) throw new Error(`${objective} is not among the metrics ${Object.keys(metrics).join(", ")}`);
    return found;
  };
  return {
    found: () => best,
    improves(at, checkpoint) {
      if (best && !(gain(objective, value(best.at.validation), value(at.validation)) > 0)) return false;
      best = { at, checkpoint: checkpoint() };
      return true;
    }
  };
}
function weightsHash({ weights, statistics }) {
  const bytes = [weights, ...statistics].map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength));
  return sha256(Buffer.concat(bytes));
}

// src/train/range-test.ts
var stopWindow = 5;
var stopFactor = 4;
function rangeTestRun(context, request, onStep) {
  const { levers, seed, job } = request;
  const batches = runBatches(context, levers, seed);
  const log = stepLogger();
  const learner = createLearner(context, levers, seed);
  try {
    let taken = 0;
    let failure = null;
    const goOn = (report) => {
      failure = divergence(report);
      if (failure) return false;
      log.push(sweepRate(taken++, job), report, levers.scheduling.clipNorm);
      onStep?.(taken, job.steps);
      return !isFarBeyond(log.steps.loss);
    };
    while (taken < job.steps && !failure && !isFarBeyond(log.steps.loss)) {
      const rates = Array.from({ length: Math.min(learner.chunk, job.steps - taken) }, (_, i) => sweepRate(taken + i, job));
      learner.advance(batches, taken, rates, goOn);
    }
    if (failure) return { status: "diverged", atStep: taken, reason: failure, steps: log.steps, evaluations: [] };
    const weights = weightsHash(learner.checkpoint());
    return { status: "complete", best: null, probe: null, weights, steps: log.steps, evaluations: [] };
  } finally {
    learner.dispose();
  }
}
function sweepRate(step, { from, to, steps }) {
  return steps > 1 ? from * (to / from) ** (step / (steps - 1)) : from;
}
function isFarBeyond(losses) {
  const [first] = losses;
  if (first === void 0 || losses.length <= stopWindow) return false;
  return losses.slice(-stopWindow).every((loss) => loss > stopFactor * first);
}

export {
  dropoutMaskBits,
  tidy,
  createLearner,
  stepLogger,
  divergence,
  trainRun,
  weightsHash,
  rangeTestRun,
  sweepRate
};
