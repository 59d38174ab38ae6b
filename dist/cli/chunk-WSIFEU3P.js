import{createRequire as createRequireOfBundle}from'node:module';const require=createRequireOfBundle(import.meta.url);
import {
  NotTraceable,
  dropoutMask,
  stateless,
  weightAt,
  withBias
} from "./chunk-H7HCDWHR.js";
import {
  err,
  ok,
  stream,
  unreachable
} from "./chunk-HNL2MZQQ.js";

// src/layers/definition.ts
var noArguments = {
  name: "noArguments",
  title: "No arguments",
  description: "This layer takes no arguments."
};
function product(shape) {
  return shape.reduce((a, b) => a * b, 1);
}
function misfit({ kind }, input, allowed) {
  return { message: `layer ${kind} does not fit the shape before it`, found: `[${input.join(", ")}]`, allowed };
}

// src/layers/activations.ts
function activate(tf, name, x) {
  switch (name) {
    case "linear":
      return x;
    case "relu":
      return tf.relu(x);
    case "relu6":
      return tf.relu6(x);
    case "elu":
      return tf.elu(x);
    case "selu":
      return tf.selu(x);
    case "gelu":
      return gelu(tf, x);
    case "swish":
      return tf.mul(x, tf.sigmoid(x));
    case "tanh":
      return tf.tanh(x);
    case "sigmoid":
      return tf.sigmoid(x);
    case "softplus":
      return tf.softplus(x);
    default:
      return unreachable(name, "activation");
  }
}
function onnxActivation(graph, name, x) {
  switch (name) {
    case "linear":
      return x;
    case "relu":
      return graph.node("Relu", [x]);
    case "relu6":
      return graph.node("Clip", [x, graph.float(0), graph.float(6)]);
    case "elu":
      return graph.node("Elu", [x]);
    case "selu":
      return graph.node("Selu", [x]);
    case "gelu": {
      const erf = graph.node("Erf", [graph.node("Mul", [x, graph.float(Math.SQRT1_2)])]);
      return graph.node("Mul", [x, graph.node("Mul", [graph.node("Add", [erf, graph.float(1)]), graph.float(0.5)])]);
    }
    case "swish":
      return graph.node("Mul", [x, graph.node("Sigmoid", [x])]);
    case "tanh":
      return graph.node("Tanh", [x]);
    case "sigmoid":
      return graph.node("Sigmoid", [x]);
    case "softplus":
      return graph.node("Softplus", [x]);
    default:
      return unreachable(name, "activation");
  }
}
function gelu(tf, x) {
  const apply = tf.customGrad((...args) => {
    const [given, save] = args;
    const cumulative = tf.mul(tf.add(tf.erf(tf.mul(given, Math.SQRT1_2)), 1), 0.5);
    save([given, cumulative]);
    const gradFunc = (dy, saved) => {
      const [at, share] = [weightAt(saved, 0), weightAt(saved, 1)];
      const density = tf.exp(tf.mul(tf.square(at), -0.5));
      return tf.mul(dy, tf.add(share, tf.mul(tf.mul(at, density), 1 / Math.sqrt(2 * Math.PI))));
    };
    return { value: tf.mul(given, cumulative), gradFunc };
  });
  return apply(x);
}
var activationWords = (name) => name === "linear" ? "" : `, ${name}`;

// src/layers/activation.ts
var activation = {
  kind: "activation",
  schema: {
    summary: "Applies an activation function.",
    arguments: {
      name: "activationLayer",
      required: ["activation"],
      properties: {
        activation: { title: "Activation", description: "The function.", $ref: "#/$defs/activation", default: "relu" }
      }
    },
    example: { activation: "relu" }
  },
  normalize: (a) => ({ kind: "activation", activation: a.activation }),
  outputShape: (_, input) => ok(input),
  parameters: () => [],
  forward: (tf, layer) => stateless((x) => activate(tf, layer.activation, x)),
  saved: {
    onnx: (graph, { activation: name }, { x }) => onnxActivation(graph, name, x),
    keras: (model, { activation: name }, { x, output }) => model.layer("Activation", { activation: name }, { inputs: [x], output })
  },
  words: (layer) => `activation ${layer.activation}`
};

// src/layers/normalization.ts
function normalize(tf, x, axis, epsilon) {
  const share = 1 / (x.shape[axis] ?? 1);
  const mean = (values) => tf.mul(tf.sum(values, axis, axis === 1), share);
  const average = mean(x);
  const centred = tf.sub(x, average);
  const variance = mean(tf.square(centred));
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const apply = tf.customGrad((...args) => {
    const save = args[1];
    const value = tf.mul(centred, inverse);
    save([value, inverse]);
    const gradFunc = (dy, saved) => {
      const [unit, scale] = [weightAt(saved, 0), weightAt(saved, 1)];
      const along = tf.mul(unit, mean(tf.mul(dy, unit)));
      return tf.mul(tf.sub(tf.sub(dy, mean(dy)), along), scale);
    };
    return { value, gradFunc };
  });
  return { outputs: apply(x), mean: average, variance };
}

// src/layers/parameters.ts
function kernel(name, shape, fanIn, fanOut) {
  return { name, shape, initializer: { kind: "glorot-uniform", fanIn, fanOut }, trainable: true, decay: true };
}
function depthwiseKernel([h, w], channels, multiplier) {
  return kernel("depthwiseKernel", [h, w, channels, multiplier], h * w * channels, h * w * multiplier);
}
function bias(use, size, name = "bias") {
  return use ? [{ name, shape: [size], initializer: { kind: "zeros" }, trainable: true, decay: false }] : [];
}
function norm(name, size, initializer, trainable = true) {
  return { name, shape: [size], initializer: { kind: initializer }, trainable, decay: false };
}
var channelsOf = (input) => input.at(-1) ?? 0;

// src/layers/saved.ts
var Unsavable = class extends Error {
  /** The layer, once it is known. */
  layer;
  constructor(message, layer = null) {
    super(message);
    this.layer = layer;
  }
};
function savedAt(tensors, index) {
  const tensor = tensors[index];
  if (!tensor) throw new Error(`a layer is missing tensor ${index} of ${tensors.length}`);
  return tensor;
}
function onnxBias(graph, x, { weights }, useBias, index) {
  return useBias ? graph.node("Add", [x, graph.weight(savedAt(weights, index))]) : x;
}

