"""One measurement of Keras on TensorFlow, one thread and no jit, from the files that engines-node.ts prepares; prints JSON.

pip install keras==3.15.1 tensorflow-cpu==2.21.0 numpy==2.4.6
"""
import json
import os
import sys
import time

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1",
                  TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")
import keras
import numpy as np
from keras import layers

scratch = sys.argv[1]
contest = json.load(open(f"{scratch}/contest.json"))
levers = contest["levers"]
steps = contest["steps"]
x = np.fromfile(f"{scratch}/inputs.bin", np.float32).reshape(-1, *contest["inputShape"])
y = np.fromfile(f"{scratch}/targets.bin", np.float32).astype(np.int32)
rows = np.fromfile(f"{scratch}/rows.bin", np.int32).reshape(2 * steps, -1)
weights = np.fromfile(f"{scratch}/weights.bin", np.float32)


parameters = {p["name"]: p for p in contest["parameters"]}
plain = []


def load(variables, name, parts=lambda w: [w]):
    """Hands a parameter to the variable, or its parts to several."""
    p = parameters[name]
    values = parts(weights[p["offset"]:p["offset"] + p["size"]].reshape(p["shape"]))
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value.reshape(variable.shape))
        if not p["decay"]:
            plain.append(variable)


def attention(x, layer, name):
    inner = layers.MultiHeadAttention(layer["numHeads"], layer["keyDim"])
    x = inner(x, x)
    three = [inner._query_dense, inner._key_dense, inner._value_dense]
    load([dense.kernel for dense in three], f"{name}.queryKeyValueKernel", lambda w: np.split(w, 3, -1))
    load([dense.bias for dense in three], f"{name}.queryKeyValueBias", lambda w: np.split(w, 3, -1))
    load([inner._output_dense.kernel], f"{name}.outputKernel")
    load([inner._output_dense.bias], f"{name}.outputBias")
    return x


class Positions(layers.Layer):
    def build(self, shape):
        self.embeddings = self.add_weight(shape=shape[1:])

    def call(self, x):
        return x + self.embeddings


def made(layer):
    kind, activation = layer["kind"], layer.get("activation")
    if kind == "conv2d":
        return layers.Conv2D(layer["filters"], layer["kernelSize"], layer["strides"], layer["padding"],
                             activation=activation, use_bias=layer["useBias"])
    if kind == "dense":
        return layers.Dense(layer["units"], activation=activation, use_bias=layer["useBias"])
    if kind == "batchNormalization":
        return layers.BatchNormalization(momentum=layer["momentum"], epsilon=layer["epsilon"])
    if kind == "maxPooling2d":
        return layers.MaxPooling2D(layer["poolSize"], layer["strides"], layer["padding"])
    if kind == "embedding":
        return layers.Embedding(layer["inputDim"], layer["outputDim"])
    others = {
        "layerNormalization": lambda: layers.LayerNormalization(epsilon=layer["epsilon"]), "positionEmbedding": Positions,
        "globalAveragePooling1d": layers.GlobalAveragePooling1D, "globalAveragePooling2d": layers.GlobalAveragePooling2D,
        "activation": lambda: layers.Activation(activation), "flatten": layers.Flatten,
    }
    if kind in others:
        return others[kind]()
    print(json.dumps({"unable": f"no {kind} in engines_keras.py"}))
    sys.exit(0)


def stack(x, described, within=""):
    for i, layer in enumerate(described):
        name = f"{within}{i}.{layer['kind']}"
        if layer["kind"] == "residual":
            x = layers.add([stack(x, layer[part], f"{name}.{part}.") for part in ("layers", "shortcut")])
        elif layer["kind"] == "multiHeadAttention":
            x = attention(x, layer, name)
        else:
            one = made(layer)
            x = one(x)
            for key in [key for key in parameters if key.rpartition(".")[0] == name]:
                load([getattr(one, key.rpartition(".")[2])], key)
    return x


def build():
    inputs = keras.Input(contest["inputShape"])
    model = keras.Model(inputs, stack(inputs, contest["layers"]))
    o = levers["optimization"]
    optimizer = keras.optimizers.AdamW(
        o["learningRate"], weight_decay=levers["regularization"]["weightDecay"], beta_1=o["beta1"], beta_2=o["beta2"],
        epsilon=o["epsilon"], global_clipnorm=levers["scheduling"]["clipNorm"])
    optimizer.exclude_from_weight_decay(var_list=plain)
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False)
    return model


model = build()


def take(start, end):
    """Mean loss of the steps from `start` on."""
    chosen = rows[start:end].ravel()
    history = model.fit(x[chosen], y[chosen], batch_size=rows.shape[1], epochs=1, shuffle=False, verbose=0)
    return history.history["loss"][0]


first = take(0, 1)
take(1, steps)
start, before = time.perf_counter(), time.process_time()
take(steps, 2 * steps - 10)
loss = take(2 * steps - 10, 2 * steps)
seconds, processor = time.perf_counter() - start, time.process_time() - before
print(json.dumps({"stepsPerSecond": steps / seconds, "perCore": steps / processor, "first": first, "loss": loss}))
