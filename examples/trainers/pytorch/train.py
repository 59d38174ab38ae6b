"""Handwritten digits with a small convolutional network in plain PyTorch.

Run it alone (`python train.py`), or let tunegate tune it (`tunegate run`). The lines for tunegate are marked.
"""

import gzip
import math
from pathlib import Path

import numpy as np
import torch
import tunegate
from torch import nn
from torch.nn import functional as F

DATA = Path(__file__).resolve().parents[2] / "digits" / "digits.csv.gz"


def splits():
    """60 % of the rows for training, 20 % for validation, 20 % for the test; the same in every run."""
    with gzip.open(DATA, "rt") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    table = torch.from_numpy(table[np.random.default_rng(0).permutation(len(table))])
    x, y = table[:, :64].reshape(-1, 1, 8, 8) / 16, table[:, 64].long()
    ends = [round(0.6 * len(y)), round(0.8 * len(y))]
    return [(x[rows], y[rows]) for rows in np.split(np.arange(len(y)), ends)]


def rate_shape(schedule, warmup, steps):
    """The learning rate as a share of its peak: linear warmup, then a decay."""

    def share(step):
        if step < warmup:
            return (step + 1) / (warmup + 1)
        position = min(1.0, (step - warmup) / max(1, steps - warmup - 1))
        return {"constant": 1.0, "linear": 1 - position, "cosine": (1 + math.cos(math.pi * position)) / 2}[schedule]

    return share


train, validation, test = splits()

run = tunegate.run(  # tunegate: the levers with the script's own values, and what the script can do
    {
        "lr": 1e-3,
        "batch_size": 64,
        "weight_decay": 0.01,
        "dropout": 0.1,
        "label_smoothing": 0.0,
        "schedule": "cosine",
        "warmup_steps": 30,
        "clip_norm": 1.0,
    },
    epochs=15,
    seed=1,
    supports={"range", "probe", "grad_norm", "predictions", "test"},
    rows={"train": len(train[1]), "validation": len(validation[1]), "test": len(test[1])},
    classes=10,
)
levers = run.levers
batch_size = levers["batch_size"]

torch.manual_seed(run.seed)
torch.use_deterministic_algorithms(True)
model = nn.Sequential(
    nn.Conv2d(1, 16, kernel_size=3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(16 * 4 * 4, 64),
    nn.ReLU(),
    nn.Dropout(levers["dropout"]),
    nn.Linear(64, 10),
)
optimizer = torch.optim.AdamW(model.parameters(), lr=levers["lr"], weight_decay=levers["weight_decay"])
steps = run.epochs * (len(train[1]) // batch_size)
shape = rate_shape(levers["schedule"], levers["warmup_steps"], steps)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, shape)
run.watch(optimizer)  # tunegate: sets the rates of a range test

for epoch in run.each_epoch():  # tunegate: range(run.epochs), shorter or longer where a study needs that
    model.train()
    order = torch.randperm(len(train[1]))
    for rows in order[: len(order) // batch_size * batch_size].split(batch_size):
        logits = model(train[0][rows])
        loss = F.cross_entropy(logits, train[1][rows], label_smoothing=levers["label_smoothing"])
        optimizer.zero_grad()
        loss.backward()
        limit = levers["clip_norm"] or math.inf
        norm = nn.utils.clip_grad_norm_(model.parameters(), limit)
        optimizer.step()
        scheduler.step()
        # tunegate: one line for every step
        run.report_step(loss, grad_norm=norm, clipped=bool(norm > limit), examples=len(rows))

    model.eval()
    with torch.no_grad():
        logits = model(validation[0])
    # tunegate: predictions, from which it computes every metric
    run.save_predictions(logits, labels=validation[1], epoch=epoch + 1)

accuracy = (logits.argmax(1) == validation[1]).float().mean()
print(f"validation: accuracy {accuracy:.4f}, nll {F.cross_entropy(logits, validation[1]):.4f}")

if run.test:  # tunegate: only the last stage asks for test rows
    with torch.no_grad():
        run.save_predictions(model(test[0]), labels=test[1], split="test")
run.end(weights_sha256=tunegate.weights_sha256(model))