// src/layers/batch-normalization.ts
var batchNormalization = {
  kind: "batchNormalization",
  schema: {
    summary: "Normalizes each channel over the batch.",
    arguments: {
      properties: {
        momentum: {
          title: "Momentum",
          description: "Weight of past batches in the running statistics.",
          type: "number",
          minimum: 0,
          exclusiveMaximum: 1,
          default: 0.99
        },
        epsilon: {
          title: "Epsilon",
          description: "Added to the variance.",
          type: "number",
          exclusiveMinimum: 0,
          maximum: 1,
          default: 1e-3
        }
      }
    },
    example: {},
    bare: "possible"
  },
  normalize: (a) => ({ kind: "batchNormalization", momentum: a.momentum ?? 0.99, epsilon: a.epsilon ?? 1e-3 }),
  outputShape: (_, input) => ok(input),
  parameters: (_, input) => {
    const channels = channelsOf(input);
    return [
      norm("gamma", channels, "ones"),
      norm("beta", channels, "zeros"),
      norm("movingMean", channels, "zeros", false),
      norm("movingVariance", channels, "ones", false)
    ];
  },
  forward: (tf, layer, { fused }) => forward(tf, layer, fused),
  saved: {
    onnx: (graph, { epsilon }, { x, weights, statistics }) => {
      const [gamma, beta] = [graph.weight(savedAt(weights, 0)), graph.weight(savedAt(weights, 1))];
      const [mean, variance] = [graph.weight(savedAt(statistics, 0)), graph.weight(savedAt(statistics, 1))];
      const sd = graph.node("Sqrt", [graph.node("Add", [variance, graph.float(epsilon)])]);
      const scale = graph.node("Div", [gamma, sd]);
      const shift = graph.node("Sub", [beta, graph.node("Mul", [mean, scale])]);
      return graph.node("Add", [graph.node("Mul", [x, scale]), shift]);
    },
    keras: (model, { momentum, epsilon }, { x, output, weights, statistics }) => model.layer(
      "BatchNormalization",
      { axis: -1, momentum, epsilon },
      { inputs: [x], output, variables: [...weights, ...statistics] }
    )
  },
  words: () => "batchNormalization"
};
function forward(tf, layer, fused) {
  return ({ x, weights, statistics, options }) => {
    const [gamma, beta] = [weightAt(weights, 0), weightAt(weights, 1)];
    const [mean, variance] = [weightAt(statistics, 0), weightAt(statistics, 1)];
    if (!options.training) {
      const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, layer.epsilon)));
      return { outputs: tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale))), statistics };
    }
    const features = x.shape.at(-1) ?? 0;
    const move = (old, now) => tf.add(tf.mul(old, layer.momentum), tf.mul(tf.reshape(now, [features]), 1 - layer.momentum));
    if (fused) {
      const { outputs, mean: now, variance: spread } = fused.batchNormalization(x, gamma, beta, layer.epsilon);
      return { outputs, statistics: [move(mean, now), move(variance, spread)] };
    }
    const batch = normalize(tf, tf.reshape(x, [-1, features]), 0, layer.epsilon);
    return {
      outputs: tf.reshape(tf.add(tf.mul(batch.outputs, gamma), beta), x.shape),
      statistics: [move(mean, batch.mean), move(variance, batch.variance)]
    };
  };
}

// src/layers/windows.ts
var kernelSizeSchema = {
  title: "Kernel size",
  description: "Height and width of the window.",
  $ref: "#/$defs/size",
  default: 3
};
var convolutionSchema = {
  strides: { title: "Strides", description: "Strides of the window.", $ref: "#/$defs/size", default: 1 },
  padding: {
    title: "Padding",
    description: "same pads the image with zeros so that only strides shrink it.",
    $ref: "#/$defs/padding",
    default: "valid"
  },
  activation: {
    title: "Activation",
    description: "Applied to the output.",
    $ref: "#/$defs/activation",
    default: "linear"
  },
  useBias: { title: "Bias", description: "Whether to add a bias.", type: "boolean", default: true }
};
function convolution(a) {
  return {
    kernelSize: pair(a.kernelSize),
    strides: pair(a.strides ?? 1),
    padding: a.padding ?? "valid",
    activation: a.activation ?? "linear",
    useBias: a.useBias ?? true
  };
}
var pair = (size) => typeof size === "number" ? [size, size] : size;
var channelsFirst = (graph, x) => graph.node("Transpose", [x], { perm: { ints: [0, 3, 1, 2] } });
var channelsLast = (graph, x) => graph.node("Transpose", [x], { perm: { ints: [0, 2, 3, 1] } });
function onnxWindow({ kernelSize, strides, padding }, input, output) {
  const pads = [0, 1].map((axis) => {
    const reach = ((output[axis] ?? 0) - 1) * strides[axis] + kernelSize[axis] - (input[axis] ?? 0);
    const all = padding === "same" ? Math.max(0, reach) : 0;
    return [Math.floor(all / 2), Math.ceil(all / 2)];
  });
  return {
    kernel_shape: { ints: kernelSize },
    strides: { ints: strides },
    pads: { ints: [...pads.map(([before]) => before), ...pads.map(([, after]) => after)] }
  };
}
function onnxConvolution(graph, layer, { x, kernel: kernel2, group }, { input, output }) {
  const attributes = { ...onnxWindow(layer, input, output), group: { int: group } };
  return channelsLast(graph, graph.node("Conv", [channelsFirst(graph, x), kernel2], attributes));
}
function onnxDepthwiseKernel(graph, tensor) {
  const [h = 1, w = 1, channels = 1, multiplier = 1] = tensor.shape;
  const grouped = graph.node("Transpose", [graph.weight(tensor)], { perm: { ints: [2, 3, 0, 1] } });
  return graph.node("Reshape", [grouped, graph.integers([channels * multiplier, 1, h, w])]);
}
var onnxKernel = (graph, tensor) => graph.node("Transpose", [graph.weight(tensor)], { perm: { ints: [3, 2, 0, 1] } });
var kerasWindow = ({ strides, padding }) => ({ strides, padding });
var kerasConvolution = ({ kernelSize, activation: activation2, useBias, ...windowed2 }) => ({
  kernel_size: kernelSize,
  ...kerasWindow(windowed2),
  activation: activation2,
  use_bias: useBias
});
function windowed(layer, window, input, channels) {
  const [height, width] = input;
  if (input.length !== 3 || height === void 0 || width === void 0) {
    return err(misfit(layer, input, "an image: [height, width, channels]"));
  }
  if (layer.padding === "valid" && (window[0] > height || window[1] > width)) {
    return err(misfit(layer, input, `an image of at least ${window[0]}\xD7${window[1]}, or padding: same`));
  }
  const size = (length, kernel2, stride) => layer.padding === "same" ? Math.ceil(length / stride) : Math.ceil((length - kernel2 + 1) / stride);
  return ok([size(height, window[0], layer.strides[0]), size(width, window[1], layer.strides[1]), channels]);
}
var sizeWords = ([height, width]) => `${height}\xD7${width}`;
function convolutionWords({ kernelSize, strides, padding, activation: activation2 }) {
  const stride = strides[0] === 1 && strides[1] === 1 ? "" : `, stride ${sizeWords(strides)}`;
  const window = padding === "valid" ? stride : `${stride}, ${padding} padding`;
  return `${sizeWords(kernelSize)}${window}${activationWords(activation2)}`;
}

