"""Reads saved models with onnxruntime and Keras and prints what they predict.

Each folder below the given one has model.onnx, model.keras and inputs.json: rows in the shape of one example.
"""

import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "numpy"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import onnxruntime  # noqa: E402

found = {}
for folder in sorted(Path(sys.argv[1]).iterdir()):
    case = json.loads((folder / "inputs.json").read_text())
    inputs = np.array(case["inputs"], dtype=np.float32).reshape([-1, *case["shape"]])
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    (onnx,) = session.run(["output"], {"input": inputs})
    own = {"onnx": onnx.ravel().tolist()}
    if (folder / "model.keras").exists():
        model = keras.saving.load_model(folder / "model.keras", safe_mode=True)
        own["keras"] = np.asarray(model(inputs)).ravel().tolist()
    found[folder.name] = own
json.dump(found, sys.stdout)
