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


def keras_layer(position, layer):
    kind, name = layer["kind"], f"layer{position}"
    if kind == "conv2d":
        return layers.Conv2D(layer["filters"], layer["kernelSize"], layer["strides"], layer["padding"],
                             activation=layer["activation"], use_bias=layer["useBias"], name=name)
    if kind == "dense":
        return layers.Dense(layer["units"], activation=layer["activation"], use_bias=layer["useBias"], name=name)
    if kind == "batchNormalization":
        return layers.BatchNormalization(momentum=layer["momentum"], epsilon=layer["epsilon"], name=name)
    if kind == "maxPooling2d":
        return layers.MaxPooling2D(layer["poolSize"], layer["strides"], layer["padding"], name=name)
    if kind == "globalAveragePooling2d":
        return layers.GlobalAveragePooling2D(name=name)
    if kind == "activation":
        return layers.Activation(layer["activation"], name=name)
    if kind == "flatten":
        return layers.Flatten(name=name)
    print(json.dumps({"unable": f"no {kind} in this script"}))
    sys.exit(0)


def build():
    stack = [keras_layer(i, layer) for i, layer in enumerate(contest["layers"])]
    model = keras.Sequential([keras.Input(contest["inputShape"]), *stack])
    plain = []
    for p in contest["parameters"]:
        position, kind, name = p["name"].split(".")
        variable = getattr(model.get_layer(f"layer{position}"), name)
        variable.assign(weights[p["offset"]:p["offset"] + p["size"]].reshape(p["shape"]))
        if not p["decay"]:
            plain.append(variable)
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