// src/layers/conv2d.ts
var conv2d = {
  kind: "conv2d",
  schema: {
    summary: "Convolution over an image [height, width, channels].",
    arguments: {
      required: ["filters", "kernelSize"],
      properties: {
        filters: { title: "Filters", description: "Output channels.", $ref: "#/$defs/width", default: 16 },
        kernelSize: kernelSizeSchema,
        ...convolutionSchema
      }
    },
    example: { filters: 16, kernelSize: 3 }
  },
  normalize: (a) => ({ kind: "conv2d", filters: a.filters, ...convolution(a) }),
  outputShape: (layer, input) => windowed(layer, layer.kernelSize, input, layer.filters),
  parameters: ({ kernelSize: [h, w], filters, useBias }, input) => {
    const channels = channelsOf(input);
    return [kernel("kernel", [h, w, channels, filters], h * w * channels, h * w * filters), ...bias(useBias, filters)];
  },
  forward: (tf, layer) => stateless((x, weights) => {
    const out = tf.conv2d(x, weightAt(weights, 0), [...layer.strides], layer.padding);
    return activate(tf, layer.activation, withBias(tf, out, weights, layer.useBias, 1));
  }),
  saved: {
    onnx: (graph, layer, step) => {
      const kernel2 = onnxKernel(graph, savedAt(step.weights, 0));
      const out = onnxConvolution(graph, layer, { x: step.x, kernel: kernel2, group: 1 }, step);
      return onnxActivation(graph, layer.activation, onnxBias(graph, out, step, layer.useBias, 1));
    },
    keras: (model, { filters, ...layer }, { x, output, weights }) => model.layer("Conv2D", { filters, ...kerasConvolution(layer) }, { inputs: [x], output, variables: weights })
  },
  columns: { window: (layer) => layer, forward: overColumns },
  words: (layer) => `conv2d ${layer.filters} filters ${convolutionWords(layer)}`
};
function overColumns(tf, layer) {
  return stateless((x, weights) => {
    const values = x.shape.at(-1) ?? 0;
    const matrix = tf.reshape(weightAt(weights, 0), [values, layer.filters]);
    const rows = tf.matMul(tf.reshape(x, [-1, values]), matrix);
    const out = activate(tf, layer.activation, withBias(tf, rows, weights, layer.useBias, 1));
    return tf.reshape(out, [...x.shape.slice(0, -1), layer.filters]);
  });
}

// src/layers/dense.ts
var dense = {
  kind: "dense",
  schema: {
    summary: "A fully connected layer.",
    arguments: {
      required: ["units"],
      properties: {
        units: {
          title: "Units",
          description: "Number of outputs. classes stands for the number of classes, or 1 for regression.",
          default: "classes",
          anyOf: [
            { type: "integer", minimum: 1, maximum: 65536 },
            { type: "string", enum: ["classes"] }
          ]
        },
        activation: {
          title: "Activation",
          description: "Applied to the output. Leave it out of the last layer: the loss takes logits.",
          $ref: "#/$defs/activation",
          default: "linear"
        },
        useBias: { title: "Bias", description: "Whether to add a bias.", type: "boolean", default: true }
      }
    },
    example: { units: "classes" }
  },
  normalize: (a) => ({ kind: "dense", units: a.units, activation: a.activation ?? "linear", useBias: a.useBias ?? true }),
  resolve: (layer, { classes }) => ({ ...layer, units: layer.units === "classes" ? classes : layer.units }),
  outputShape: (layer, input) => input.length >= 1 ? ok([...input.slice(0, -1), layer.units]) : err(misfit(layer, input, "at least one feature: [features]")),
  parameters: ({ units, useBias }, input) => {
    const features = channelsOf(input);
    return [kernel("kernel", [features, units], features, units), ...bias(useBias, units)];
  },
  forward: (tf, layer) => stateless((x, weights) => {
    const rows = x.rank === 2 ? x : tf.reshape(x, [-1, x.shape.at(-1) ?? 0]);
    const result = tf.matMul(rows, weightAt(weights, 0));
    const out = activate(tf, layer.activation, withBias(tf, result, weights, layer.useBias, 1));
    return x.rank === 2 ? out : tf.reshape(out, [...x.shape.slice(0, -1), layer.units]);
  }),
  saved: {
    onnx: (graph, { activation: activation2, useBias }, step) => {
      const product2 = graph.node("MatMul", [step.x, graph.weight(savedAt(step.weights, 0))]);
      return onnxActivation(graph, activation2, onnxBias(graph, product2, step, useBias, 1));
    },
    keras: (model, { units, activation: activation2, useBias }, { x, output, weights }) => model.layer("Dense", { units, activation: activation2, use_bias: useBias }, { inputs: [x], output, variables: weights })
  },
  words: (layer) => `dense ${layer.units} units${activationWords(layer.activation)}`
};

// src/layers/depthwise-conv2d.ts
var depthwiseConv2d = {
  kind: "depthwiseConv2d",
  schema: {
    summary: "A separate convolution for each channel.",
    arguments: {
      required: ["kernelSize"],
      properties: {
        kernelSize: kernelSizeSchema,
        depthMultiplier: {
          title: "Depth multiplier",
          description: "Number of output channels per input channel.",
          type: "integer",
          minimum: 1,
          maximum: 64,
          default: 1
        },
        ...convolutionSchema
      }
    },
    example: { kernelSize: 3 }
  },
  normalize: (a) => ({ kind: "depthwiseConv2d", depthMultiplier: a.depthMultiplier ?? 1, ...convolution(a) }),
  outputShape: (layer, input) => windowed(layer, layer.kernelSize, input, (input[2] ?? 0) * layer.depthMultiplier),
  parameters: ({ kernelSize, depthMultiplier, useBias }, input) => {
    const channels = channelsOf(input);
    return [depthwiseKernel(kernelSize, channels, depthMultiplier), ...bias(useBias, channels * depthMultiplier)];
  },
  forward: (tf, layer) => stateless((x, weights) => {
    const out = tf.depthwiseConv2d(x, weightAt(weights, 0), [...layer.strides], layer.padding);
    return activate(tf, layer.activation, withBias(tf, out, weights, layer.useBias, 1));
  }),
  saved: {
    onnx: (graph, layer, step) => {
      const kernel2 = onnxDepthwiseKernel(graph, savedAt(step.weights, 0));
      const out = onnxConvolution(graph, layer, { x: step.x, kernel: kernel2, group: step.input[2] ?? 1 }, step);
      return onnxActivation(graph, layer.activation, onnxBias(graph, out, step, layer.useBias, 1));
    },
    keras: (model, { depthMultiplier, ...layer }, { x, output, weights }) => {
      const config = { depth_multiplier: depthMultiplier, ...kerasConvolution(layer) };
      return model.layer("DepthwiseConv2D", config, { inputs: [x], output, variables: weights });
    }
  },
  words: (layer) => `depthwiseConv2d \xD7${layer.depthMultiplier} ${convolutionWords(layer)}`
};

// src/layers/dropout.ts
var dropout = {
  kind: "dropout",
  schema: {
    summary: "Drops values at random during training.",
    arguments: {
      properties: {
        rate: {
          title: "Rate",
          description: "Share of values to drop. null uses the dropout lever.",
          type: ["number", "null"],
          minimum: 0,
          exclusiveMaximum: 1,
          default: null
        }
      }
    },
    example: {},
    bare: "usual"
  },
  normalize: (a) => ({ kind: "dropout", rate: a.rate ?? null }),
  outputShape: (_, input) => ok(input),
  parameters: () => [],
  forward: (tf, layer, { site }) => stateless((x, _, options) => {
    const mask = dropoutMask(x, layer.rate, site, options);
    return mask ? tf.mul(x, mask) : x;
  }),
  saved: {
    onnx: (_, __, { x }) => x,
    keras: (model, { rate }, { x, output, dropout: dropout2 }) => model.layer("Dropout", { rate: rate ?? dropout2 }, { inputs: [x], output })
  },
  followsDropoutLever: (layer) => layer.rate === null,
  words: (layer) => layer.rate === null ? "dropout, the lever" : `dropout ${layer.rate}`
};

