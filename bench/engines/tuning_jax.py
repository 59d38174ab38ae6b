"""Trains the trials of tuning_optuna.py with JAX: one compiled loop over the steps between two evaluations. Compiling takes
as long as thousands of steps, so each process compiles once for each batch size and optimizer: other levers are arguments,
and so is the number of steps. Knows no convolutions: on a processor, JAX takes a few steps of them a second. Initial
weights are drawn as ours are.

pip install jax==0.9.0 numpy==2.4.6
"""
import os
from functools import partial

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import jax
import jax.numpy as jnp
import numpy as np

activations = {"linear": lambda x: x, "relu": jax.nn.relu, "gelu": partial(jax.nn.gelu, approximate=False), "tanh": jnp.tanh}
known = {"dense", "dropout", "embedding", "globalAveragePooling1d", "flatten"}


def check(layers):
    for layer in layers:
        if layer["kind"] not in known or "combiner" in layer or layer.get("activation", "linear") not in activations:
            raise ValueError(f"the JAX peer knows no layer {layer}")


def initial(layers, shape, seed):
    """Weights of each layer: Glorot's uniform kernels, small vectors, biases of zeros."""
    random, width, weights = np.random.default_rng(seed), shape, []
    for layer in layers:
        own = {}
        if layer["kind"] == "embedding":
            own["table"] = random.uniform(-0.05, 0.05, (layer["inputDim"], layer["outputDim"])).astype(np.float32)
            width = [*width, layer["outputDim"]]
        elif layer["kind"] == "dense":
            limit = np.sqrt(6 / (width[-1] + layer["units"]))
            own["kernel"] = random.uniform(-limit, limit, (width[-1], layer["units"])).astype(np.float32)
            if layer["useBias"]:
                own["bias"] = np.zeros(layer["units"], np.float32)
            width = [*width[:-1], layer["units"]]
        elif layer["kind"] == "globalAveragePooling1d":
            width = width[-1:]
        elif layer["kind"] == "flatten":
            width = [int(np.prod(width))]
        weights.append(own)
    return weights


def outputs(layers, weights, x, lever=None, key=None):
    """Logits; without a key nothing is dropped."""
    counted = None
    for i, (layer, own) in enumerate(zip(layers, weights)):
        kind = layer["kind"]
        if kind == "embedding":
            counted = (x != 0).astype(jnp.float32) if layer.get("maskZero") else jnp.ones(x.shape, jnp.float32)
            x = own["table"][x]
        elif kind == "globalAveragePooling1d":
            share = counted if counted is not None else jnp.ones(x.shape[:2], jnp.float32)
            x = (x * share[..., None]).sum(1) / jnp.maximum(share.sum(1, keepdims=True), 1)
        elif kind == "dense":
            x = x @ own["kernel"] + own.get("bias", 0.0)
        elif kind == "flatten":
            x = x.reshape(len(x), -1)
        elif key is not None:
            keep = 1 - (lever if layer["rate"] is None else layer["rate"])
            x = jnp.where(jax.random.bernoulli(jax.random.fold_in(key, i), keep, x.shape), x / keep, 0)
        x = activations[layer.get("activation", "linear")](x)
    return x


def nll(logits, y, smoothing=0.0):
    logs = jax.nn.log_softmax(logits)
    right = jnp.take_along_axis(logs, y[:, None], 1)[:, 0]
    return -((1 - smoothing) * right + smoothing * logs.mean(1)).mean()


