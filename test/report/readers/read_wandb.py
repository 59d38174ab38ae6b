"""What Weights & Biases reads from offline run folders, by the reader of its own sync: prints JSON."""
import glob
import json
import sys

import wandb

wandb._assert_is_internal_process = True
from wandb.proto import wandb_internal_pb2
from wandb.sdk.internal.datastore import DataStore

found = {}
for file in glob.glob(glob.escape(sys.argv[1]) + "/offline-run-*/run-*.wandb"):
    store = DataStore()
    store.open_for_scan(file)
    run = {"history": []}
    while (data := store.scan_data()) is not None:
        record = wandb_internal_pb2.Record()
        record.ParseFromString(data)
        kind = record.WhichOneof("record_type")
        if kind == "run":
            run |= {
                "id": record.run.run_id, "project": record.run.project, "name": record.run.display_name, "group": record.run.run_group,
                "job": record.run.job_type, "notes": record.run.notes, "tags": list(record.run.tags),
                "config": {item.key: json.loads(item.value_json) for item in record.run.config.update},
            }
        elif kind == "history":
            run["history"].append({item.key: json.loads(item.value_json) for item in record.history.item})
        elif kind == "summary":
            run["summary"] = {item.key: json.loads(item.value_json) for item in record.summary.update}
        elif kind == "exit":
            run["exit"] = record.exit.exit_code
    found[run["name"]] = run
print(json.dumps(found))
