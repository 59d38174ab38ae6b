"""Trains the trials of tuning_optuna.py with PyTorch eager, on one thread. Initial weights are drawn as ours are.

pip install torch==2.15.0 numpy==2.4.6
"""
import math

import torch
from torch import nn
from torch.nn import functional

activations = {"relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh}


def drawn(module):
    """Glorot's uniform kernel, and a bias of zeros."""
    nn.init.xavier_uniform_(module.weight)
    if module.bias is not None:
        nn.init.zeros_(module.bias)
    return module


def bag(embedding, pooling):
    """An embedding with the mean over its steps, which PyTorch has as one module, faster than two."""
    if pooling["kind"] != "globalAveragePooling1d" or "combiner" in pooling:
        raise ValueError("the PyTorch peer knows an embedding only before a mean over its steps")
    padding = 0 if embedding.get("maskZero") else None
    table = nn.EmbeddingBag(embedding["inputDim"], embedding["outputDim"], mode="mean", padding_idx=padding)
    nn.init.uniform_(table.weight, -0.05, 0.05)
    return table


def convolution(layer, channels):
    """`same` of PyTorch is that of TensorFlow where the stride is 1."""
    if layer["padding"] == "same" and layer["strides"] != [1, 1]:
        raise ValueError("the PyTorch peer knows no strides with the padding same")
    return drawn(nn.Conv2d(channels, layer["filters"], layer["kernelSize"], layer["strides"], layer["padding"],
                           bias=layer["useBias"]))


def model(layers, shape, lever):
    """Modules of the layers of a spec behind rows of a shape: [channels, height, width], [steps] or [features]."""
    modules, width, left = [], shape, list(layers)
    while left:
        layer = left.pop(0)
        kind = layer["kind"]
        if kind == "dense" and len(width) == 1:
            modules.append(drawn(nn.Linear(width[0], layer["units"], bias=layer["useBias"])))
            width = [layer["units"]]
        elif kind == "dropout":
            modules.append(nn.Dropout(lever if layer["rate"] is None else layer["rate"]))
        elif kind == "embedding":
            modules.append(bag(layer, left.pop(0)))
            width = [layer["outputDim"]]
        elif kind == "conv2d":
            modules.append(convolution(layer, width[0]))
            trimmed = [0, 0] if layer["padding"] == "same" else [k - 1 for k in layer["kernelSize"]]
            sides = [(s - t - 1) // by + 1 for s, t, by in zip(width[1:], trimmed, layer["strides"])]
            width = [layer["filters"], *sides]
        elif kind == "maxPooling2d" and layer["padding"] == "valid":
            modules.append(nn.MaxPool2d(layer["poolSize"], layer["strides"]))
            sides = [(s - k) // by + 1 for s, k, by in zip(width[1:], layer["poolSize"], layer["strides"])]
            width = [width[0], *sides]
        elif kind == "flatten":
            modules.append(nn.Flatten())
            width = [math.prod(width)]
        else:
            raise ValueError(f"the PyTorch peer knows no layer {layer}")
        name = layer.get("activation", "linear")
        if name != "linear":
            if name not in activations:
                raise ValueError(f"the PyTorch peer knows no activation {name}")
            modules.append(activations[name]())
    return nn.Sequential(*modules)


def optimizer_of(net, o, rate, decay):
    """Decay of SGD is that of PyTorch, part of the gradient."""
    groups = [{"params": [p for p in net.parameters() if p.ndim > 1], "weight_decay": decay},
              {"params": [p for p in net.parameters() if p.ndim == 1], "weight_decay": 0.0}]
    if o["optimizer"] == "sgd":
        return torch.optim.SGD(groups, lr=rate, momentum=o["momentum"], nesterov=o["nesterov"] and o["momentum"] > 0)
    adam = {"lr": rate, "betas": (o["beta1"], o["beta2"]), "eps": o["epsilon"]}
    if o["optimizer"] == "nadamw":
        return torch.optim.NAdam(groups, **adam, decoupled_weight_decay=True)
    kind = torch.optim.AdamW if o["optimizer"] == "adamw" else torch.optim.Adam
    return kind(groups, **adam, fused=True)


def evaluate(net, x, y):
    net.eval()
    with torch.no_grad():
        logits = net(x)
        functional.cross_entropy(logits, y).item()
        accuracy = (logits.argmax(1) == y).float().mean().item()
    net.train()
    return accuracy


def trainer(order, inputs, targets, folds, _index):
    torch.set_num_threads(1)
    layers = order["layers"]
    everything, answers = torch.from_numpy(inputs), torch.from_numpy(targets)
    if everything.ndim == 4:
        everything = everything.permute(0, 3, 1, 2).contiguous()
    if layers[0]["kind"] == "embedding":
        everything = everything.long()
    kept = {}

    def parts(fold):
        if fold not in kept:
            kept[fold] = {name: (everything[rows], answers[rows]) for name, rows in folds[fold].items()}
        return kept[fold]

    def train(run, trial):
        part, clip, noise, batch = parts(run["fold"]), run["levers"]["scheduling"]["clipNorm"], run["noise"], trial["batch"]
        x, y = part["train"]
        torch.manual_seed(run["seed"])
        net = model(layers, list(everything.shape[1:]), trial["dropout"])
        optimizer = optimizer_of(net, run["levers"]["optimization"], trial["rate"], trial["decay"])
        criterion = nn.CrossEntropyLoss(label_smoothing=run["levers"]["regularization"]["labelSmoothing"])
        parameters, epoch, best = list(net.parameters()), max(len(x) // batch, 1), 0.0
        evaluated = set(run["evaluateAt"])
        for step, now in enumerate(run["rates"]):
            if step % epoch == 0:
                shuffled = torch.randperm(len(x))
            chosen = shuffled[step % epoch * batch:][:batch]
            for group in optimizer.param_groups:
                group["lr"] = now
            optimizer.zero_grad(set_to_none=True)
            given = x[chosen] + noise * torch.randn(len(chosen), *x.shape[1:]) if noise > 0 else x[chosen]
            loss = criterion(net(given), y[chosen])
            loss.backward()
            if clip is not None:
                nn.utils.clip_grad_norm_(parameters, clip)
            optimizer.step()
            loss.item()
            if step + 1 in evaluated:
                evaluate(net, *part["sample"])
                best = max(best, evaluate(net, *part["validation"]))
        if run["test"]:
            evaluate(net, *part["test"])
        return best

    return train
