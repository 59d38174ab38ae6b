"""A training script in Python's standard library, for tests: logistic regression by SGD on two noisy clusters.

It speaks the protocol through the package `tunegate`, which it finds by PYTHONPATH. FAULT in its environment makes it
misbehave in one way; NOISE makes equal runs differ.
"""

import json
import math
import os
import random
import signal
import subprocess
import sys
import time

import tunegate

FAULT = os.environ.get("FAULT", "")
NOISE = os.environ.get("NOISE", "")


def clusters(rows, seed):
    """The data never depend on the seed of a run."""
    draw = random.Random(seed)
    labels = [draw.randrange(2) for _ in range(rows)]
    return [((draw.gauss(2 * y - 1, 1), draw.gauss(y - 0.5, 1), 1.0), y) for y in labels]


train, validation, test = clusters(200, 1), clusters(100, 2), clusters(100, 3)

run = tunegate.run(
    {"lr": 0.05, "batch_size": 20, "wd": 0.0},
    epochs=4,
    supports={"range", "probe", "predictions", "test", "checkpoint"},
    rows={"train": 200, "validation": 100, "test": 100},
    classes=2,
)
weights = [0.0, 0.0, 0.0]
first = 0


def logit(x):
    return sum(w * v for w, v in zip(weights, x))


def predict(rows):
    return [[0.0, logit(x)] for x, _ in rows]


def learn(batch, rate):
    loss, gradient = 0.0, [0.0, 0.0, 0.0]
    for x, y in batch:
        p = 1 / (1 + math.exp(-max(-30.0, min(30.0, logit(x)))))
        loss -= math.log(max(1e-12, p if y else 1 - p)) / len(batch)
        for k in range(3):
            gradient[k] += (p - y) * x[k] / len(batch)
    if NOISE:
        loss += 0.1 * random.random()
    for k in range(3):
        weights[k] -= rate * (gradient[k] + run.levers["wd"] * weights[k])
    return loss


if run.resume is not None:
    saved = json.loads(run.resume.read_text())
    weights[:], first = saved["weights"], saved["epoch"]
if FAULT == "child":
    # Outside of the group, and longer than any test.
    subprocess.Popen(["sleep", "600"], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
if FAULT == "forks" and run.mode == "train":
    # The copy reports as well, as if it were the run.
    os.fork()

for epoch in run.each_epoch(first):
    # Every epoch draws its own order, so that one that continues draws the same.
    rows = random.Random(run.seeds.order * 1000 + epoch).sample(train, len(train))
    for at in range(0, len(rows), run.levers["batch_size"]):
        batch = rows[at : at + run.levers["batch_size"]]
        rate = run.learning_rate(run.levers["lr"])
        run.report_step(learn(batch, rate), examples=len(batch))
    run.save_predictions(predict(validation), labels=[y for _, y in validation], epoch=epoch + 1)
    time.sleep(float(os.environ.get("EPOCH_SECONDS", "0")))
    if FAULT == "interrupted" and run.mode == "train" and epoch + 1 < run.epochs:
        # As a machine that is taken away: a checkpoint, and exit code 75.
        signal.raise_signal(signal.SIGTERM)
    if run.mode == "train":
        name = f"epoch-{epoch + 1}.json"
        (run.output_dir / name).write_text(json.dumps({"weights": weights, "epoch": epoch + 1}))
        run.checkpoint(name)
if run.test:
    run.save_predictions(predict(test), labels=[y for _, y in test], split="test")
print(f"validation rows: {len(validation)}", file=sys.stderr)
