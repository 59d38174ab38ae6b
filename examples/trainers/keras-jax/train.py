"""Wine cultivars with Keras 3 on JAX.

Run it alone (`python train.py`), or let tunegate tune it (`tunegate run`). The lines for tunegate are marked.
"""

import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np
import tunegate
from tunegate.keras import TunegateCallback

DATA = Path(__file__).resolve().parents[2] / "wine" / "wine.csv"


def splits():
    """Half of the rows for training, a quarter for validation, a quarter for the test; the same in every run."""
    with open(DATA) as file:
        names = file.readline().strip().split(",")
    table = np.genfromtxt(DATA, delimiter=",", skip_header=1, dtype=None, encoding="utf-8", names=names)
    x = np.stack([table[name].astype("float32") for name in table.dtype.names if name != "class"], axis=1)
    y = np.unique(table["class"], return_inverse=True)[1]
    rows = np.split(np.random.default_rng(0).permutation(len(y)), [len(y) // 2, len(y) * 3 // 4])
    x = (x - x[rows[0]].mean(axis=0)) / x[rows[0]].std(axis=0)
    return [(x[part], y[part]) for part in rows]


(x_train, y_train), (x_validation, y_validation), (x_test, y_test) = splits()

run = tunegate.run(  # tunegate: the levers with the script's own values, and what the script can do
    {"lr": 1e-3, "batch_size": 16, "weight_decay": 0.01, "dropout": 0.1},
    epochs=20,
    seed=1,
    supports={"range", "probe", "predictions", "test"},
    rows={"train": len(y_train), "validation": len(y_validation), "test": len(y_test)},
    classes=3,
)
levers = run.levers

keras.utils.set_random_seed(run.seed)
model = keras.Sequential(
    [
        keras.layers.Input((13,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dropout(levers["dropout"]),
        keras.layers.Dense(3),
    ]
)
model.compile(
    optimizer=keras.optimizers.AdamW(levers["lr"], weight_decay=levers["weight_decay"]),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(
    x_train,
    y_train,
    batch_size=levers["batch_size"],
    epochs=run.epochs,
    verbose=0,
    # tunegate: reports every step, and sets the rates of a range test
    callbacks=[TunegateCallback(batch_size=levers["batch_size"])],
)

loss, accuracy = model.evaluate(x_validation, y_validation, verbose=0)
print(f"validation: accuracy {accuracy:.4f}, nll {loss:.4f}")
# tunegate: predictions, from which it computes every metric
run.save_predictions(model.predict(x_validation, verbose=0), labels=y_validation)
if run.test:  # tunegate: only the last stage asks for test rows
    run.save_predictions(model.predict(x_test, verbose=0), labels=y_test, split="test")
run.end(weights_sha256=tunegate.weights_sha256(model))
