"""The trials of a finished study by a plain Optuna script: the same data, model, batch sizes, steps, learning rates,
clipping and evaluations, in as many processes of one thread as the study had workers. The third argument names the module
that trains: tuning_torch or tuning_jax. Only the processes that train import it. Prints JSON.

pip install optuna==5.0.0 numpy==2.4.6
"""
import importlib
import json
import multiprocessing
import sys

import numpy as np
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend


def storage_of(scratch):
    return JournalStorage(JournalFileBackend(f"{scratch}/optuna.journal"))


def order_of(scratch):
    with open(f"{scratch}/trials.json") as file:
        return json.load(file)


def worker(index, scratch, peer):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    order = order_of(scratch)
    inputs = np.fromfile(f"{scratch}/inputs.bin", np.float32).reshape(-1, *order["inputShape"])
    targets = np.fromfile(f"{scratch}/targets.bin", np.float32).astype(np.int64)
    folds = [{name: np.array(rows) for name, rows in fold.items()} for fold in order["folds"]]
    train = importlib.import_module(peer).trainer(order, inputs, targets, folds, index)
    study = optuna.load_study(study_name="tuning", storage=storage_of(scratch))

    def objective(trial):
        if trial.number >= len(order["runs"]):  # Nothing is left in the queue.
            study.stop()
            raise optuna.TrialPruned()
        run = order["runs"][trial.suggest_int("run", 0, len(order["runs"]) - 1)]
        return train(run, {
            "batch": trial.suggest_categorical("batch", order["batches"]),
            "rate": trial.suggest_float("rate", 1e-8, 10, log=True),
            "decay": trial.suggest_float("decay", 0, 1),
            "dropout": trial.suggest_float("dropout", 0, 1)})

    study.optimize(objective)


def main(scratch, workers, peer):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    runs = order_of(scratch)["runs"]
    study = optuna.create_study(study_name="tuning", direction="maximize", storage=storage_of(scratch))
    for number, run in enumerate(runs):
        levers = run["levers"]
        study.enqueue_trial({
            "run": number, "batch": levers["batching"]["batchSize"], "rate": levers["optimization"]["learningRate"],
            "decay": levers["regularization"]["weightDecay"], "dropout": levers["regularization"]["dropout"]})
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=worker, args=(index, scratch, peer)) for index in range(int(workers))]
    [p.start() for p in processes]
    [p.join() for p in processes]
    if any(p.exitcode for p in processes):
        print(f"a process of {peer} failed", file=sys.stderr)
        sys.exit(70)  # Not 1, which the benchmark takes for a failing gate.
    done = [t for t in study.get_trials() if t.state == optuna.trial.TrialState.COMPLETE]
    verified = [t.value for t in done if runs[t.params["run"]]["test"]]
    print(json.dumps({"trials": len(done), "accuracy": sum(verified) / len(verified)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