// src/layers/embedding.ts
var onnxType = { float: 1, int64: 7 };
var embedding = {
  kind: "embedding",
  schema: {
    summary: "Maps each whole number of the input to a learned vector. It must be the first layer.",
    arguments: {
      required: ["inputDim", "outputDim"],
      properties: {
        inputDim: {
          title: "Input values",
          description: "Vocabulary size: inputs are whole numbers from 0 to this minus 1. vocabulary stands for that of a text column.",
          default: 1e3,
          anyOf: [
            { type: "integer", minimum: 1, maximum: 1e7 },
            { type: "string", enum: ["vocabulary"] }
          ]
        },
        outputDim: { title: "Output features", description: "Length of each vector.", $ref: "#/$defs/width", default: 16 },
        maskZero: {
          title: "Mask zero",
          description: "Whether 0 is padding, which attention and pooling leave out. Default: true for a text column, otherwise false.",
          type: "boolean",
          default: false
        }
      }
    },
    example: { inputDim: 1e3, outputDim: 16 }
  },
  normalize: ({ inputDim, outputDim, maskZero }) => ({
    kind: "embedding",
    inputDim,
    outputDim,
    ...maskZero === void 0 ? {} : { maskZero }
  }),
  resolve: ({ kind, inputDim, outputDim, maskZero }, { vocabulary }) => ({
    kind,
    inputDim: inputDim === "vocabulary" ? vocabulary ?? 1 : inputDim,
    outputDim,
    ...maskZero ?? vocabulary !== void 0 ? { maskZero: true } : {}
  }),
  outputShape: (layer, input) => input.length === 1 ? ok([...input, layer.outputDim]) : err(misfit(layer, input, "a row of whole numbers: [length]")),
  parameters: ({ inputDim, outputDim }) => [
    {
      name: "embeddings",
      shape: [inputDim, outputDim],
      initializer: { kind: "uniform", limit: 0.05 },
      trainable: true,
      decay: true
    }
  ],
  forward: (tf, { maskZero = false }) => ({ x, weights, statistics }) => ({
    outputs: tf.gather(weightAt(weights, 0), tf.cast(x, "int32")),
    statistics,
    ...maskZero ? { mask: tf.cast(tf.notEqual(x, 0), "float32") } : {}
  }),
  saved: {
    onnx: (graph, { maskZero = false }, { x, weights }) => {
      const ids = graph.node("Cast", [x], { to: { int: onnxType.int64 } });
      const outputs = graph.node("Gather", [graph.weight(savedAt(weights, 0)), ids]);
      if (!maskZero) return outputs;
      const padding = graph.node("Equal", [x, graph.float(0)]);
      return { outputs, mask: graph.node("Cast", [graph.node("Not", [padding])], { to: { int: onnxType.float } }) };
    },
    keras: (model, { inputDim, outputDim, maskZero = false }, { x, output, weights }) => {
      const config = { input_dim: inputDim, output_dim: outputDim, mask_zero: maskZero };
      const outputs = model.layer("Embedding", config, { inputs: [x], output, variables: weights });
      return maskZero ? { outputs, mask: outputs } : outputs;
    }
  },
  readsWholeNumbers: "an embedding reads whole numbers, so make it the first layer",
  wholeNumbers: ({ inputDim }) => inputDim,
  words: ({ inputDim, outputDim, maskZero }) => `embedding ${inputDim} to ${outputDim}${maskZero ? ", 0 is padding" : ""}`
};

// src/layers/flatten.ts
var flatten = {
  kind: "flatten",
  schema: {
    summary: "Flattens the values of an example into one row.",
    arguments: noArguments,
    example: {},
    bare: "usual"
  },
  normalize: () => ({ kind: "flatten" }),
  outputShape: (_, input) => ok([product(input)]),
  parameters: () => [],
  forward: (tf) => stateless((x) => tf.reshape(x, [x.shape[0] ?? 0, product(x.shape.slice(1))])),
  saved: {
    onnx: (graph, _, { x, output }) => graph.node("Reshape", [x, graph.integers([-1, ...output])]),
    keras: (model, _, { x, output, mask }) => {
      if (mask !== null)
        throw new Unsavable("Keras and tunegate differ in what attention gives at padding, which flatten keeps");
      return model.layer("Flatten", {}, { inputs: [x], output });
    }
  },
  words: () => "flatten"
};

// src/layers/global-average-pooling1d.ts
var globalAveragePooling1d = {
  kind: "globalAveragePooling1d",
  schema: {
    summary: "Averages over the steps of a sequence [steps, features]. Padding does not count.",
    arguments: noArguments,
    example: {},
    bare: "possible"
  },
  normalize: () => ({ kind: "globalAveragePooling1d" }),
  outputShape: (layer, input) => input.length === 2 ? ok([input[1] ?? 0]) : err(misfit(layer, input, "a sequence: [steps, features]")),
  parameters: () => [],
  forward: (tf) => stateless((x, _, __, mask) => {
    if (mask) return maskedMean(tf, x, mask);
    const [batch, steps, features] = x.shape;
    const images = tf.reshape(x, [batch, steps, 1, features]);
    return tf.reshape(tf.avgPool(images, [steps, 1], 1, "valid"), [batch, features]);
  }),
  saved: {
    onnx: (graph, _, { x, mask }) => {
      if (mask === null) return graph.node("ReduceMean", [x], { axes: { ints: [1] }, keepdims: { int: 0 } });
      const steps = graph.node("ReduceSum", [mask, graph.integers([1])], { keepdims: { int: 1 } });
      const shares = graph.node("Div", [mask, graph.node("Max", [steps, graph.float(1)])]);
      const weighted = graph.node("Mul", [x, graph.node("Unsqueeze", [shares, graph.integers([2])])]);
      return graph.node("ReduceSum", [weighted, graph.integers([1])], { keepdims: { int: 0 } });
    },
    keras: (model, _, { x, output }) => model.layer("GlobalAveragePooling1D", {}, { inputs: [x], output })
  },
  words: () => "globalAveragePooling1d"
};
function maskedMean(tf, x, mask) {
  const [batch, steps, features] = x.shape;
  const shares = tf.div(mask, tf.maximum(tf.sum(mask, 1, true), 1));
  return tf.reshape(tf.matMul(tf.reshape(shares, [batch, 1, steps]), x), [batch, features]);
}

// src/layers/global-pooling2d.ts
var globalAveragePooling2d = globalPooling(
  "globalAveragePooling2d",
  "The mean of each channel of an image.",
  (tf, images, window) => tf.avgPool(images, window, 1, "valid"),
  { onnx: "ReduceMean", keras: "GlobalAveragePooling2D" }
);
var globalMaxPooling2d = globalPooling(
  "globalMaxPooling2d",
  "The largest value of each channel of an image.",
  (tf, images, window) => tf.maxPool(images, window, 1, "valid"),
  { onnx: "ReduceMax", keras: "GlobalMaxPooling2D" }
);
function globalPooling(kind, summary, pool, names) {
  return {
    kind,
    schema: { summary, arguments: noArguments, example: {}, bare: "possible" },
    normalize: () => ({ kind }),
    outputShape: (layer, input) => input.length === 3 ? ok([input[2] ?? 0]) : err(misfit(layer, input, "an image: [height, width, channels]")),
    parameters: () => [],
    forward: (tf) => stateless((x) => {
      const [batch, height, width, channels] = x.shape;
      return tf.reshape(pool(tf, x, [height, width]), [batch, channels]);
    }),
    saved: {
      onnx: (graph, _, { x }) => graph.node(names.onnx, [x], { axes: { ints: [1, 2] }, keepdims: { int: 0 } }),
      keras: (model, _, { x, output }) => model.layer(names.keras, {}, { inputs: [x], output })
    },
    words: () => kind
  };
}

