import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);
import {
  squaredNorms,
  trainsOn
} from "./chunk-2XNA2NTH.js";
import {
  product
} from "./chunk-QSNVH43L.js";
import "./chunk-WBJC4M3S.js";
import {
  dropoutMaskBits,
  tidy
} from "./chunk-4SL7ZHFC.js";
import {
  NotTraceable,
  coefficientsOf,
  smoothedTargets,
  splitWeights,
  tensorsOf,
  trainStep
} from "./chunk-H7HCDWHR.js";
import {
  InputError
} from "./chunk-HNL2MZQQ.js";
import "./chunk-4TQFLEQT.js";

// src/engines/tensorflow/engine.ts
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join as join2, resolve } from "node:path";

// src/engines/tensorflow/graph/binding.ts
var dataType = { float32: 1, int32: 3, string: 7, int64: 9, bool: 10 };
function createResident(binding, { inputs, inputShape, targets }) {
  const rows = targets.length;
  const x = binding.createTensor([rows, ...inputShape], dataType.float32, inputs);
  const y = binding.createTensor([rows, 1], dataType.float32, targets);
  let labels;
  return {
    inputs: x,
    targets: y,
    labels: () => labels ??= binding.createTensor([rows], dataType.int32, Int32Array.from(targets)),
    dispose() {
      for (const id of [x, y, ...labels === void 0 ? [] : [labels]]) binding.deleteTensor(id);
    }
  };
}

