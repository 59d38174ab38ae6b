"""Makes snippets.csv from the rated snippets of product reviews in the source package of vaderSentiment 3.3.2.

    pip download --no-deps --no-binary :all: vaderSentiment==3.3.2
    python make_snippets.py vaderSentiment-3.3.2.tar.gz

Twenty people rated each snippet from -4 to 4. The first 150 reviews are kept, without the
snippets that they call neutral (a mean below 0.75 either way).
"""

import csv
import io
import sys
import tarfile

with tarfile.open(sys.argv[1]) as package:
    inner = package.extractfile("vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz").read()
with tarfile.open(fileobj=io.BytesIO(inner)) as data:
    name = next(name for name in data.getnames() if name.endswith("amazonReviewSnippets_GroundTruth.txt"))
    text = data.extractfile(name).read().decode("utf-8")

with open("snippets.csv", "w", newline="", encoding="utf-8") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["review", "positive", "text"])
    for line in text.splitlines():
        number, rating, snippet = line.split("\t", 2)
        review = int(number.split("_")[0])
        if review <= 150 and abs(float(rating)) >= 0.75:
            out.writerow([review, int(float(rating) > 0), snippet.strip()])
