"""Handwritten digits with scikit-learn's `MLPClassifier`, trained step by step with `partial_fit`.

Run it alone (`python train.py`), or let tunegate tune it (`tunegate run`). The lines for tunegate are marked.
"""

import warnings

import numpy as np
import tunegate
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

x, y = load_digits(return_X_y=True)
x_rest, x_test, y_rest, y_test = train_test_split(x / 16, y, test_size=0.2, stratify=y, random_state=0)
x_train, x_validation, y_train, y_validation = train_test_split(
    x_rest, y_rest, test_size=0.25, stratify=y_rest, random_state=0
)

run = tunegate.run(  # tunegate: the levers with the script's own values, and what the script can do
    {"lr": 1e-3, "batch_size": 64, "alpha": 1e-4, "hidden": 64},
    epochs=20,
    seed=1,
    supports={"range", "probe", "predictions", "test"},
    rows={"train": len(y_train), "validation": len(y_validation), "test": len(y_test)},
    classes=10,
)
batch_size = run.levers["batch_size"]

model = MLPClassifier(
    hidden_layer_sizes=(run.levers["hidden"],),
    alpha=run.levers["alpha"],
    learning_rate_init=run.levers["lr"],
    random_state=run.seeds.init,
)
order = np.random.default_rng(run.seeds.order)
classes = np.arange(10)
# `partial_fit` counts every call as a whole training and says that it has not converged.
warnings.filterwarnings("ignore", module="sklearn")

for epoch in run.each_epoch():  # tunegate: range(run.epochs), shorter or longer where a study needs that
    rows = order.permutation(len(y_train))
    for start in range(0, len(rows) - batch_size + 1, batch_size):
        batch = rows[start : start + batch_size]
        # tunegate: the rate of the step, which a range test sets. `set_params` would come too late for Adam.
        rate = run.learning_rate(run.levers["lr"])
        if hasattr(model, "_optimizer"):
            model._optimizer.learning_rate_init = rate
        else:
            model.set_params(learning_rate_init=rate)
        model.partial_fit(x_train[batch], y_train[batch], classes=classes)
        run.report_step(model.loss_, examples=len(batch))  # tunegate: one line for every step

    probabilities = model.predict_proba(x_validation)
    # tunegate: predictions, from which it computes every metric
    run.save_predictions(probabilities, labels=y_validation, kind="probabilities", epoch=epoch + 1)

accuracy = accuracy_score(y_validation, probabilities.argmax(1))
print(f"validation: accuracy {accuracy:.4f}, nll {log_loss(y_validation, probabilities):.4f}")

if run.test:  # tunegate: only the last stage asks for test rows
    run.save_predictions(model.predict_proba(x_test), labels=y_test, split="test", kind="probabilities")
run.end(weights_sha256=tunegate.weights_sha256([*model.coefs_, *model.intercepts_]))