// src/engines/tensorflow/graph/graph.ts
var int = (value) => ({ kind: "int", value });
var bool = (value) => ({ kind: "bool", value });
var type = (value) => ({ kind: "type", value });
var text = (value) => ({ kind: "string", value });
function createGraph() {
  const nodes = [];
  const taken = /* @__PURE__ */ new Map();
  const unique = (name) => {
    const count = taken.get(name) ?? 0;
    taken.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  };
  const add = (op, inputs, attributes, name) => {
    const own = name ?? unique(op);
    nodes.push({ name: own, op, inputs, attributes });
    return `${own}:0`;
  };
  return {
    nodes,
    add,
    unique,
    constant: (dtype, shape, values, after) => add("Const", after === void 0 ? [] : [after], {
      dtype: type(dtype),
      value: { kind: "tensor", dtype, shape, value: values }
    }),
    placeholder: (name, dtype, shape) => add("Placeholder", [], { dtype: type(dtype), shape: { kind: "shape", value: shape } }, unique(name))
  };
}
var nodeOf = (ref) => ref.slice(0, ref.lastIndexOf(":"));
var output = (ref, index) => `${nodeOf(ref)}:${index}`;
var waitFor = (ref) => `^${nodeOf(ref)}`;
var scalarInt = (graph, value, after) => graph.constant(dataType.int32, [], Int32Array.of(value), after);
function savedModel(messages, nodes) {
  const graph = new messages.GraphDef();
  const versions = new messages.VersionDef();
  versions.setProducer(graphVersion);
  graph.setVersions(versions);
  for (const node of nodes) graph.addNode(nodeMessage(messages, node));
  const info = new messages.MetaGraphDef.MetaInfoDef();
  info.addTags("serve");
  const meta = new messages.MetaGraphDef();
  meta.setMetaInfoDef(info);
  meta.setGraphDef(graph);
  const model = new messages.SavedModel();
  model.setSavedModelSchemaVersion(1);
  model.addMetaGraphs(meta);
  return model.serializeBinary();
}
var graphVersion = 1087;
function nodeMessage(messages, { name, op, inputs, attributes }) {
  const node = new messages.NodeDef();
  node.setName(name);
  node.setOp(op);
  for (const input of inputs.filter((i) => !i.startsWith("^"))) node.addInput(input);
  for (const input of inputs.filter((i) => i.startsWith("^"))) node.addInput(input);
  for (const [key, attribute] of Object.entries(attributes))
    node.getAttrMap().set(key, attributeMessage(messages, attribute));
  return node;
}
function attributeMessage(messages, attribute) {
  const message = new messages.AttrValue();
  switch (attribute.kind) {
    case "int":
      message.setI(attribute.value);
      break;
    case "float":
      message.setF(attribute.value);
      break;
    case "type":
      message.setType(attribute.value);
      break;
    case "bool":
      message.setB(attribute.value);
      break;
    case "string":
      message.setS(new TextEncoder().encode(attribute.value));
      break;
    case "shape":
      message.setShape(shapeMessage(messages, attribute.value));
      break;
    case "ints": {
      const list = new messages.AttrValue.ListValue();
      list.setIList([...attribute.value]);
      message.setList(list);
      break;
    }
    case "tensor": {
      const { dtype, shape, value } = attribute;
      const tensor = new messages.Tensor();
      tensor.setDtype(dtype);
      tensor.setTensorShape(shapeMessage(messages, shape));
      tensor.setTensorContent(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
      message.setTensor(tensor);
    }
  }
  return message;
}
function shapeMessage(messages, shape) {
  const message = new messages.TensorShape();
  if (shape === null) message.setUnknownRank(true);
  for (const size of shape ?? []) {
    const dimension = new messages.TensorShape.Dim();
    dimension.setSize(size);
    message.addDim(dimension);
  }
  return message;
}

// src/engines/tensorflow/graph/recording.ts
import { createHash } from "node:crypto";
function record(backend, run) {
  const entries = [];
  const { binding } = backend;
  backend.binding = recorder(binding, entries);
  try {
    return { result: run(), entries };
  } finally {
    backend.binding = binding;
  }
}
function recorder(binding, entries) {
  const own = {
    createTensor(shape, dtype, values) {
      const id = binding.createTensor(shape, dtype, values);
      entries.push({ kind: "constant", id, dtype, shape: [...shape], values: values.slice() });
      return id;
    },
    executeOp(name, attributes, inputs, count) {
      const outputs = binding.executeOp(name, attributes, inputs, count);
      entries.push({ kind: "op", name, attributes, inputs: [...inputs], outputs });
      return outputs;
    },
    tensorDataSync() {
      throw new NotTraceable("it reads values back during the computation");
    }
  };
  return Object.create(binding, Object.getOwnPropertyDescriptors(own));
}
function fingerprint(entries, known) {
  const hash = createHash("sha256");
  const numbers = new Map(known.map((id, i) => [id, i]));
  const define = (id) => {
    numbers.set(id, numbers.size);
    return numbers.size;
  };
  for (const entry of entries) {
    if (entry.kind === "constant") {
      if (numbers.has(entry.id)) continue;
      hash.update(JSON.stringify([define(entry.id), entry.dtype, entry.shape]));
      hash.update(new Uint8Array(entry.values.buffer, entry.values.byteOffset, entry.values.byteLength));
    } else {
      const inputs = entry.inputs.map((id) => numbers.get(id) ?? "outside");
      hash.update(
        JSON.stringify([entry.name, entry.attributes, inputs, entry.outputs.map((o) => [define(o.id), o.dtype, o.shape])])
      );
    }
  }
  return hash.digest("hex");
}

// src/engines/tensorflow/graph/replay.ts
function replay(graph, binding, entries, known, wanted, after) {
  const refs = new Map(known);
  for (const entry of needed(entries, known, wanted)) {
    if (entry.kind === "constant") {
      if (entry.dtype === dataType.string) throw new NotTraceable("it uses text");
      refs.set(entry.id, graph.constant(entry.dtype, entry.shape, entry.values, after));
    } else {
      const inputs = entry.inputs.map((id) => found(refs, id, entry.name));
      const { op, attributes } = inGraphs(entry, attributesOf(binding, entry));
      const first = graph.add(op, inputs, attributes);
      entry.outputs.forEach(({ id }, i) => refs.set(id, `${first.slice(0, -1)}${i}`));
    }
  }
  return wanted.map((id) => found(refs, id, "the step"));
}
function found(refs, id, user) {
  const ref = refs.get(id);
  if (ref === void 0) throw new NotTraceable(`${user} uses a tensor that was created before the step`);
  return ref;
}
function inGraphs({ name, outputs }, attributes) {
  const { adj_x: first, adj_y: second, T: dtype } = attributes;
  if (name !== "BatchMatMulV2" || outputs[0]?.shape.length !== 2 || !first || !second || !dtype)
    return { op: name, attributes };
  return { op: "MatMul", attributes: { T: dtype, transpose_a: first, transpose_b: second } };
}
function needed(entries, known, wanted) {
  const live = new Set(wanted);
  const kept = [];
  for (const entry of [...entries].reverse()) {
    if (entry.kind === "constant") {
      if (live.has(entry.id) && !known.has(entry.id)) kept.push(entry);
    } else if (entry.outputs.some(({ id }) => live.has(id) && !known.has(id))) {
      kept.push(entry);
      for (const id of entry.inputs) live.add(id);
    }
  }
  return kept.reverse();
}
function attributesOf(binding, { name, attributes, inputs }) {
  const found2 = Object.fromEntries(attributes.map((a) => [a.name, attributeOf(binding, name, a)]));
  if (listOps.has(name) && !("N" in found2))
    found2["N"] = { kind: "int", value: inputs.length - (name === "ConcatV2" ? 1 : 0) };
  return found2;
}
var listOps = /* @__PURE__ */ new Set(["AddN", "ConcatV2", "Pack"]);
function attributeOf(binding, op, { name, type: type2, value }) {
  switch (type2) {
    case binding.TF_ATTR_INT:
      return Array.isArray(value) ? { kind: "ints", value } : { kind: "int", value };
    case binding.TF_ATTR_FLOAT:
      return { kind: "float", value };
    case binding.TF_ATTR_TYPE:
      return { kind: "type", value };
    case binding.TF_ATTR_STRING:
      return { kind: "string", value };
    // tfjs-node marks some of these with the number of the data type instead of the attribute's.
    case binding.TF_ATTR_BOOL:
    case dataType.bool:
      return { kind: "bool", value: Boolean(value) };
    default:
      throw new NotTraceable(`${op} has an attribute ${name} of an unknown kind`);
  }
}

// src/engines/tensorflow/graph/session.ts
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
function openSession({ backend: { binding }, messages }, nodes, inputs, outputs) {
  const folder = mkdtempSync(join(tmpdir(), "tunegate-graph-"));
  let session;
  try {
    writeFileSync(join(folder, "saved_model.pb"), savedModel(messages, nodes));
    session = binding.loadSavedModel(folder, "serve");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const [inputNames, outputNames] = [inputs.join(","), outputs.join(",")];
  return {
    run: (tensors) => binding.runSavedModel(session, tensors, inputNames, outputNames),
    close: () => binding.deleteSavedModel(session)
  };
}

// src/engines/tensorflow/graph/trace.ts
function traceStep(tf, backend, { settings, state, fixed, batches, coefficients }) {
  return tidy(tf, () => {
    const scalars = coefficients.map((value) => tf.scalar(value));
    const ids = {
      state: backend.getInputTensorIds(tensorsOf(state)),
      fixed: backend.getInputTensorIds(fixed),
      coefficients: backend.getInputTensorIds(scalars),
      batches: batches.map(({ inputs, targets }) => ({ inputs: idOf(backend, inputs), targets: idOf(backend, targets) }))
    };
    const masks = [];
    const watched = batches.map((batch, pass) => ({ ...batch, random: watch(backend, batch.random, pass, masks) }));
    const { result, entries } = record(backend, () => trainStep(tf, settings, state, watched, scalars));
    return { ...ids, ...outcome(backend, result), masks, entries, fingerprint: fingerprintOf(entries, ids, masks) };
  });
}
function outcome(backend, { state, loss, norm }) {
  const [nextState, lossId, normId] = [backend.getInputTensorIds(tensorsOf(state)), idOf(backend, loss), idOf(backend, norm)];
  return { nextState, loss: lossId, norm: normId, lossValue: loss.dataSync()[0] ?? NaN };
}
function watch(backend, random, pass, masks) {
  return {
    dropoutMask(site, shape, rate) {
      const mask = random.dropoutMask(site, shape, rate);
      masks.push({ id: idOf(backend, mask), at: { pass, site, shape: [...shape], rate } });
      return mask;
    }
  };
}
function fingerprintOf(entries, ids, masks) {
  const known = [
    ...ids.state,
    ...ids.fixed,
    ...ids.coefficients,
    ...ids.batches.flatMap((b) => [b.inputs, b.targets]),
    ...masks.map((m) => m.id)
  ];
  return fingerprint(entries, known);
}
var idOf = (backend, tensor) => backend.getInputTensorIds([tensor])[0] ?? NaN;

// src/engines/tensorflow/graph/predict-graph.ts
var predictors = ({ weights, statistics }) => [weights, ...statistics];
function openPredictSession(tf, native, model, state, inputShape, rows) {
  const { backend } = native;
  return tidy(tf, () => {
    const example = tf.zeros([rows, ...inputShape]);
    const given = [...backend.getInputTensorIds(predictors(state)), idOf(backend, example)];
    const options = { training: false, dropout: 0, random: null };
    const { result, entries } = record(
      backend,
      () => model.forward(splitWeights(tf, model, state.weights), state.statistics, example, options).outputs
    );
    const graph = createGraph();
    const stateRefs = predictors(state).map((t) => graph.placeholder("state", dataType.float32, t.shape));
    const data = graph.placeholder("inputs", dataType.float32, [-1, ...inputShape]);
    const chosen = graph.placeholder("rows", dataType.int32, [rows]);
    const inputs = graph.add("GatherV2", [data, chosen, scalarInt(graph, 0)], {
      Tparams: type(dataType.float32),
      Tindices: type(dataType.int32),
      Taxis: type(dataType.int32),
      batch_dims: int(0)
    });
    const known = new Map(given.map((id, i) => [id, stateRefs[i] ?? inputs]));
    const outputs = replay(graph, backend.binding, entries, known, [idOf(backend, result)]);
    return openSession(native, graph.nodes, [...stateRefs, data, chosen], outputs);
  });
}

// src/engines/tensorflow/graph/norm-graph.ts
function openNormSession(tf, native, settings, state, batches) {
  const { backend } = native;
  return tidy(tf, () => {
    const masks = [];
    const given = plainInputs(state, batches);
    const ids = backend.getInputTensorIds(given);
    const shapes = given.map((t) => t.shape);
    const watched = batches.map((batch, i) => ({
      ...batch,
      random: watch2(batch.random, (site, shape, rate, mask) => {
        masks.push({ batch: i, site, shape, rate });
        ids.push(idOf(backend, mask));
        shapes.push([...shape]);
      })
    }));
    const { result, entries } = record(backend, () => squaredNorms(tf, settings, state, watched));
    const graph = createGraph();
    const refs = shapes.map((shape) => graph.placeholder("given", dataType.float32, shape));
    const known = new Map(ids.map((id, i) => [id, refs[i] ?? ""]));
    const outputs = replay(graph, backend.binding, entries, known, [idOf(backend, result)]);
    return {
      ...openSession(native, graph.nodes, refs, outputs),
      inputs: (now, those) => [
        ...plainInputs(now, those),
        ...masks.map(({ batch, site, shape, rate }) => those[batch].random.dropoutMask(site, shape, rate))
      ]
    };
  });
}
var plainInputs = (state, batches) => [
  ...predictors(state),
  ...batches.flatMap(({ inputs, targets }) => [inputs, targets])
];
function watch2(random, tell) {
  return {
    dropoutMask(site, shape, rate) {
      const mask = random.dropoutMask(site, shape, rate);
      tell(site, shape, rate, mask);
      return mask;
    }
  };
}

// src/engines/tensorflow/graph/loop.ts
function addLoop(graph, rounds, variables, invariants, body) {
  const frame = graph.unique("loop");
  const enter = ({ initial, dtype }, constant) => graph.add("Enter", [initial], {
    T: type(dtype),
    frame_name: text(frame),
    is_constant: bool(constant),
    parallel_iterations: int(1)
  });
  const counter = { initial: scalarInt(graph, 0), dtype: dataType.int32 };
  const last = enter({ initial: rounds, dtype: dataType.int32 }, true);
  const states = [counter, ...variables].map((variable) => {
    const back = graph.unique("NextIteration");
    const merge = graph.add("Merge", [enter(variable, false), `${back}:0`], { T: type(variable.dtype), N: int(2) });
    return { dtype: variable.dtype, back, merge };
  });
  const [first] = states;
  const goesOn = graph.add("LoopCond", [graph.add("Less", [first.merge, last], { T: type(dataType.int32) })], {});
  const switches = states.map(({ dtype, merge }) => graph.add("Switch", [merge, goesOn], { T: type(dtype) }));
  const inside = switches.map((s, i) => graph.add("Identity", [output(s, 1)], { T: type(states[i]?.dtype ?? 0) }));
  const [index, ...current] = inside;
  const round = waitFor(index);
  const next = body({ index, variables: current, invariants: invariants.map((i) => enter(i, true)), round });
  const incremented = graph.add("AddV2", [index, scalarInt(graph, 1, round)], { T: type(dataType.int32) });
  states.forEach(({ dtype, back }, i) => {
    const value = i === 0 ? incremented : next[i - 1];
    if (value === void 0) throw new Error(`round ends without variable ${i - 1}`);
    graph.add("NextIteration", [value], { T: type(dtype) }, back);
  });
  return switches.slice(1).map((s, i) => graph.add("Exit", [`${nodeOf(s)}:0`], { T: type(variables[i]?.dtype ?? 0) }));
}

// src/engines/tensorflow/graph/step-graph.ts
function openStepSession(native, trace, shapes, batch, feed) {
  const graph = createGraph();
  const states = trace.state.length;
  const place = ({ name, dtype, shape }) => graph.placeholder(name, dtype, shape);
  const rounds = place({ name: "steps", dtype: dataType.int32, shape: [] });
  const given = placeholders(trace, shapes, batch, feed);
  const refs = given.map(place);
  const reports = emptyReports(graph, rounds);
  const variables = [...refs.slice(0, states), reports].map((initial) => ({
    initial,
    dtype: dataType.float32
  }));
  const invariants = refs.slice(states).map((initial, i) => ({ initial, dtype: given[states + i]?.dtype ?? 0 }));
  const outputs = addLoop(
    graph,
    rounds,
    variables,
    invariants,
    (inside) => stepBody(native, graph, trace, batch, feed, inside)
  );
  return openSession(native, graph.nodes, [rounds, ...refs], outputs);
}
function placeholders(trace, shapes, batch, feed) {
  const float = (name, shape) => ({ name, dtype: dataType.float32, shape });
  const passes = trace.batches.length;
  const state = [...trace.state, ...trace.fixed].map((_, i) => float("state", shapes[i] ?? []));
  const fed = feed.kind === "batches" ? [
    float("inputs", [-1, passes, batch.rows, ...batch.inputShape]),
    float("targets", [-1, passes, batch.rows, batch.width])
  ] : [
    { name: "rows", dtype: dataType.int32, shape: [-1, passes * batch.rows] },
    float("inputs", [-1, ...batch.inputShape]),
    float("targets", [-1, batch.width]),
    ...feed.classes ? [{ name: "labels", dtype: dataType.int32, shape: [-1] }] : []
  ];
  const masks = trace.masks.map(({ at }) => ({ name: "mask", dtype: dataType.bool, shape: [-1, product(at.shape)] }));
  return [
    ...state,
    float("coefficients", [-1, trace.coefficients.length]),
    ...fed,
    ...masks.length > 0 ? [float("keep", [masks.length]), ...masks] : []
  ];
}
function emptyReports(graph, rounds) {
  const shape = graph.add("Pack", [rounds, scalarInt(graph, 2)], { T: type(dataType.int32), N: int(2), axis: int(0) });
  const zero = graph.constant(dataType.float32, [], Float32Array.of(0));
  return graph.add("Fill", [shape, zero], { T: type(dataType.float32), index_type: type(dataType.int32) });
}
function stepBody(native, graph, trace, batch, feed, inside) {
  const { index, variables, round } = inside;
  const invariants = [...inside.invariants];
  const take = () => invariants.shift() ?? missing();
  const known = /* @__PURE__ */ new Map();
  trace.state.forEach((id, i) => known.set(id, variables[i] ?? missing()));
  for (const id of trace.fixed) known.set(id, take());
  const tools = loopTools(graph, index, round);
  const coefficients = tools.parts(tools.row(take(), dataType.float32), trace.coefficients.length);
  trace.coefficients.forEach((id, i) => known.set(id, coefficients[i] ?? missing()));
  const batches = feed.kind === "resident" ? residentBatches(tools, trace.batches.length, batch, [take(), take(), take(), feed.classes ? take() : null]) : fedBatches(tools, trace.batches.length, take(), take());
  trace.batches.forEach(({ inputs, targets }, pass) => {
    known.set(inputs, batches[pass]?.inputs ?? missing());
    known.set(targets, batches[pass]?.targets ?? missing());
  });
  const keep = trace.masks.length > 0 ? tools.parts(take(), trace.masks.length) : [];
  trace.masks.forEach(({ id, at }, i) => known.set(id, tools.mask(take(), keep[i] ?? missing(), at.shape)));
  const wanted = [...trace.nextState, trace.loss, trace.norm];
  const found2 = [...replay(graph, native.backend.binding, trace.entries, known, wanted, round)];
  const report = found2.splice(-2);
  return [...found2, tools.write(variables.at(-1) ?? missing(), report)];
}
function residentBatches(tools, passes, { rows }, [order, inputs, targets, labels]) {
  const all = tools.row(order, dataType.int32);
  const numbers = passes === 1 ? [all] : tools.parts(tools.reshape(all, dataType.int32, [passes, rows]), passes, dataType.int32);
  return numbers.map((chosen) => ({
    inputs: tools.gather(inputs, chosen, dataType.float32),
    targets: tools.gather(
      targets,
      labels === null ? chosen : tools.gather(labels, chosen, dataType.int32),
      dataType.float32
    )
  }));
}
function fedBatches(tools, passes, inputs, targets) {
  const [x, y] = [inputs, targets].map((all) => tools.parts(tools.row(all, dataType.float32), passes));
  return Array.from({ length: passes }, (_, pass) => ({ inputs: x?.[pass] ?? missing(), targets: y?.[pass] ?? missing() }));
}
function loopTools(graph, index, round) {
  const ints = (values) => graph.constant(dataType.int32, [values.length], Int32Array.from(values), round);
  const gather = (from, rows, dtype) => graph.add("GatherV2", [from, rows, scalarInt(graph, 0, round)], {
    Tparams: type(dtype),
    Tindices: type(dataType.int32),
    Taxis: type(dataType.int32),
    batch_dims: int(0)
  });
  const reshape = (x, dtype, shape) => graph.add("Reshape", [x, ints(shape)], { T: type(dtype), Tshape: type(dataType.int32) });
  return {
    gather,
    reshape,
    /** The part of this step. */
    row: (from, dtype) => gather(from, index, dtype),
    parts(x, count, dtype = dataType.float32) {
      const first = graph.add("Unpack", [x], { T: type(dtype), num: int(count), axis: int(0) });
      return Array.from({ length: count }, (_, i) => output(first, i));
    },
    mask(bits, keep, shape) {
      const kept = graph.add("Cast", [gather(bits, index, dataType.bool)], {
        SrcT: type(dataType.bool),
        DstT: type(dataType.float32)
      });
      return reshape(graph.add("Mul", [kept, keep], { T: type(dataType.float32) }), dataType.float32, shape);
    },
    write(reports, values) {
      const row = graph.add("Pack", values, { T: type(dataType.float32), N: int(values.length), axis: int(0) });
      return graph.add(
        "TensorScatterUpdate",
        [reports, reshape(index, dataType.int32, [1, 1]), reshape(row, dataType.float32, [1, values.length])],
        { T: type(dataType.float32), Tindices: type(dataType.int32) }
      );
    }
  };
}
function missing() {
  throw new Error("bug in tunegate: the graph of a step is incomplete");
}

// src/engines/tensorflow/graph/step-inputs.ts
function createInputs(binding) {
  const [ids, own] = [[], []];
  return {
    ids,
    keep: (...kept) => ids.push(...kept),
    add(shape, values) {
      const dtype = values instanceof Float32Array ? dataType.float32 : values instanceof Int32Array ? dataType.int32 : dataType.bool;
      const id = binding.createTensor(shape, dtype, values);
      ids.push(id);
      own.push(id);
    },
    dispose: () => own.forEach((id) => binding.deleteTensor(id))
  };
}
function addBatches(inputs, source, trace, resident, batch, from, count) {
  const passes = trace.batches.length;
  const { rows, inputShape, width } = batch;
  const steps = Array.from({ length: count }, (_, i) => from + i);
  if (source.rowsOf) {
    const perStep = passes * rows;
    const order = new Int32Array(count * perStep);
    for (const step of steps) order.set(source.rowsOf(step), (step - from) * perStep);
    inputs.add([count, perStep], order);
    inputs.keep(resident.inputs);
    if (source.settings.task === "regression") return void inputs.keep(resident.targets);
    inputs.add(
      [width, width],
      smoothedTargets(
        Array.from({ length: width }, (_, i) => i),
        width,
        source.settings.levers.regularization.labelSmoothing
      )
    );
    inputs.keep(resident.labels());
    return;
  }
  const [x, y] = [
    new Float32Array(count * passes * rows * product(inputShape)),
    new Float32Array(count * passes * rows * width)
  ];
  steps.flatMap((step) => source.batches(step)).forEach((b, i) => {
    x.set(b.inputs, i * b.inputs.length);
    y.set(b.targets, i * b.targets.length);
  });
  inputs.add([count, passes, rows, ...inputShape], x);
  inputs.add([count, passes, rows, width], y);
}
function addMasks(inputs, { masks }, seed, from, count) {
  if (masks.length === 0) return;
  inputs.add(
    [masks.length],
    Float32Array.from(masks, ({ at }) => 1 / (1 - at.rate))
  );
  for (const { at } of masks) {
    const size = product(at.shape);
    const bits = new Uint8Array(count * size);
    for (let i = 0; i < count; i++)
      dropoutMaskBits([seed, from + i, at.pass, at.site], at.rate, bits.subarray(i * size, (i + 1) * size));
    inputs.add([count, size], bits);
  }
}

// src/engines/tensorflow/graph/compiler.ts
var mostSessions = 8;
var tolerance = 1e-3;
function createCompiler(tf, native, data, notice = () => {
}) {
  const sessions = /* @__PURE__ */ new Map();
  const compiled = /* @__PURE__ */ new Map();
  let resident;
  const sessionFor = (key, open) => {
    const session = sessions.get(key) ?? open();
    sessions.delete(key);
    sessions.set(key, session);
    const [oldest] = sessions;
    if (oldest && sessions.size > mostSessions) {
      oldest[1].close();
      sessions.delete(oldest[0]);
    }
    return session;
  };
  let predictable = true;
  const valuesOf = (session, ids) => {
    const [{ id }] = session.run(ids);
    const values = native.backend.binding.tensorDataSync(id);
    native.backend.binding.deleteTensor(id);
    return values;
  };
  const predictSession = (model, state, rows) => {
    try {
      return predictable ? sessionFor(`predict ${rows}`, () => openPredictSession(tf, native, model, state, data.inputShape, rows)) : null;
    } catch (error) {
      if (!(error instanceof NotTraceable)) throw error;
      predictable = false;
      notice(`evaluation runs one op at a time, which is several times slower: ${error.message}`);
      return null;
    }
  };
  return {
    compile(source, state, from) {
      resident ??= createResident(native.backend.binding, data);
      const rows = source.batches(from)[0]?.rows ?? 0;
      const batch = { rows, inputShape: data.inputShape, width: source.width };
      const structure = structureOf(source, rows);
      const known = compiled.get(structure);
      const open = known && sessions.get(known.key);
      if (known && open)
        return compiledSteps(
          native,
          sessionFor(known.key, () => open),
          known.trace,
          source,
          resident,
          batch
        );
      const trace = traceAt(tf, native, source, state, from);
      const feed = source.rowsOf ? { kind: "resident", classes: source.settings.task === "classification" } : { kind: "batches" };
      const shapes = [...tensorsOf(state), ...source.fixed].map((t) => t.shape);
      const key = `${trace.fingerprint} ${feed.kind} ${rows}`;
      const session = sessionFor(key, () => {
        assertSteady(trace, traceAt(tf, native, source, state, from + 1));
        return openStepSession(native, trace, shapes, batch, feed);
      });
      const steps = compiledSteps(native, session, trace, source, resident, batch);
      assertSame(trace, steps, state, from, source);
      compiled.set(structure, { key, trace: { ...trace, entries: [] } });
      return steps;
    },
    predict(model, state, rows) {
      resident ??= createResident(native.backend.binding, data);
      const session = predictSession(model, state, rows.length);
      if (!session) return null;
      const inputs = createInputs(native.backend.binding);
      try {
        inputs.keep(...native.backend.getInputTensorIds(predictors(state)), resident.inputs);
        inputs.add([rows.length], rows);
        return valuesOf(session, inputs.ids);
      } finally {
        inputs.dispose();
      }
    },
    norms(settings, state, batches) {
      const sizes = batches.map(({ inputs }) => inputs.shape[0]);
      const key = `norms ${JSON.stringify([sizes, settings.levers.regularization.dropout])}`;
      try {
        const session = sessionFor(key, () => openNormSession(tf, native, settings, state, batches));
        const [small = NaN, large = NaN] = valuesOf(
          session,
          native.backend.getInputTensorIds(session.inputs(state, batches))
        );
        return [small, large];
      } catch (error) {
        if (error instanceof NotTraceable) return null;
        throw error;
      }
    },
    dispose() {
      for (const session of sessions.values()) session.close();
      sessions.clear();
      resident?.dispose();
      resident = void 0;
    }
  };
}
function structureOf({ settings: { levers, averaging }, rowsOf }, rows) {
  const { optimization, batching, regularization, scheduling } = levers;
  const { learningRate: _, ...optimizer } = optimization;
  return JSON.stringify([
    optimizer,
    batching,
    regularization,
    scheduling.clipNorm,
    rows,
    rowsOf !== null,
    averaging !== null
  ]);
}
function traceAt(tf, native, source, state, step) {
  const { settings, fixed, upload, batches } = source;
  const uploaded = upload(batches(step), step);
  try {
    return traceStep(tf, native.backend, {
      settings,
      state,
      fixed,
      batches: uploaded,
      coefficients: coefficientsOf(settings, step, anyRate)
    });
  } finally {
    tf.dispose(uploaded.flatMap((b) => [b.inputs, b.targets]));
  }
}
var anyRate = 1e-3;
function assertSteady(first, second) {
  if (first.fingerprint !== second.fingerprint)
    throw new NotTraceable("its steps are not alike: JavaScript computes part of each step");
}
function assertSame(trace, steps, state, from, source) {
  const { state: after, reports } = steps.run(state, from, [source.settings.levers.optimization.learningRate]);
  for (const tensor of tensorsOf(after)) tensor.dispose();
  const [loss, wanted] = [reports[0]?.loss ?? NaN, trace.lossValue];
  const same = Math.abs(loss - wanted) <= tolerance * Math.max(1, Math.abs(wanted)) || !(Number.isFinite(loss) || Number.isFinite(wanted));
  if (!same) throw new NotTraceable(`the graph gives the loss ${loss} instead of ${wanted}`);
}
function compiledSteps(native, session, trace, source, resident, batch) {
  const { binding } = native.backend;
  return {
    bytesPerStep: bytesPerStep(trace, batch, source.rowsOf !== null),
    run(state, from, rates) {
      const inputs = createInputs(binding);
      try {
        inputs.add([], Int32Array.of(rates.length));
        const known = native.backend.getInputTensorIds([...tensorsOf(state), ...source.fixed]);
        const coefficients = rates.flatMap((rate, i) => coefficientsOf(source.settings, from + i, rate));
        inputs.keep(...known);
        inputs.add([rates.length, trace.coefficients.length], Float32Array.from(coefficients));
        addBatches(inputs, source, trace, resident, batch, from, rates.length);
        addMasks(inputs, trace, source.seed, from, rates.length);
        return outcome2(native, state, session.run(inputs.ids), rates.length);
      } finally {
        inputs.dispose();
      }
    }
  };
}
function bytesPerStep({ batches, masks }, { rows, inputShape, width }, resident) {
  const batch = resident ? rows : rows * (product(inputShape) + width);
  return 4 * batches.length * batch + masks.reduce((sum, { at }) => sum + product(at.shape), 0);
}
function outcome2({ backend }, { slots, statistics }, outputs, count) {
  const reports = outputs.at(-1);
  const values = backend.binding.tensorDataSync(reports.id);
  backend.binding.deleteTensor(reports.id);
  const [weights, ...others] = outputs.slice(0, -1).map((tensor) => backend.createOutputTensor(tensor));
  const take = (count2) => others.splice(0, count2);
  return {
    state: { weights, slots: take(slots.length), statistics: take(statistics.length), averages: others },
    reports: Array.from({ length: count }, (_, i) => ({ loss: values[2 * i] ?? NaN, norm: values[2 * i + 1] ?? NaN }))
  };
}

// src/engines/tensorflow/ops/fused.ts
function fusedOps(tf, backend) {
  return {
    softmaxCrossEntropy: (targets, logits) => softmaxCrossEntropy(tf, backend, targets, logits),
    batchNormalization: (x, gamma, beta, epsilon) => batchNormalization(tf, backend, x, gamma, beta, epsilon)
  };
}
function softmaxCrossEntropy(tf, backend, targets, logits) {
  const float = { name: "T", type: backend.binding.TF_ATTR_TYPE, value: dataType.float32 };
  const share = 1 / (logits.shape[0] ?? 1);
  const [losses, slope] = backend.executeMultipleOutputs("SoftmaxCrossEntropyWithLogits", [float], [logits, targets], 2);
  const loss = tf.customGrad((...args) => {
    const save = args[1];
    save([slope]);
    const gradFunc = (dy, [saved]) => tf.mul(saved, tf.mul(dy, share));
    return { value: tf.mul(tf.sum(losses), share), gradFunc };
  });
  return loss(logits);
}
function batchNormalization(tf, backend, x, gamma, beta, epsilon) {
  const features = gamma.size;
  const examples = x.size / features;
  const images = x.rank === 4 ? x : tf.reshape(x, [examples, 1, 1, features]);
  const attributes = batchNormAttributes(backend, epsilon);
  const none = tf.tensor1d([]);
  const [y, mean, variance, ...reserve] = backend.executeMultipleOutputs(
    "FusedBatchNormV3",
    [...attributes, { name: "exponential_avg_factor", type: backend.binding.TF_ATTR_FLOAT, value: 1 }],
    [images, gamma, beta, none, none],
    6
  );
  const apply = tf.customGrad((...args) => {
    const save = args[3];
    save([images, gamma, ...reserve]);
    const gradFunc = (dy, saved) => backend.executeMultipleOutputs("FusedBatchNormGradV3", attributes, [dy, ...saved], 5).slice(0, 3);
    return { value: y, gradFunc };
  });
  const outputs = apply(images, gamma, beta);
  const biased = tf.mul(variance, Math.max(examples - 1, 1) / examples);
  return { outputs: x.rank === 4 ? outputs : tf.reshape(outputs, x.shape), mean, variance: biased };
}
function batchNormAttributes({ binding }, epsilon) {
  return [
    { name: "T", type: binding.TF_ATTR_TYPE, value: dataType.float32 },
    { name: "U", type: binding.TF_ATTR_TYPE, value: dataType.float32 },
    { name: "epsilon", type: binding.TF_ATTR_FLOAT, value: epsilon },
    { name: "data_format", type: binding.TF_ATTR_STRING, value: "NHWC" },
    { name: "is_training", type: binding.TF_ATTR_BOOL, value: true }
  ];
}

// src/engines/tensorflow/ops/gradients.ts
var gradients = [
  { kernel: "Relu", op: "ReluGrad", takes: ["dy", "y"] },
  { kernel: "Relu6", op: "Relu6Grad", takes: ["dy", "y"] },
  { kernel: "Selu", op: "SeluGrad", takes: ["dy", "y"] },
  { kernel: "Softplus", op: "SoftplusGrad", takes: ["dy", "x"] },
  { kernel: "Sigmoid", op: "SigmoidGrad", takes: ["y", "dy"] },
  { kernel: "Tanh", op: "TanhGrad", takes: ["y", "dy"] }
];
var registered = /* @__PURE__ */ new WeakSet();
function registerNativeGradients(tf, backend) {
  if (registered.has(backend)) return;
  registered.add(backend);
  for (const gradient of gradients) replaceGradient(tf, gradientOf(tf, backend, gradient));
  replaceBias(tf, backend);
  replaceGather(tf, backend);
}
function gradientOf(tf, backend, { kernel, op, takes }) {
  const before = tf.getGradient(kernel);
  return {
    kernelName: kernel,
    inputsToSave: ["x"],
    outputsToSave: [true],
    gradFunc(dy, saved, attributes) {
      const [x, y] = saved;
      if (tf.getBackend() !== "tensorflow") return before.gradFunc(dy, before.inputsToSave ? [x] : [y], attributes);
      const values = { dy, x, y };
      return {
        x: () => execute(
          backend,
          op,
          takes.map((name) => values[name])
        )
      };
    }
  };
}
function replaceBias(tf, backend) {
  const gradient = tf.getGradient("Add");
  replaceGradient(tf, {
    ...gradient,
    gradFunc(dy, saved, attributes) {
      const before = gradient.gradFunc(dy, saved, attributes);
      const [a, b] = saved;
      if (tf.getBackend() !== "tensorflow" || !isBias(a, b)) return before;
      return {
        a: () => tf.clone(dy),
        b: () => execute(backend, "BiasAddGrad", [tf.reshape(dy, [-1, b.size])])
      };
    }
  });
  replaceKernel(tf, "Add", (before) => (args) => {
    const { a, b } = args.inputs;
    return isBias(a, b) ? execute(backend, "BiasAdd", [a, b]) : before(args);
  });
}
function replaceGather(tf, backend) {
  const { TF_ATTR_INT: int2, TF_ATTR_TYPE: type2 } = backend.binding;
  replaceKernel(tf, "GatherV2", (before) => (args) => {
    const { x, indices } = args.inputs;
    const { axis, batchDims } = args.attrs;
    if (x.dtype !== "float32" || indices.dtype !== "int32" || axis !== 0 || batchDims !== 0) return before(args);
    return tf.tidy(
      () => backend.executeSingleOutput(
        "GatherV2",
        [
          { name: "batch_dims", type: int2, value: 0 },
          ...["Tparams", "Tindices", "Taxis"].map((name, i) => ({
            name,
            type: type2,
            value: i === 0 ? dataType.float32 : dataType.int32
          }))
        ],
        [x, indices, tf.scalar(0, "int32")]
      )
    );
  });
}
function replaceKernel(tf, name, replace) {
  const kernel = tf.getKernel(name, "tensorflow");
  tf.unregisterKernel(name, "tensorflow");
  tf.registerKernel({ ...kernel, kernelFunc: replace(kernel.kernelFunc) });
}
function isBias(a, b) {
  return a.shape.length > 1 && b.shape.length === 1 && a.shape.at(-1) === b.shape[0] && a.dtype === "float32" && b.dtype === "float32";
}
function execute(backend, op, inputs) {
  return backend.executeSingleOutput(
    op,
    [{ name: "T", type: backend.binding.TF_ATTR_TYPE, value: dataType.float32 }],
    inputs
  );
}
function replaceGradient(tf, config) {
  tf.unregisterGradient(config.kernelName);
  tf.registerGradient(config);
}

// src/engines/tensorflow/engine.ts
var removedFromNode = {
  isNullOrUndefined: (value) => value === null || value === void 0,
  isArray: Array.isArray
};
async function createTensorflowEngine({
  folder,
  compiled = true,
  threads = 1
}) {
  const from = createRequire(join2(resolve(folder), "index.js"));
  Object.assign(from("node:util"), removedFromNode);
  const { tf, messages } = load(from, folder);
  if (!await tf.setBackend("tensorflow")) throw unusable("the native engine did not start", folder);
  const backend = tf.backend();
  registerNativeGradients(tf, backend);
  const native = { backend, messages };
  const { version } = from("@tensorflow/tfjs-node/package.json");
  return {
    label: [
      `tensorflow ${backend.binding.TF_Version} tfjs-node ${version}`,
      compiled ? "compiled" : "eager",
      // `nativeEnvironment` turns its kernels on. They add up in an order of their own, so numbers differ from those without.
      "onednn",
      ...threads > 1 ? [`${threads} threads`] : []
    ].join(" "),
    tf,
    fused: fusedOps(tf, backend),
    native,
    ...compiled ? { compile: (data, notice) => createCompiler(tf, native, data, notice) } : {}
  };
}
var start = async (files) => trainsOn(await createTensorflowEngine(files));
function load(from, folder) {
  if (!existsSync(join2(folder, "node_modules", "@tensorflow", "tfjs-node", "package.json"))) {
    throw unusable("the native engine is not installed", folder);
  }
  try {
    return {
      tf: from("@tensorflow/tfjs-node"),
      messages: from("@tensorflow/tfjs-node/dist/proto/api_pb.js")
    };
  } catch (error) {
    throw unusable(`the native engine did not load: ${error instanceof Error ? error.message : String(error)}`, folder);
  }
}
function unusable(message, folder) {
  const hint = "reinstall it, or use the engine wasm";
  return new InputError([{ code: "engine/tensorflow-unusable", severity: "error", message, found: folder, hint }]);
}
export {
  createTensorflowEngine,
  start
};
