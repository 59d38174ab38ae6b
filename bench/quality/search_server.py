"""Searches behind JSON lines: `new` starts a study, `ask` answers with a trial's hyperparameters, and `tell` hands over the
validation curve of its run, or of the beginning of it, and answers after how many evaluations the pruner stops it."""
import json
import sys

import optuna
from optuna.trial import TrialState

SCHEDULES = ["constant", "cosine", "one-cycle", "linear", "step"]


def study_of(order):
    sampler = {
        "random": lambda: optuna.samplers.RandomSampler(seed=order["seed"]),
        "tpe": lambda: optuna.samplers.TPESampler(seed=order["seed"]),
    }[order["sampler"]]()
    pruner = {
        "none": optuna.pruners.NopPruner,
        "median": lambda: optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=3),
        "hyperband": lambda: optuna.pruners.HyperbandPruner(
            min_resource=2, max_resource=order["evaluations"], reduction_factor=3),
    }[order["pruner"]]()
    # Hyperband deals out its brackets by the name of the study, which is random unless it is given.
    name = f"{order['sampler']} {order['pruner']} {order['seed']}"
    return optuna.create_study(direction="minimize", sampler=sampler, pruner=pruner, study_name=name)


def suggest(trial, order):
    """The levers of a spec that `init` writes, in the ranges that a person would give."""
    params = {
        "learningRate": trial.suggest_float("learningRate", 1e-5, 1, log=True),
        "batchSize": trial.suggest_categorical("batchSize", order["batches"]),
        "weightDecay": trial.suggest_float("weightDecay", 1e-5, 0.3, log=True),
        "dropout": trial.suggest_float("dropout", 0, 0.5),
        "schedule": trial.suggest_categorical("schedule", SCHEDULES),
        "warmup": trial.suggest_float("warmup", 0, 0.3),
        "clipNorm": trial.suggest_categorical("clipNorm", ["none", "0.5", "1", "5"]),
        "optimizer": trial.suggest_categorical("optimizer", ["adamw", "sgd"]),
        "augmentation": trial.suggest_categorical("augmentation", order["augmentations"]),
    }
    if order["classification"]:
        params["labelSmoothing"] = trial.suggest_float("labelSmoothing", 0, 0.2)
    return params


def tell(study, trial, told, message):
    """`curve`: the best validation score so far at each evaluation. `score`: null if the run diverged."""
    for i, value in enumerate(message["curve"][told:], told + 1):
        trial.report(value, i)
        if trial.should_prune():
            study.tell(trial, state=TrialState.PRUNED)
            return {"pruned": i}
    if message["isLast"]:
        study.tell(trial, message["worst"] if message["score"] is None else message["score"])
    return {"pruned": None}


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = trial = order = None
    told = 0
    for line in sys.stdin:
        message = json.loads(line)
        if message["op"] == "new":
            order, study = message, study_of(message)
            answer = {}
        elif message["op"] == "ask":
            trial, told = study.ask(), 0
            answer = suggest(trial, order)
        else:
            answer = tell(study, trial, told, message)
            told = len(message["curve"])
        print(json.dumps(answer), flush=True)


main()
