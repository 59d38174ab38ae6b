"""Trains scikit-learn's MLPClassifier on the digits over five seeds, for a base and a change, and writes their results.

    pip install numpy==2.4.6 scikit-learn==1.9.1
    python train.py

It knows nothing of tunegate. Any script that writes one row per seed will do.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, log_loss
from sklearn.neural_network import MLPClassifier

here = Path(__file__).parent
x, y = load_digits(return_X_y=True)
# The split is fixed: it must not depend on the seed.
order = np.random.default_rng(0).permutation(len(x))
train, validation, test = order[:1300], order[1300:1550], order[1550:]

for name, hidden in [("base", (24,)), ("change", (96,))]:
    folder = here / name
    folder.mkdir(exist_ok=True)
    for split, rows in [("validation", validation), ("test", test)]:
        np.save(here / f"{split}-labels.npy", y[rows].astype(np.int32))
    lines = []
    for seed in range(1, 6):
        model = MLPClassifier(hidden, learning_rate_init=0.003, max_iter=25, random_state=seed)
        model.fit(x[train] / 16, y[train])
        row = {"seed": seed}
        for split, rows in [("validation", validation), ("test", test)]:
            p = model.predict_proba(x[rows] / 16).astype(np.float32)
            np.save(folder / f"{split}-{seed}.npy", p)
            row[f"{split}_acc"] = float(accuracy_score(y[rows], p.argmax(1)))
            row[f"{split}_loss"] = float(log_loss(y[rows], p.astype(np.float64) / p.sum(1, keepdims=True, dtype=np.float64)))
            row[f"{split}_predictions"] = f"{name}/{split}-{seed}.npy"
            row[f"{split}_labels"] = f"{split}-labels.npy"
        lines.append(row)
    (here / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