// src/layers/layer-normalization.ts
var layerNormalization = {
  kind: "layerNormalization",
  schema: {
    summary: "Normalizes the last axis of each example.",
    arguments: {
      properties: {
        epsilon: {
          title: "Epsilon",
          description: "Added to the variance.",
          type: "number",
          exclusiveMinimum: 0,
          maximum: 1,
          default: 1e-3
        }
      }
    },
    example: {},
    bare: "possible"
  },
  normalize: (a) => ({ kind: "layerNormalization", epsilon: a.epsilon ?? 1e-3 }),
  outputShape: (_, input) => ok(input),
  parameters: (_, input) => [norm("gamma", channelsOf(input), "ones"), norm("beta", channelsOf(input), "zeros")],
  forward: (tf, layer) => stateless((x, weights) => {
    const rows = tf.reshape(x, [-1, x.shape.at(-1) ?? 0]);
    const { outputs } = normalize(tf, rows, 1, layer.epsilon);
    return tf.reshape(tf.add(tf.mul(outputs, weightAt(weights, 0)), weightAt(weights, 1)), x.shape);
  }),
  saved: {
    onnx: (graph, { epsilon }, { x, weights }) => {
      const [gamma, beta] = [graph.weight(savedAt(weights, 0)), graph.weight(savedAt(weights, 1))];
      return graph.node("LayerNormalization", [x, gamma, beta], { axis: { int: -1 }, epsilon: { float: epsilon } });
    },
    keras: (model, { epsilon }, { x, output, weights }) => model.layer("LayerNormalization", { axis: -1, epsilon }, { inputs: [x], output, variables: weights })
  },
  words: () => "layerNormalization"
};

// src/layers/saved-attention.ts
var farBelow = 1e9;
function onnxAttention(graph, { numHeads, keyDim, useBias }, step) {
  const { x, input, weights, mask } = step;
  const [steps = 1] = input;
  const second = useBias ? 2 : 1;
  const product2 = graph.node("MatMul", [x, graph.weight(savedAt(weights, 0))]);
  const projected = onnxBias(graph, product2, step, useBias, 1);
  const split = graph.node("Reshape", [projected, graph.integers([-1, steps, 3, numHeads, keyDim])]);
  const apart = graph.node("Transpose", [split], { perm: { ints: [2, 0, 3, 1, 4] } });
  const part = (index) => graph.node("Gather", [apart, graph.integer(index)], { axis: { int: 0 } });
  const queries = graph.node("Mul", [part(0), graph.float(1 / Math.sqrt(keyDim))]);
  const keys = graph.node("Transpose", [part(1)], { perm: { ints: [0, 1, 3, 2] } });
  const scores = graph.node("MatMul", [queries, keys]);
  const shares = graph.node("Softmax", [mask === null ? scores : masked(graph, scores, mask)], { axis: { int: -1 } });
  const attended = graph.node("Transpose", [graph.node("MatMul", [shares, part(2)])], { perm: { ints: [0, 2, 1, 3] } });
  const rows = graph.node("Reshape", [attended, graph.integers([-1, steps, numHeads * keyDim])]);
  const mixed = graph.node("MatMul", [rows, graph.weight(savedAt(weights, second))]);
  return onnxBias(graph, mixed, step, useBias, second + 1);
}
function masked(graph, scores, mask) {
  const penalty = graph.node("Mul", [graph.node("Sub", [mask, graph.float(1)]), graph.float(farBelow)]);
  return graph.node("Add", [scores, graph.node("Unsqueeze", [penalty, graph.integers([1, 2])])]);
}
function kerasAttention(model, layer, step) {
  const { numHeads, keyDim, useBias, dropout: dropout2 } = layer;
  const { x, input, output, weights } = step;
  const features = input[1] ?? 0;
  const [projection, mixing] = [savedAt(weights, 0), savedAt(weights, useBias ? 2 : 1)];
  const part = (index) => [
    { shape: [features, numHeads, keyDim], values: columns(projection, index, numHeads * keyDim) },
    ...useBias ? [{ shape: [numHeads, keyDim], values: columns(savedAt(weights, 1), index, numHeads * keyDim) }] : []
  ];
  const config = { num_heads: numHeads, key_dim: keyDim, use_bias: useBias, dropout: dropout2 ?? step.dropout };
  return model.layer("MultiHeadAttention", config, {
    inputs: [x, x],
    output,
    inner: {
      query_dense: part(0),
      key_dense: part(1),
      value_dense: part(2),
      output_dense: [
        { shape: [numHeads, keyDim, features], values: mixing.values },
        ...useBias ? [{ shape: [features], values: savedAt(weights, 3).values }] : []
      ]
    }
  });
}
function columns({ values }, index, width) {
  const rows = values.length / (3 * width);
  const own = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const from = (3 * row + index) * width;
    own.set(values.subarray(from, from + width), row * width);
  }
  return own;
}

// src/layers/multi-head-attention.ts
var multiHeadAttention = {
  kind: "multiHeadAttention",
  schema: {
    summary: "Self-attention over the steps of a sequence [steps, features]. No step attends to padding.",
    arguments: {
      required: ["numHeads", "keyDim"],
      properties: {
        numHeads: {
          title: "Heads",
          description: "Number of attention heads.",
          type: "integer",
          minimum: 1,
          maximum: 1024,
          default: 4
        },
        keyDim: {
          title: "Key size",
          description: "Features of each head's queries, keys and values; usually those of the sequence divided by the heads.",
          $ref: "#/$defs/width",
          default: 16
        },
        useBias: {
          title: "Bias",
          description: "Whether to add biases to queries, keys, values and the output.",
          type: "boolean",
          default: true
        },
        dropout: {
          title: "Dropout",
          description: "Share of attention weights to drop during training. null uses the dropout lever.",
          type: ["number", "null"],
          minimum: 0,
          exclusiveMaximum: 1,
          default: 0
        }
      }
    },
    example: { numHeads: 4, keyDim: 16 }
  },
  normalize: ({ numHeads, keyDim, useBias = true, dropout: dropout2 = 0 }) => ({
    kind: "multiHeadAttention",
    numHeads,
    keyDim,
    useBias,
    dropout: dropout2
  }),
  outputShape: (layer, input) => input.length === 2 ? ok(input) : err(misfit(layer, input, "a sequence: [steps, features]")),
  parameters: ({ numHeads, keyDim, useBias }, input) => {
    const [features, width] = [channelsOf(input), numHeads * keyDim];
    return [
      kernel("queryKeyValueKernel", [features, 3 * width], features, width),
      ...bias(useBias, 3 * width, "queryKeyValueBias"),
      kernel("outputKernel", [width, features], width, features),
      ...bias(useBias, features, "outputBias")
    ];
  },
  forward: (tf, layer, { site }) => forward2(tf, layer, site),
  saved: { onnx: onnxAttention, keras: kerasAttention },
  followsDropoutLever: (layer) => layer.dropout === null,
  words: (layer) => `multiHeadAttention ${layer.numHeads} heads of ${layer.keyDim}${dropoutWords(layer.dropout)}`
};
var dropoutWords = (rate) => rate === 0 ? "" : rate === null ? ", dropout: the lever" : `, dropout ${rate}`;
function forward2(tf, layer, site) {
  const second = layer.useBias ? 2 : 1;
  return stateless((x, weights, options, mask) => {
    const [batch, steps, features] = x.shape;
    const width = layer.numHeads * layer.keyDim;
    const rows = tf.reshape(x, [batch * steps, features]);
    const projected = withBias(tf, tf.matMul(rows, weightAt(weights, 0)), weights, layer.useBias, 1);
    const split = tf.reshape(projected, [batch, steps, 3, layer.numHeads, layer.keyDim]);
    const penalty = mask && tf.reshape(tf.mul(tf.sub(mask, 1), farBelow), [batch, 1, 1, steps]);
    const attended = attend(tf, layer, split, { site, options, penalty });
    const mixed = tf.matMul(tf.reshape(attended, [batch * steps, width]), weightAt(weights, second));
    return tf.reshape(withBias(tf, mixed, weights, layer.useBias, second + 1), x.shape);
  });
}
function attend(tf, { keyDim, dropout: dropout2 }, projected, { site, options, penalty }) {
  const scale = 1 / Math.sqrt(keyDim);
  const apply = tf.customGrad((...args) => {
    const [given, save] = args;
    const [queries, keys, values] = tf.unstack(tf.transpose(given, [2, 0, 3, 1, 4]));
    const scaled = tf.mul(queries, scale);
    const scores = tf.matMul(scaled, keys, false, true);
    const shares = tf.softmax(penalty ? tf.add(scores, penalty) : scores);
    const mask = dropoutMask(shares, dropout2, site, options);
    const out = tf.matMul(masked2(tf, shares, mask), values);
    save([scaled, keys, values, shares, out, ...mask ? [mask] : []]);
    return {
      value: tf.transpose(out, [0, 2, 1, 3]),
      gradFunc: (dy, saved) => gradient(tf, dy, saved, scale)
    };
  });
  return apply(projected);
}
function gradient(tf, dy, saved, scale) {
  const [scaled, keys, values, shares, out, mask] = saved;
  const slope = tf.transpose(dy, [0, 2, 1, 3]);
  const ofValues = tf.matMul(masked2(tf, shares, mask), slope, true, false);
  const ofShares = masked2(tf, tf.matMul(slope, values, false, true), mask);
  const ofScores = tf.mul(tf.sub(ofShares, tf.sum(tf.mul(slope, out), -1, true)), shares);
  const ofQueries = tf.mul(tf.matMul(ofScores, keys), scale);
  const ofKeys = tf.matMul(ofScores, scaled, true, false);
  return tf.transpose(tf.stack([ofQueries, ofKeys, ofValues]), [1, 3, 0, 2, 4]);
}
var masked2 = (tf, x, mask) => mask ? tf.mul(x, mask) : x;

