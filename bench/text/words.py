"""The peers of the text preset.

`python words.py data FOLDER NAME ...` writes the texts as CSV files with the columns `text` and `target`.
`python words.py score DATA SPLITS` scores bag-of-words models of scikit-learn on the rows of a split, as JSON.
"""
import importlib.util
import json
import pathlib
import sys

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss

SOURCES = {
    "amazon": "amazonReviewSnippets", "editorials": "nytEditorialSnippets", "movies": "movieReviewSnippets", "tweets": "tweets"}


def loaders():
    path = pathlib.Path(__file__).parent.parent / "quality" / "loaders.py"
    spec = importlib.util.spec_from_file_location("quality_loaders", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(folder, name):
    """Whether people rated a text above or below zero; the undecided ones are left out."""
    frame = loaders().rated(SOURCES[name], folder)
    frame = frame[(frame["target"].abs() >= 0.5) & (frame["text"].str.strip() != "")]
    frame = frame.assign(target=np.where(frame["target"] > 0, "praise", "blame"))
    frame.to_csv(folder / f"{name}.csv", index=False)


def scored(parts, words):
    """Fitted on the training rows; the strength of the penalty is the best on the validation rows."""
    vectorizer = TfidfVectorizer(ngram_range=(1, words))
    train, validation, test = parts["train"], parts["validation"], parts["test"]
    known = vectorizer.fit_transform(train["text"])
    seen = {name: vectorizer.transform(part["text"]) for name, part in parts.items()}
    models = [LogisticRegression(C=c, max_iter=2000).fit(known, train["target"]) for c in np.logspace(-1, 2, 13)]
    best = min(models, key=lambda model: log_loss(validation["target"], model.predict_proba(seen["validation"])))
    return {
        "nll": log_loss(test["target"], best.predict_proba(seen["test"])),
        "accuracy": accuracy_score(test["target"], best.predict(seen["test"])),
    }


def score(data, splits):
    frame = pd.read_csv(data, keep_default_na=False)
    rows = json.loads(pathlib.Path(splits).read_text())
    parts = {name: frame.iloc[rows[name]] for name in ["train", "validation", "test"]}
    return {"words": scored(parts, 1), "pairs": scored(parts, 2)}


if sys.argv[1] == "data":
    target = pathlib.Path(sys.argv[2])
    (target / "packages").mkdir(parents=True, exist_ok=True)
    for each in sys.argv[3:]:
        write(target, each)
else:
    print(json.dumps(score(sys.argv[2], sys.argv[3])))
