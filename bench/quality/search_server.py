"""Searches behind JSON lines: `new` starts one, `ask` answers with a trial's hyperparameters, and `tell` hands over the
validation curve of its run, or of the beginning of it, and answers after how many evaluations the pruner stops it."""
import json
import sys
import tempfile

SCHEDULES = ["constant", "cosine", "one-cycle", "linear", "step"]
CLIP_NORMS = ["none", "0.5", "1", "5"]
OPTIMIZERS = ["adamw", "sgd"]


def space_of(order):
    """The levers of a spec that `init` writes, in the ranges that a person would give: choices, or (low, high, log)."""
    space = {
        "learningRate": (1e-5, 1, True),
        "batchSize": order["batches"],
        "weightDecay": (1e-5, 0.3, True),
        "dropout": (0, 0.5, False),
        "schedule": SCHEDULES,
        "warmup": (0, 0.3, False),
        "clipNorm": CLIP_NORMS,
        "optimizer": OPTIMIZERS,
        "augmentation": order["augmentations"],
    }
    return {**space, "labelSmoothing": (0, 0.2, False)} if order["classification"] else space


class Optuna:
    def __init__(self, order):
        import optuna
        from optuna import pruners, samplers
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        sampler = {"random": samplers.RandomSampler, "tpe": samplers.TPESampler}[order["sampler"]](seed=order["seed"])
        pruner = {
            "none": pruners.NopPruner,
            "median": lambda: pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=3),
            "hyperband": lambda: pruners.HyperbandPruner(
                min_resource=2, max_resource=order["evaluations"], reduction_factor=3),
        }[order["pruner"]]()
        # Hyperband deals out its brackets by the name of the study, which is random unless it is given.
        name = f"{order['sampler']} {order['pruner']} {order['seed']}"
        self.space = space_of(order)
        self.study = optuna.create_study(direction="minimize", sampler=sampler, pruner=pruner, study_name=name)
        self.pruned = optuna.trial.TrialState.PRUNED

    def ask(self):
        self.trial, self.told = self.study.ask(), 0
        return {name: self.suggest(name, given) for name, given in self.space.items()}

    def suggest(self, name, given):
        if isinstance(given, list):
            return self.trial.suggest_categorical(name, given)
        low, high, log = given
        return self.trial.suggest_float(name, low, high, log=log)

    def tell(self, curve, is_last, value):
        for i, score in enumerate(curve[self.told:], self.told + 1):
            self.trial.report(score, i)
            if self.trial.should_prune():
                self.study.tell(self.trial, state=self.pruned)
                return i
        self.told = len(curve)
        if is_last:
            self.study.tell(self.trial, value)
        return None


class Smac:
    """SMAC3's facade for hyperparameters: a random forest, log expected improvement and a Sobol design to begin with."""

    def __init__(self, order):
        import logging
        from ConfigSpace import Categorical, ConfigurationSpace, Float
        from smac import HyperparameterOptimizationFacade, Scenario
        logging.disable(logging.CRITICAL)
        space = ConfigurationSpace(seed=order["seed"])
        for name, given in space_of(order).items():
            is_choice = isinstance(given, list)
            space.add(Categorical(name, given) if is_choice else Float(name, given[:2], log=given[2]))
        self.folder = tempfile.TemporaryDirectory()
        # The budget is one of steps, so the number of trials is only expected; the limit is far above it.
        scenario = Scenario(
            space, deterministic=True, n_trials=100 * order["trials"], seed=order["seed"], output_directory=self.folder.name)
        design = HyperparameterOptimizationFacade.get_initial_design(scenario, n_configs=max(5, order["trials"] // 4))
        self.smac = HyperparameterOptimizationFacade(
            scenario, lambda config, seed=0: 0.0, initial_design=design, overwrite=True, logging_level=False)

    def ask(self):
        self.info = self.smac.ask()
        return {name: value.item() if hasattr(value, "item") else value for name, value in dict(self.info.config).items()}

    def tell(self, curve, is_last, value):
        from smac.runhistory import TrialValue
        self.smac.tell(self.info, TrialValue(cost=value))
        return None


def main():
    search = None
    for line in sys.stdin:
        message = json.loads(line)
        if message["op"] == "new":
            search = Smac(message) if message["sampler"] == "smac" else Optuna(message)
            answer = {}
        elif message["op"] == "ask":
            answer = search.ask()
        else:
            # A run that diverged has no score.
            value = message["worst"] if message["score"] is None else message["score"]
            answer = {"pruned": search.tell(message["curve"], message["isLast"], value)}
        print(json.dumps(answer), flush=True)


main()