// src/layers/pooling2d.ts
var poolingArguments = {
  name: "pooling2d",
  title: "Pooling",
  description: "Arguments of maxPooling2d and averagePooling2d.",
  properties: {
    poolSize: { title: "Pool size", description: "Height and width of the window.", $ref: "#/$defs/size", default: 2 },
    strides: {
      title: "Strides",
      description: "Strides of the window. Default: the pool size.",
      $ref: "#/$defs/size",
      default: 2
    },
    padding: {
      title: "Padding",
      description: "same pads the image so that only strides shrink it.",
      $ref: "#/$defs/padding",
      default: "valid"
    }
  }
};
var maxPooling2d = pooling("maxPooling2d", "The largest value of each window.", (tf, ...of) => tf.maxPool(...of), {
  onnx: "MaxPool",
  keras: "MaxPooling2D"
});
var averagePooling2d = pooling("averagePooling2d", "The mean of each window.", (tf, ...of) => tf.avgPool(...of), {
  onnx: "AveragePool",
  keras: "AveragePooling2D"
});
function pooling(kind, summary, pool, names) {
  return {
    kind,
    schema: { summary, arguments: poolingArguments, example: { poolSize: 2 }, bare: "possible" },
    normalize: (a) => {
      const poolSize = pair(a.poolSize ?? 2);
      return { kind, poolSize, strides: a.strides === void 0 ? poolSize : pair(a.strides), padding: a.padding ?? "valid" };
    },
    outputShape: (layer, input) => windowed(layer, layer.poolSize, input, input[2] ?? 0),
    parameters: () => [],
    forward: (tf, layer) => stateless((x) => pool(tf, x, [...layer.poolSize], [...layer.strides], layer.padding)),
    saved: {
      onnx: (graph, { poolSize, ...layer }, { x, input, output }) => channelsLast(
        graph,
        graph.node(names.onnx, [channelsFirst(graph, x)], onnxWindow({ ...layer, kernelSize: poolSize }, input, output))
      ),
      keras: (model, layer, { x, output }) => model.layer(names.keras, { pool_size: layer.poolSize, ...kerasWindow(layer) }, { inputs: [x], output })
    },
    words: (layer) => `${kind} ${sizeWords(layer.poolSize)}`
  };
}

// src/layers/position-embedding.ts
var positionEmbedding = {
  kind: "positionEmbedding",
  schema: {
    summary: "Adds a learned vector for each step of a sequence [steps, features].",
    arguments: noArguments,
    example: {},
    bare: "possible"
  },
  normalize: () => ({ kind: "positionEmbedding" }),
  outputShape: (layer, input) => input.length === 2 ? ok(input) : err(misfit(layer, input, "a sequence: [steps, features]")),
  parameters: (_, input) => [kernel("embeddings", input, input[0] ?? 0, channelsOf(input))],
  forward: (tf) => stateless((x, weights) => tf.add(x, weightAt(weights, 0))),
  saved: {
    onnx: (graph, _, { x, weights }) => graph.node("Add", [x, graph.weight(savedAt(weights, 0))]),
    keras: (model, _, { x, output, weights }) => model.layer("TODO", {}, { inputs: [x], output, variables: weights })
  },
  words: () => "positionEmbedding"
};

// src/layers/residual.ts
var residual = {
  kind: "residual",
  schema: {
    summary: "Adds the input to the output of a list of layers (a residual connection).",
    arguments: {
      required: ["layers"],
      properties: {
        layers: {
          title: "Layers",
          description: "Layers whose output is added to the input, as in model.layers.",
          type: "array",
          items: { $ref: "#/$defs/layer" },
          minItems: 1,
          maxItems: 256,
          default: [{ dense: { units: 64 } }]
        },
        shortcut: {
          title: "Shortcut",
          description: "Layers that the input passes through before the addition if the shapes differ. Empty for none.",
          type: "array",
          items: { $ref: "#/$defs/layer" },
          maxItems: 256,
          default: []
        }
      }
    },
    example: { layers: [{ dense: { units: 64 } }] }
  },
  normalize: ({ layers, shortcut = [] }, inner) => ({
    kind: "residual",
    layers: layers.map(inner),
    shortcut: shortcut.map(inner)
  }),
  resolve: (layer, _, inner) => ({ ...layer, layers: layer.layers.map(inner), shortcut: layer.shortcut.map(inner) }),
  inner: ({ layers, shortcut }) => ({ layers, shortcut }),
  outputShape: (layer, { layers, shortcut }) => sameShape(layers, shortcut) ? ok(layers) : err(unlike(layer, layers, shortcut)),
  forward: (tf, _, { layers, shortcut }) => sumOf(tf, layers, shortcut),
  saved: {
    onnx: (graph, _, { layers, shortcut }) => graph.node("Add", [layers, shortcut]),
    keras: (model, _, { layers, shortcut }, { output }) => model.layer("Add", {}, { inputs: [layers, shortcut], asList: true, output })
  },
  words: ({ layers, shortcut }, describe) => {
    const list = (of) => of.map(describe).join(", ");
    return shortcut.length === 0 ? `residual (${list(layers)})` : `residual (${list(layers)}; shortcut ${list(shortcut)})`;
  }
};
var sameShape = (a, b) => a.length === b.length && a.every((size, i) => size === b[i]);
function unlike({ shortcut }, output, beside) {
  const [other, channels] = [shortcut.length === 0 ? "input" : "shortcut", output.at(-1) ?? 1];
  const projection = output.length === 3 ? `[{ conv2d: { filters: ${channels}, kernelSize: 1, strides: 2 } }]` : `[{ dense: { units: ${channels} } }]`;
  return {
    message: `the output shape of the residual's layers differs from that of its ${other}`,
    found: `[${output.join(", ")}] and [${beside.join(", ")}]`,
    allowed: "two equal shapes",
    ...shortcut.length === 0 ? { hint: `convert the input to that shape, for example with shortcut: ${projection}` } : {}
  };
}
function sumOf(tf, own, other) {
  return ({ weights, statistics, ...input }) => {
    const through = own.apply({
      ...input,
      weights: weights.slice(0, own.weights),
      statistics: statistics.slice(0, own.statistics)
    });
    const beside = other.apply({
      ...input,
      weights: weights.slice(own.weights),
      statistics: statistics.slice(own.statistics)
    });
    return { outputs: tf.add(through.outputs, beside.outputs), statistics: [...through.statistics, ...beside.statistics] };
  };
}

