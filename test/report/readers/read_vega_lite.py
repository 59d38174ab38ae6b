"""Each exported spec checked against Altair's schema and drawn by vl-convert: prints the sizes of the drawings as JSON."""
import glob
import json
import os
import sys

import altair
import vl_convert

drawn = {}
for file in glob.glob(glob.escape(sys.argv[1]) + "/*.vl.json"):
    with open(file) as text:
        spec = json.load(text)
    altair.Chart.from_dict(spec, validate=True)
    drawn[os.path.basename(file)] = len(vl_convert.vegalite_to_svg(spec))
print(json.dumps(drawn))
