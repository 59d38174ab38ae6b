"""What DVC shows of the exported files in a fresh repository: prints its own JSON of metrics, parameters and plots."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

import dvc.api

with tempfile.TemporaryDirectory() as scratch:
    repository = os.path.join(scratch, "repository")
    shutil.copytree(sys.argv[1], repository)
    program = os.path.join(os.path.dirname(sys.executable), "dvc")

    def run(*words):
        result = subprocess.run([program, *words], cwd=repository, check=True, capture_output=True, text=True, env={**os.environ, "DVC_NO_ANALYTICS": "1"})
        return result.stdout

    run("init", "--no-scm", "--quiet")
    print(json.dumps({
        "metrics": json.loads(run("metrics", "show", "--json")),
        "params": dvc.api.params_show(repo=repository),
        "plots": json.loads(run("plots", "show", "--json")),
    }))