// src/layers/separable-conv2d.ts
var separableConv2d = {
  kind: "separableConv2d",
  schema: {
    summary: "A depthwise convolution, followed by a 1\xD71 convolution across channels.",
    arguments: {
      required: ["filters", "kernelSize"],
      properties: {
        filters: { title: "Filters", description: "Output channels.", $ref: "#/$defs/width", default: 16 },
        kernelSize: kernelSizeSchema,
        depthMultiplier: {
          title: "Depth multiplier",
          description: "Number of channels between the two convolutions per input channel.",
          type: "integer",
          minimum: 1,
          maximum: 64,
          default: 1
        },
        ...convolutionSchema
      }
    },
    example: { filters: 16, kernelSize: 3 }
  },
  normalize: (a) => ({
    kind: "separableConv2d",
    filters: a.filters,
    depthMultiplier: a.depthMultiplier ?? 1,
    ...convolution(a)
  }),
  outputShape: (layer, input) => windowed(layer, layer.kernelSize, input, layer.filters),
  parameters: ({ kernelSize, filters, depthMultiplier, useBias }, input) => {
    const channels = channelsOf(input);
    const between = channels * depthMultiplier;
    return [
      depthwiseKernel(kernelSize, channels, depthMultiplier),
      kernel("pointwiseKernel", [1, 1, between, filters], between, filters),
      ...bias(useBias, filters)
    ];
  },
  forward: (tf, layer) => stateless((x, weights) => {
    const [depthwise, pointwise] = [weightAt(weights, 0), weightAt(weights, 1)];
    const between = tf.depthwiseConv2d(x, depthwise, [...layer.strides], layer.padding);
    const out = tf.conv2d(between, pointwise, 1, "valid");
    return activate(tf, layer.activation, withBias(tf, out, weights, layer.useBias, 2));
  }),
  saved: {
    onnx: (graph, layer, step) => {
      const [depthwise, pointwise] = [savedAt(step.weights, 0), savedAt(step.weights, 1)];
      const kernel2 = onnxDepthwiseKernel(graph, depthwise);
      const between = onnxConvolution(graph, layer, { x: step.x, kernel: kernel2, group: step.input[2] ?? 1 }, step);
      const mixing = { kernelSize: [1, 1], strides: [1, 1], padding: "valid" };
      const mixed = { x: between, kernel: onnxKernel(graph, pointwise), group: 1 };
      const out = onnxConvolution(graph, mixing, mixed, { input: step.output, output: step.output });
      return onnxActivation(graph, layer.activation, onnxBias(graph, out, step, layer.useBias, 2));
    },
    keras: (model, { filters, depthMultiplier, ...layer }, { x, output, weights }) => {
      const config = { filters, depth_multiplier: depthMultiplier, ...kerasConvolution(layer) };
      return model.layer("SeparableConv2D", config, { inputs: [x], output, variables: weights });
    }
  },
  words: (layer) => `separableConv2d ${layer.filters} filters ${convolutionWords(layer)}`
};

// src/layers/index.ts
var layerDefinitions = [
  conv2d,
  depthwiseConv2d,
  separableConv2d,
  maxPooling2d,
  averagePooling2d,
  globalAveragePooling2d,
  globalMaxPooling2d,
  globalAveragePooling1d,
  flatten,
  dense,
  dropout,
  batchNormalization,
  layerNormalization,
  embedding,
  positionEmbedding,
  multiHeadAttention,
  residual,
  activation
];
var byKind = new Map(
  layerDefinitions.map((definition) => [definition.kind, definition])
);
function layerOf(kind) {
  const definition = byKind.get(kind);
  if (!definition) throw new Error(`unknown layer ${kind}`);
  return definition;
}

// src/layers/layer.ts
function normalizeLayer(layer) {
  const [kind, written] = typeof layer === "string" ? [layer, {}] : Object.entries(layer)[0] ?? ["", void 0];
  if (written === void 0) throw new Error(`the layer has no arguments for ${kind}`);
  return layerOf(kind).normalize(written, normalizeLayer);
}
function resolveLayer(layer, data) {
  const resolve = (one) => layerOf(one.kind).resolve?.(one, data, resolve) ?? one;
  return resolve(layer);
}
var describeLayer = (layer) => layerOf(layer.kind).words(layer, describeLayer);
function innerLayers(layer) {
  const definition = layerOf(layer.kind);
  if (!("inner" in definition)) return [];
  return Object.entries(definition.inner(layer)).map(([list, layers]) => ({ list, layers }));
}
function placedLayers(layers, within = []) {
  return layers.flatMap((layer, position) => {
    const place = [...within, position];
    const inside = innerLayers(layer).flatMap((inner) => placedLayers(inner.layers, [...place, layer.kind, inner.list]));
    return [{ layer, place }, ...inside];
  });
}
var everyLayer = (layers) => placedLayers(layers).map(({ layer }) => layer);
var hasDropoutLever = (layers) => everyLayer(layers).some((layer) => layerOf(layer.kind).followsDropoutLever?.(layer) ?? false);

// src/layers/shapes.ts
function inferShapes(layers, inputShape, within = []) {
  const shaped = [];
  let input = inputShape;
  for (const [index, layer] of layers.entries()) {
    const next = shapedLayer(layer, input, [...within, index]);
    if (!next.ok) return next;
    shaped.push(next.value);
    input = next.value.output;
  }
  return ok(shaped);
}
function shapedLayer(layer, input, place) {
  const definition = layerOf(layer.kind);
  if ("inner" in definition) return shapedNested(definition, layer, input, place);
  const output = definition.outputShape(layer, input);
  return output.ok ? ok({ layer, input, output: output.value, parameters: definition.parameters(layer, input) }) : err({ place, ...output.error });
}
function shapedNested(definition, layer, input, place) {
  const inner = {};
  for (const { list, layers } of innerLayers(layer)) {
    const shaped = inferShapes(layers, input, [...place, layer.kind, list]);
    if (!shaped.ok) return shaped;
    inner[list] = shaped.value;
  }
  const outputs = Object.fromEntries(Object.entries(inner).map(([list, shaped]) => [list, shaped.at(-1)?.output ?? input]));
  const output = definition.outputShape(layer, outputs);
  if (!output.ok) return err({ place, ...output.error });
  const parameters = Object.entries(inner).flatMap(
    ([list, shaped]) => shaped.flatMap((s, i) => s.parameters.map((p) => ({ ...p, name: `${list}.${i}.${s.layer.kind}.${p.name}` })))
  );
  return ok({ layer, input, output: output.value, parameters, inner });
}
function parameterCount(shaped) {
  return shaped.flatMap((s) => s.parameters).filter((p) => p.trainable).reduce((sum, p) => sum + product(p.shape), 0);
}

