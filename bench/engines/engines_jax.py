"""One measurement of JAX on one thread, a scan over the steps under one jit, from the files that engines-node.ts prepares.

Knows dense layers alone: its convolutions take a few steps a second on a processor. Prints JSON.
pip install jax==0.9.0 numpy==2.4.6
"""
import json
import os
import sys
import time

# One core for the process and all its threads, which XLA's own option does not promise.
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import jax
import jax.numpy as jnp
import numpy as np

scratch = sys.argv[1]
contest = json.load(open(f"{scratch}/contest.json"))
levers, steps = contest["levers"], contest["steps"]
unknown = [layer["kind"] for layer in contest["layers"] if layer["kind"] != "dense"]
if unknown:
    print(json.dumps({"unable": f"this script of JAX has no {unknown[0]}"}))
    sys.exit()

x = jnp.asarray(np.fromfile(f"{scratch}/inputs.bin", np.float32).reshape(-1, *contest["inputShape"]))
y = jnp.asarray(np.fromfile(f"{scratch}/targets.bin", np.float32).astype(np.int32))
rows = jnp.asarray(np.fromfile(f"{scratch}/rows.bin", np.int32).reshape(2 * steps, -1))
flat = np.fromfile(f"{scratch}/weights.bin", np.float32)
parameters = {p["name"]: jnp.asarray(flat[p["offset"]:p["offset"] + p["size"]].reshape(p["shape"]))
              for p in contest["parameters"]}
decays = {p["name"]: 1.0 if p["decay"] else 0.0 for p in contest["parameters"]}
o, limit, decay = levers["optimization"], levers["scheduling"]["clipNorm"], levers["regularization"]["weightDecay"]


def loss_of(weights, inputs, targets):
    for i, layer in enumerate(contest["layers"]):
        name = f"{i}.dense"
        inputs = inputs @ weights[f"{name}.kernel"] + weights[f"{name}.bias"]
        if layer["activation"] == "relu":
            inputs = jax.nn.relu(inputs)
    chosen = jnp.take_along_axis(jax.nn.log_softmax(inputs), targets[:, None], 1)
    return -chosen.mean()


def step(carry, chosen):
    weights, first, second, count = carry
    loss, gradients = jax.value_and_grad(loss_of)(weights, x[chosen], y[chosen])
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(gradients)))
    gradients = jax.tree.map(lambda g: g * jnp.minimum(1.0, limit / (norm + 1e-6)), gradients)
    count = count + 1
    first = jax.tree.map(lambda m, g: o["beta1"] * m + (1 - o["beta1"]) * g, first, gradients)
    second = jax.tree.map(lambda v, g: o["beta2"] * v + (1 - o["beta2"]) * g * g, second, gradients)
    one, two = 1 - o["beta1"] ** count, 1 - o["beta2"] ** count

    def updated(w, m, v, d):
        return w * (1 - o["learningRate"] * decay * d) - o["learningRate"] * (m / one) / (jnp.sqrt(v / two) + o["epsilon"])

    weights = jax.tree.map(updated, weights, first, second, decays)
    return (weights, first, second, count), loss


take = jax.jit(lambda carry, chosen: jax.lax.scan(step, carry, chosen))
zeros = jax.tree.map(jnp.zeros_like, parameters)
carry, warm = take((parameters, zeros, zeros, jnp.float32(0)), rows[:steps])
jax.block_until_ready(carry)
start, before = time.perf_counter(), time.process_time()
carry, losses = take(carry, rows[steps:])
jax.block_until_ready(carry)
seconds, processor = time.perf_counter() - start, time.process_time() - before
print(json.dumps({"stepsPerSecond": steps / seconds, "perCore": steps / processor, "first": float(warm[0]),
                  "loss": float(losses[-10:].mean())}))
