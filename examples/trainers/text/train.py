"""Is a sentence of a review positive? Word counts and logistic regression by SGD, with scikit-learn's `SGDClassifier`.

Run it alone (`python train.py`), or let tunegate tune it (`tunegate run`). The lines for tunegate are marked.
"""

import csv
from pathlib import Path

import numpy as np
import tunegate
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score, log_loss

with open(Path(__file__).parent / "snippets.csv", newline="", encoding="utf-8") as file:
    snippets = list(csv.DictReader(file))


def part(*remainders):
    """The snippets of every fifth review or so: those of one review are never in two splits."""
    rows = [row for row in snippets if int(row["review"]) % 5 in remainders]
    return [row["text"] for row in rows], np.array([int(row["positive"]) for row in rows])


(train, y_train), (validation, y_validation), (test, y_test) = part(2, 3, 4), part(1), part(0)

run = tunegate.run(  # tunegate: the levers with the script's own values, and what the script can do
    {"lr": 0.05, "batch_size": 32, "alpha": 1e-4, "ngrams": 1},
    epochs=10,
    seed=1,
    supports={"range", "probe", "predictions", "test"},
    rows={"train": len(train), "validation": len(validation), "test": len(test)},
    classes=2,
)
batch_size = run.levers["batch_size"]

words = TfidfVectorizer(ngram_range=(1, run.levers["ngrams"]), sublinear_tf=True)
x_train = words.fit_transform(train)
x_validation, x_test = words.transform(validation), words.transform(test)
model = SGDClassifier(
    loss="log_loss",
    learning_rate="constant",
    eta0=run.levers["lr"],
    alpha=run.levers["alpha"],
    random_state=run.seeds.init,
)
order = np.random.default_rng(run.seeds.order)


def loss_of(x, y):
    """The mean loss of a batch, before the model has learned from it."""
    if not hasattr(model, "coef_"):
        return np.log(2)
    return np.logaddexp(0, np.where(y == 1, -1, 1) * model.decision_function(x)).mean()


for epoch in run.each_epoch():  # tunegate: range(run.epochs), shorter or longer where a study needs that
    rows = order.permutation(len(y_train))
    for start in range(0, len(rows) - batch_size + 1, batch_size):
        batch = rows[start : start + batch_size]
        loss = loss_of(x_train[batch], y_train[batch])
        model.eta0 = run.learning_rate(run.levers["lr"])  # tunegate: the rate of the step, which a range test sets
        model.partial_fit(x_train[batch], y_train[batch], classes=[0, 1])
        run.report_step(loss, examples=len(batch))  # tunegate: one line for every step

    probabilities = model.predict_proba(x_validation)
    # tunegate: predictions, from which it computes every metric
    run.save_predictions(probabilities, labels=y_validation, kind="probabilities", epoch=epoch + 1)

accuracy = accuracy_score(y_validation, probabilities.argmax(1))
print(f"validation: accuracy {accuracy:.4f}, nll {log_loss(y_validation, probabilities):.4f}")

if run.test:  # tunegate: only the last stage asks for test rows
    run.save_predictions(model.predict_proba(x_test), labels=y_test, split="test", kind="probabilities")
run.end(weights_sha256=tunegate.weights_sha256([model.coef_, model.intercept_]))