// src/layers/chain.ts
function chainOf(tf, shaped, fused, columns2 = false) {
  let nested = shaped.length;
  const functionOf = (s, name, site) => {
    if (s.inner) return nestedFunction(tf, s.layer, chainsOf(s.inner, name));
    const plain = columns2 && s === shaped[0] ? ofColumns(tf, s.layer) : layerFunction(tf, s.layer, { site: site(), fused });
    return named(name, plain);
  };
  const chainsOf = (inner, name) => Object.fromEntries(
    Object.entries(inner).map(([list, layers]) => [
      list,
      { apply: chain(layers, `${name}.${list}.`, () => nested++), ...tensorCounts(layers) }
    ])
  );
  const chain = (list, within, site) => inOrder(
    list.map((s, position) => ({
      apply: functionOf(s, `${within}${position}.${s.layer.kind}`, site ?? (() => position)),
      ...tensorCounts([s])
    }))
  );
  return chain(shaped, "");
}
function layerFunction(tf, layer, context) {
  const definition = layerOf(layer.kind);
  if ("inner" in definition) throw new Error(`a ${layer.kind} needs the shapes of its lists`);
  return definition.forward(tf, layer, context);
}
function nestedFunction(tf, layer, chains) {
  const definition = layerOf(layer.kind);
  if (!("inner" in definition)) throw new Error(`a layer ${layer.kind} has no lists`);
  return definition.forward(tf, layer, chains);
}
function ofColumns(tf, layer) {
  const definition = layerOf(layer.kind);
  if ("inner" in definition || !definition.columns) throw new Error(`columns for a layer ${layer.kind}`);
  return definition.columns.forward(tf, layer);
}
function tensorCounts(shaped) {
  const parameters = shaped.flatMap((s) => s.parameters);
  const weights = parameters.filter((p) => p.trainable).length;
  return { weights, statistics: parameters.length - weights };
}
var sequenceRank = 3;
function inOrder(chain) {
  return ({ x, weights, statistics, options, mask: given }) => {
    let [outputs, weightAt2, statisticAt] = [x, 0, 0];
    let mask = given;
    const after = [];
    for (const one of chain) {
      const result = one.apply({
        x: outputs,
        weights: weights.slice(weightAt2, weightAt2 += one.weights),
        statistics: statistics.slice(statisticAt, statisticAt += one.statistics),
        options,
        mask
      });
      outputs = result.outputs;
      mask = result.mask ?? (outputs.rank === sequenceRank ? mask : null);
      after.push(...result.statistics);
    }
    return { outputs, statistics: after };
  };
}
function named(name, apply) {
  return (input) => {
    try {
      return apply(input);
    } catch (error) {
      throw error instanceof NotTraceable ? new NotTraceable(`layer ${name} cannot be compiled: ${error.message}`) : error;
    }
  };
}

// src/train/model.ts
function buildModel(tf, shaped, fused, columns2 = false) {
  const owned = shaped.flatMap(namedParameters);
  const trainable = owned.filter((p) => p.trainable);
  const parameters = withOffsets(trainable);
  const chain = chainOf(tf, shaped, fused, columns2);
  const size = parameters.reduce((sum, p) => sum + p.size, 0);
  return {
    parameters,
    size,
    statistics: owned.filter((p) => !p.trainable).map((p) => ({ name: p.fullName, shape: p.shape, initial: constant(p) })),
    widest: Math.max(...everyLayer2(shaped).flatMap(({ input, output }) => [product(input), product(output)])),
    initialWeights: (seed) => initialWeights(trainable, size, seed),
    forward: (weights, statistics, inputs, options) => chain({ x: inputs, weights, statistics, options, mask: null })
  };
}
function namedTensors(shaped, { weights, statistics }) {
  const owned = shaped.flatMap(namedParameters);
  const tensor = ({ fullName, shape }, values) => ({
    name: fullName,
    shape,
    values
  });
  let offset = 0;
  return {
    weights: owned.filter((p) => p.trainable).map((p) => tensor(p, weights.subarray(offset, offset += p.size))),
    statistics: owned.filter((p) => !p.trainable).map((p, i) => tensor(p, statistics[i] ?? new Float32Array(p.size)))
  };
}
function checkpointFrom(shaped, valuesOf) {
  const owned = shaped.flatMap(namedParameters);
  const values = (trainable) => owned.filter((p) => p.trainable === trainable).map(({ fullName, shape }) => valuesOf({ name: fullName, shape }));
  const parts = values(true);
  const weights = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    weights.set(part, offset);
    offset += part.length;
  }
  return { weights, statistics: values(false) };
}
var statisticSizes = (shaped) => shaped.flatMap((s) => s.parameters.filter((p) => !p.trainable).map((p) => product(p.shape)));
function namedParameters(shaped, position) {
  return shaped.parameters.map((p) => ({
    ...p,
    fullName: `${position}.${shaped.layer.kind}.${p.name}`,
    size: product(p.shape)
  }));
}
var everyLayer2 = (shaped) => shaped.flatMap((s) => [s, ...everyLayer2(Object.values(s.inner ?? {}).flat())]);
function withOffsets(parameters) {
  let offset = 0;
  return parameters.map(({ fullName, shape, size, decay }) => {
    const at = offset;
    offset += size;
    return { name: fullName, shape, size, decay, offset: at };
  });
}
function initialWeights(parameters, size, seed) {
  const weights = new Float32Array(size);
  let offset = 0;
  for (const p of parameters) {
    initialize(p, seed, weights.subarray(offset, offset += p.size));
  }
  return weights;
}
function initialize(parameter, seed, values) {
  const { initializer } = parameter;
  switch (initializer.kind) {
    case "zeros":
    case "ones":
      values.fill(constant(parameter));
      return;
    case "glorot-uniform":
      return uniform(values, Math.sqrt(6 / (initializer.fanIn + initializer.fanOut)), seed, parameter.fullName);
    case "uniform":
      return uniform(values, initializer.limit, seed, parameter.fullName);
    default:
      return unreachable(initializer, "initializer");
  }
}
function uniform(values, limit, seed, name) {
  const random = stream(seed, "init", name);
  for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) * limit;
}
function constant({ initializer, fullName }) {
  if (initializer.kind === "zeros") return 0;
  if (initializer.kind === "ones") return 1;
  throw new Error(`${fullName} must have a constant initializer, found ${initializer.kind}`);
}

export {
  product,
  Unsavable,
  layerOf,
  normalizeLayer,
  resolveLayer,
  describeLayer,
  innerLayers,
  placedLayers,
  everyLayer,
  hasDropoutLever,
  inferShapes,
  parameterCount,
  buildModel,
  namedTensors,
  checkpointFrom,
  statisticSizes
};
