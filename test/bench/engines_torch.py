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


def weight(position, kind, name):
    p = parameters[f"{position}.{kind}.{name}"]
    return torch.from_numpy(weights[p["offset"]:p["offset"] + p["size"]].reshape(p["shape"]).copy()), p["decay"]


decayed, plain = [], []


def load(target, position, kind, name, change=lambda w: w):
    values, decay = weight(position, kind, name)
    with torch.no_grad():
        target.copy_(change(values))
    (decayed if decay else plain).append(target)


def same(size, kernel, stride):
    """TensorFlow's `same`: what is odd goes to the end."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def build():
    modules, channels, size, flat = [], shape[-1], shape[0], None
    for i, layer in enumerate(contest["layers"]):
        kind = layer["kind"]
        if kind == "conv2d":
            stride, bias = layer["strides"][0], layer["useBias"]
            before, after = same(size, 3, stride)
            if before != after:
                modules.append(nn.ZeroPad2d((before, after, before, after)))
            conv = nn.Conv2d(channels, layer["filters"], 3, stride, before if before == after else 0, bias=bias)
            load(conv.weight, i, kind, "kernel", lambda w: w.permute(3, 2, 0, 1))
            if bias:
                load(conv.bias, i, kind, "bias")
            modules.append(conv)
            channels, size = layer["filters"], -(-size // stride)
        elif kind == "batchNormalization":
            norm = nn.BatchNorm2d(channels, eps=layer["epsilon"], momentum=1 - layer["momentum"])
            load(norm.weight, i, kind, "gamma")
            load(norm.bias, i, kind, "beta")
            modules.append(norm)
        elif kind == "maxPooling2d":
            modules.append(nn.MaxPool2d(2))
            size //= 2
        elif kind == "globalAveragePooling2d":
            modules += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        elif kind == "flatten":
            modules.append(nn.Flatten())
            flat = (size, size, channels)
            channels *= size * size
        elif kind == "dense":
            dense = nn.Linear(channels, layer["units"])
            if flat:
                load(dense.weight, i, kind, "kernel", lambda w: w.reshape(*flat, -1).permute(3, 2, 0, 1).reshape(w.shape[1], -1))
            else:
                load(dense.weight, i, kind, "kernel", lambda w: w.T)
            flat = None
            load(dense.bias, i, kind, "bias")
            modules.append(dense)
            channels = layer["units"]
        if layer.get("activation") == "relu":
            modules.append(nn.ReLU())
    return nn.Sequential(*modules)


model = build()
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
print(json.dumps({"stepsPerSecond": steps / seconds, "perCore": steps / processor, "first": losses[0], "loss": sum(losses[-10:]) / 10}))
