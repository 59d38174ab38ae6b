"""Each exported spec checked against Altair's schema and drawn by vl-convert: prints the sizes of the drawings as JSON.

The schema asks of a row of data only that it is an object, and takes minutes for thousands of them: that is checked here of
all rows, and the schema sees the first few. The drawing has all of them.
"""
import glob
import json
import os
import sys

import altair
import vl_convert

ROWS = 5


def with_few_rows(part):
    if isinstance(part, list):
        return [with_few_rows(one) for one in part]
    if not isinstance(part, dict):
        return part
    short = {key: with_few_rows(value) for key, value in part.items() if key != "data"}
    if "data" in part:
        rows = part["data"]["values"]
        assert all(isinstance(row, dict) for row in rows), "a row is no object"
        short["data"] = {**part["data"], "values": rows[:ROWS]}
    return short


drawn = {}
for file in glob.glob(glob.escape(sys.argv[1]) + "/*.vl.json"):
    with open(file) as text:
        spec = json.load(text)
    altair.Chart.from_dict(with_few_rows(spec), validate=True)
    drawn[os.path.basename(file)] = len(vl_convert.vegalite_to_svg(spec))
print(json.dumps(drawn))
