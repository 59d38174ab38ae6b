"""The trials of a finished digits study by a plain Optuna + PyTorch script: the same data, model, batch sizes, steps,
learning rates, clipping and evaluations, in as many processes of one thread as the study had workers. Prints JSON.

pip install torch==2.15.0 optuna==5.0.0 numpy==2.4.6
"""
import json
import multiprocessing
import sys

import numpy as np
import optuna
import torch
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from torch import nn
from torch.nn import functional

scratch, workers = sys.argv[1], int(sys.argv[2])
order = json.load(open(f"{scratch}/trials.json"))
runs = order["runs"]


def model(dropout):
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(256, 64), nn.ReLU(),
        nn.Dropout(dropout),
        nn.Linear(64, 10))


def optimizer_of(net, run, rate, decay):
    o = run["levers"]["optimization"]
    groups = [{"params": [p for p in net.parameters() if p.ndim > 1], "weight_decay": decay},
              {"params": [p for p in net.parameters() if p.ndim == 1], "weight_decay": 0.0}]
    if o["optimizer"] == "sgd":
        return torch.optim.SGD(groups, lr=rate, momentum=o["momentum"], nesterov=o["nesterov"])
    kind = torch.optim.AdamW if o["optimizer"] == "adamw" else torch.optim.Adam
    return kind(groups, lr=rate, betas=(o["beta1"], o["beta2"]), eps=o["epsilon"], fused=True)


def evaluate(net, x, y):
    net.eval()
    with torch.no_grad():
        logits = net(x)
        functional.cross_entropy(logits, y).item()
        accuracy = (logits.argmax(1) == y).float().mean().item()
    net.train()
    return accuracy


def train(trial, data):
    run = runs[trial.suggest_int("run", 0, len(runs) - 1)]
    batch = trial.suggest_categorical("batch", order["batches"])
    rate = trial.suggest_float("rate", 1e-8, 10, log=True)
    decay, dropout = trial.suggest_float("decay", 0, 1), trial.suggest_float("dropout", 0, 1)
    smoothing = run["levers"]["regularization"]["labelSmoothing"]
    clip = run["levers"]["scheduling"]["clipNorm"]
    (x, y), sample, validation, test = data
    torch.manual_seed(run["seed"])
    net = model(dropout)
    optimizer = optimizer_of(net, run, rate, decay)
    criterion = nn.CrossEntropyLoss(label_smoothing=smoothing)
    parameters, epoch, best = list(net.parameters()), max(len(x) // batch, 1), 0.0
    for step, now in enumerate(run["rates"]):
        if step % epoch == 0:
            shuffled = torch.randperm(len(x))
        chosen = shuffled[step % epoch * batch:][:batch]
        for group in optimizer.param_groups:
            group["lr"] = now
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(net(x[chosen]), y[chosen])
        loss.backward()
        if clip is not None:
            nn.utils.clip_grad_norm_(parameters, clip)
        optimizer.step()
        loss.item()
        if step + 1 in run["evaluateAt"]:
            evaluate(net, *sample)
            best = max(best, evaluate(net, *validation))
    if run["test"]:
        evaluate(net, *test)
    return best


def worker(name, storage):
    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    x = torch.from_numpy(np.fromfile(f"{scratch}/inputs.bin", np.float32).reshape(-1, 1, 8, 8))
    y = torch.from_numpy(np.fromfile(f"{scratch}/targets.bin", np.float32)).long()
    split = {name: torch.tensor(rows) for name, rows in order["splits"].items()}
    part = lambda rows: (x[rows], y[rows])
    sample = split["train"][:len(split["validation"])]
    data = [part(split["train"]), part(sample), part(split["validation"]), part(split["test"])]
    study = optuna.load_study(study_name=name, storage=JournalStorage(JournalFileBackend(storage)))

    def objective(trial):
        if trial.number >= len(runs):  # Nothing is left in the queue.
            study.stop()
            raise optuna.TrialPruned()
        return train(trial, data)

    study.optimize(objective)


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = f"{scratch}/optuna.journal"
    journal = JournalStorage(JournalFileBackend(storage))
    study = optuna.create_study(study_name="digits", direction="maximize", storage=journal)
    for number, run in enumerate(runs):
        levers = run["levers"]
        study.enqueue_trial({
            "run": number, "batch": levers["batching"]["batchSize"], "rate": levers["optimization"]["learningRate"],
            "decay": levers["regularization"]["weightDecay"], "dropout": levers["regularization"]["dropout"]})
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=worker, args=("digits", storage)) for _ in range(workers)]
    [p.start() for p in processes]
    [p.join() for p in processes]
    done = [t for t in study.get_trials() if t.state == optuna.trial.TrialState.COMPLETE]
    verified = [t.value for t in done if runs[t.params["run"]]["test"]]
    print(json.dumps({"trials": len(done), "accuracy": sum(verified) / len(verified)}))
