"""What a range test through the package `tunegate` costs beside the same steps without it, in PyTorch on one thread.

python bench/trainers/range_cost.py, with `torch` and `./python` installed. Equal models take turns, 25 steps each, the
first turn alternating, so that both sides meet the same machine. Each side has four models: where one lies in memory
changes its speed by more than the package does. Times are CPU times of the process. The goal is 5 %.
"""

import json
import os
import statistics
import tempfile
import time
from pathlib import Path

import torch
import tunegate
from torch import nn
from torch.nn import functional as F

TURNS = 160
MODELS = 4
STEPS = 25
GOAL = 1.05

torch.set_num_threads(1)
folder = Path(tempfile.mkdtemp())
request = {
    "protocol": 1,
    "id": "bench",
    "mode": "range",
    "seed": 1,
    "seeds": {"init": 1, "order": 2, "dropout": 3, "augmentation": 4},
    "levers": {},
    "range": {"from": 1e-6, "to": 1e-3, "steps": 10**6},
    "resume": None,
    "output_dir": str(folder),
}
(folder / "run.json").write_text(json.dumps(request))
os.environ["TUNEGATE_RUN_FILE"] = str(folder / "run.json")
os.environ["TUNEGATE_EVENTS"] = str(folder / "events.jsonl")
run = tunegate.run({"lr": 1e-3}, supports={"range"})


def convolutional():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(256, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


def small():
    """A step of this one takes as little as PyTorch can take, so the package has the largest share."""
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def arm(network, watched):
    """Return a function that trains one turn."""
    torch.manual_seed(1)
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    if watched:
        run.watch(optimizer)
    x, y = torch.randn(64, 1, 8, 8), torch.randint(0, 10, (64,))

    def turn():
        begin = time.process_time()
        for _ in range(STEPS):
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if watched:
                run.report_step(loss, examples=64)
        return (time.process_time() - begin) / STEPS

    return turn


def compare(name, network):
    """Print the times of a step with and without the package, and their ratio."""
    arms = [(arm(network, False), arm(network, True)) for _ in range(MODELS)]
    for plain, through in arms:
        plain(), through()
    pairs = []
    for turn in range(TURNS):
        plain, through = arms[turn // 2 % MODELS]
        first, second = (plain, through) if turn % 2 == 0 else (through, plain)
        a, b = first(), second()
        pairs.append((a, b) if turn % 2 == 0 else (b, a))
    ratios = sorted(b / a for a, b in pairs)
    ratio = statistics.median(ratios)
    alone, with_it = (statistics.median(times) * 1e6 for times in zip(*pairs))
    print(f"{name}, batch 64: {alone:.0f} us a step alone, {with_it:.0f} us through the package; ratio {ratio:.3f}")
    spread = f"{ratios[len(ratios) // 4]:.3f} to {ratios[3 * len(ratios) // 4]:.3f}"
    print(f"middle half of {TURNS} pairs: {spread}; goal {GOAL}: {'met' if ratio <= GOAL else 'missed'}")


compare("convolutional network", convolutional)
compare("64-32-10 dense network", small)

# What the package itself does in a step, which the noise of the training hides.
loss = torch.ones(1, requires_grad=True).sum()
begin = time.process_time()
for _ in range(5000):
    run.report_step(loss, examples=64)
print(f"one report_step: {(time.process_time() - begin) / 5000 * 1e6:.1f} us")