def compiled(layers, noisy):
    """Some steps in a loop, and the evaluation of lists of rows."""

    def updated(kind, nesterov, o, rate, count, w, g, m, v):
        decay = o["decay"] if w.ndim > 1 else 0.0
        if kind == "sgd":
            m = o["momentum"] * m + g
            return w * (1 - rate * decay) - rate * (g + o["momentum"] * m if nesterov else m), m, v
        g = g + decay * w if kind == "adam" else g
        m, v = o["beta1"] * m + (1 - o["beta1"]) * g, o["beta2"] * v + (1 - o["beta2"]) * g * g
        ahead = o["beta1"] * m + (1 - o["beta1"]) * g if kind == "nadamw" else m
        one, two = 1 - o["beta1"] ** count, 1 - o["beta2"] ** count
        kept = w if kind == "adam" else w * (1 - rate * decay)
        return kept - rate * (ahead / one) / (jnp.sqrt(v / two) + o["epsilon"]), m, v

    @partial(jax.jit, static_argnames=("kind", "nesterov"))
    def take(state, rows, rates, steps, o, x, y, key, kind, nesterov):
        def step(i, carry):
            (weights, first, second, count), losses = carry
            chosen, rate = rows[i], rates[i]
            random = jax.random.fold_in(key, count)
            batch = x[chosen]
            if noisy:
                batch = batch + o["noise"] * jax.random.normal(jax.random.fold_in(random, len(layers)), batch.shape)
            loss, gradients = jax.value_and_grad(
                lambda at: nll(outputs(layers, at, batch, o["dropout"], random), y[chosen], o["smoothing"]))(weights)
            norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(gradients)))
            factor = jnp.minimum(1.0, o["clip"] / (norm + 1e-6))
            count = count + 1
            structure = jax.tree.structure(weights)
            all_four = zip(*(jax.tree.leaves(tree) for tree in (weights, gradients, first, second)))
            new = [updated(kind, nesterov, o, rate, count.astype(jnp.float32), w, g * factor, m, v)
                   for w, g, m, v in all_four]
            return (*(structure.unflatten(part) for part in zip(*new)), count), losses.at[i].set(loss)

        return jax.lax.fori_loop(0, steps, step, (state, jnp.zeros(len(rates))))

    @jax.jit
    def evaluate(weights, x, y, lists):
        found = [(outputs(layers, weights, x[rows]), y[rows]) for rows in lists]
        return [(nll(logits, answers), (logits.argmax(1) == answers).mean()) for logits, answers in found]

    return take, evaluate


def trainer(order, inputs, targets, folds, index):
    # One core for the process and all its threads, which XLA's own option does not promise.
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[index % len(cores)]})
    layers, shape = order["layers"], order["inputShape"]
    check(layers)
    take, evaluate = compiled(layers, any(run["noise"] > 0 for run in order["runs"]))
    x = jnp.asarray(inputs.astype(np.int32) if layers[0]["kind"] == "embedding" else inputs)
    y = jnp.asarray(targets.astype(np.int32))
    parts = [{name: jnp.asarray(rows.astype(np.int32)) for name, rows in fold.items()} for fold in folds]

    def train(run, trial):
        levers, part, training = run["levers"], parts[run["fold"]], folds[run["fold"]]["train"]
        o, clip, batch = levers["optimization"], levers["scheduling"]["clipNorm"], min(trial["batch"], len(training))
        given = {name: o[name] for name in ("beta1", "beta2", "epsilon", "momentum")} | {
            "decay": trial["decay"], "dropout": trial["dropout"], "noise": run["noise"],
            "smoothing": levers["regularization"]["labelSmoothing"], "clip": np.inf if clip is None else clip}
        given = {name: np.float32(value) for name, value in given.items()}
        random, steps, epoch = np.random.default_rng(run["seed"]), len(run["rates"]), len(training) // batch
        every = epoch * order["evaluateEvery"]
        # Filled up to whole pieces, so that the last one needs no program of its own.
        whole = -(-steps // every) * every
        orders = [random.permutation(training)[:epoch * batch].reshape(epoch, batch) for _ in range(whole // epoch)]
        rows, rates = np.concatenate(orders).astype(np.int32), np.zeros(whole, np.float32)
        rates[:steps] = run["rates"]
        weights = initial(layers, shape, run["seed"])
        zeros = jax.tree.map(np.zeros_like, weights)
        state, key, best = (weights, zeros, zeros, np.int32(0)), jax.random.key(run["seed"]), 0.0
        for start in range(0, steps, every):
            end, piece = min(start + every, steps), slice(start, start + every)
            state, losses = take(
                state, rows[piece], rates[piece], end - start, given, x, y, key, o["optimizer"], o["nesterov"])
            np.asarray(losses)
            if end in run["evaluateAt"]:
                found = jax.device_get(evaluate(state[0], x, y, (part["sample"], part["validation"])))
                best = max(best, float(found[1][1]))
        if run["test"]:
            jax.device_get(evaluate(state[0], x, y, (part["test"],)))
        return best

    return train
