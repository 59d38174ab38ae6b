"""What MLflow sees in an exported file store, directly and after its own migration into a database: prints JSON."""
import json
import os
import subprocess
import sys
import tempfile

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
import mlflow


def seen(uri):
    client = mlflow.MlflowClient(tracking_uri=uri)
    experiment = [e for e in client.search_experiments() if e.name != "Default"][0]
    return {
        "experiment": experiment.name,
        "runs": {
            run.info.run_name: {
                "status": run.info.status,
                "params": run.data.params,
                "metrics": run.data.metrics,
                "tags": run.data.tags,
                "loss": [[m.step, m.value] for m in client.get_metric_history(run.info.run_id, "train/loss")],
                "artifacts": [a.path for a in client.list_artifacts(run.info.run_id)],
                "id": run.info.run_id,
            }
            for run in client.search_runs([experiment.experiment_id], max_results=1000)
        },
    }


folder = sys.argv[1]
with tempfile.TemporaryDirectory() as scratch:
    database = "sqlite:///" + os.path.join(scratch, "mlflow.db")
    program = os.path.join(os.path.dirname(sys.executable), "mlflow")
    subprocess.run([program, "migrate-filestore", "--source", folder, "--target", database, "--no-progress"], check=True, stdout=sys.stderr, cwd=scratch)
    print(json.dumps({"files": seen("file://" + folder), "migrated": seen(database)}))
