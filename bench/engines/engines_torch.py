"""One measurement of PyTorch eager on one thread, from the files that engines-node.ts prepares; prints JSON.

pip install torch==2.15.0 numpy==2.4.6
"""
import json
import sys
import time

import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)
torch.set_num_interop_threads(1)
scratch = sys.argv[1]
channels_last = len(sys.argv) > 2 and sys.argv[2] == "channels_last"
contest = json.load(open(f"{scratch}/contest.json"))
levers = contest["levers"]
shape = contest["inputShape"]
steps = contest["steps"]
x = torch.from_numpy(np.fromfile(f"{scratch}/inputs.bin", np.float32).reshape(-1, *shape))
if len(shape) == 3:
    x = x.permute(0, 3, 1, 2).contiguous()
    if channels_last:
        x = x.contiguous(memory_format=torch.channels_last)
y = torch.from_numpy(np.fromfile(f"{scratch}/targets.bin", np.float32)).long()
rows = torch.from_numpy(np.fromfile(f"{scratch}/rows.bin", np.int32)).long().reshape(2 * steps, -1)
weights = np.fromfile(f"{scratch}/weights.bin", np.float32)
parameters = {p["name"]: p for p in contest["parameters"]}


decayed, plain = [], []


def load(target, name, change=lambda w: w):
    p = parameters[name]
    values = torch.from_numpy(weights[p["offset"]:p["offset"] + p["size"]].reshape(p["shape"]).copy())
    with torch.no_grad():
        target.copy_(change(values))
    (decayed if p["decay"] else plain).append(target)


def same(size, kernel, stride):
    """TensorFlow's `same`: what is odd goes to the end."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class Residual(nn.Module):
    def __init__(self, layers, shortcut):
        super().__init__()
        self.layers, self.shortcut = layers, shortcut

    def forward(self, x):
        return self.layers(x) + self.shortcut(x)


class Positions(nn.Module):
    def __init__(self, steps, features):
        super().__init__()
        self.table = nn.Parameter(torch.zeros(steps, features))

    def forward(self, x):
        return x + self.table


class SelfAttention(nn.Module):
    def __init__(self, features, heads):
        super().__init__()
        self.inner = nn.MultiheadAttention(features, heads, batch_first=True)

    def forward(self, x):
        return self.inner(x, x, x, need_weights=False)[0]


class Mean(nn.Module):
    def forward(self, x):
        return x.mean(1)


activations = {"relu": nn.ReLU, "gelu": nn.GELU}


def build(layers, shape, within=""):
    """Modules of a list of layers behind a shape [height, width, channels], [steps, features] or [features]; and the
    shape after them."""
    modules, flat = [], None
    for i, layer in enumerate(layers):
        kind, channels = layer["kind"], shape[-1]
        name = f"{within}{i}.{kind}"
        if kind == "residual":
            inner, after = build(layer["layers"], shape, f"{name}.layers.")
            shortcut, _ = build(layer["shortcut"], shape, f"{name}.shortcut.")
            modules.append(Residual(inner, shortcut))
            shape = after
        elif kind == "conv2d":
            kernel, stride, bias = layer["kernelSize"][0], layer["strides"][0], layer["useBias"]
            before, after = same(shape[0], kernel, stride)
            if before != after:
                modules.append(nn.ZeroPad2d((before, after, before, after)))
            conv = nn.Conv2d(channels, layer["filters"], kernel, stride, before if before == after else 0, bias=bias)
            load(conv.weight, f"{name}.kernel", lambda w: w.permute(3, 2, 0, 1))
            if bias:
                load(conv.bias, f"{name}.bias")
            modules.append(conv)
            shape = [-(-shape[0] // stride), -(-shape[1] // stride), layer["filters"]]
        elif kind == "batchNormalization":
            norm = nn.BatchNorm2d(channels, eps=layer["epsilon"], momentum=1 - layer["momentum"])
            load(norm.weight, f"{name}.gamma")
            load(norm.bias, f"{name}.beta")
            modules.append(norm)
        elif kind == "layerNormalization":
            norm = nn.LayerNorm(channels, eps=layer["epsilon"])
            load(norm.weight, f"{name}.gamma")
            load(norm.bias, f"{name}.beta")
            modules.append(norm)
        elif kind == "embedding":
            table = nn.Embedding(layer["inputDim"], layer["outputDim"])
            load(table.weight, f"{name}.embeddings")
            modules.append(table)
            shape = [shape[0], layer["outputDim"]]
        elif kind == "positionEmbedding":
            positions = Positions(*shape)
            load(positions.table, f"{name}.embeddings")
            modules.append(positions)
        elif kind == "multiHeadAttention":
            attention = SelfAttention(channels, layer["numHeads"])
            load(attention.inner.in_proj_weight, f"{name}.queryKeyValueKernel", lambda w: w.T)
            load(attention.inner.in_proj_bias, f"{name}.queryKeyValueBias")
            load(attention.inner.out_proj.weight, f"{name}.outputKernel", lambda w: w.T)
            load(attention.inner.out_proj.bias, f"{name}.outputBias")
            modules.append(attention)
        elif kind == "maxPooling2d":
            modules.append(nn.MaxPool2d(2))
            shape = [shape[0] // 2, shape[1] // 2, channels]
        elif kind == "globalAveragePooling2d":
            modules += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
            shape = [channels]
        elif kind == "globalAveragePooling1d":
            modules.append(Mean())
            shape = [channels]
        elif kind == "flatten":
            modules.append(nn.Flatten())
            flat, shape = shape, [int(np.prod(shape))]
        elif kind == "dense":
            dense = nn.Linear(channels, layer["units"])
            if flat:
                load(dense.weight, f"{name}.kernel",
                     lambda w: w.reshape(*flat, -1).permute(3, 2, 0, 1).reshape(w.shape[1], -1))
            else:
                load(dense.weight, f"{name}.kernel", lambda w: w.T)
            flat = None
            load(dense.bias, f"{name}.bias")
            modules.append(dense)
            shape = [*shape[:-1], layer["units"]]
        elif kind != "activation":
            raise ValueError(kind)
        if layer.get("activation", "linear") != "linear":
            modules.append(activations[layer["activation"]]())
    return nn.Sequential(*modules), shape


if contest["layers"][0]["kind"] == "embedding":
    x = x.long()
model, _ = build(contest["layers"], shape)
if channels_last:
    model = model.to(memory_format=torch.channels_last)
o, limit = levers["optimization"], levers["scheduling"]["clipNorm"]
optimizer = torch.optim.AdamW(
    [{"params": decayed, "weight_decay": levers["regularization"]["weightDecay"]}, {"params": plain, "weight_decay": 0.0}],
    lr=o["learningRate"], betas=(o["beta1"], o["beta2"]), eps=o["epsilon"], fused=True)
criterion = nn.CrossEntropyLoss()
everything = list(model.parameters())
losses = []


def take(start, end):
    for step in range(start, end):
        chosen = rows[step]
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(x[chosen]), y[chosen])
        loss.backward()
        nn.utils.clip_grad_norm_(everything, limit)
        optimizer.step()
        losses.append(loss.item())


model.train()
take(0, steps)
start, before = time.perf_counter(), time.process_time()
take(steps, 2 * steps)
seconds, processor = time.perf_counter() - start, time.process_time() - before
print(json.dumps({"stepsPerSecond": steps / seconds, "perCore": steps / processor, "first": losses[0],
                  "loss": sum(losses[-10:]) / 10}))
