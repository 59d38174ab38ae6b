"""Optimizers of PyTorch: rates of a range test against any scheduler, and equal training in every other mode."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

SCRIPT = """
    import torch, tunegate
    run = tunegate.run({"lr": 0.4, "watched": True, "first": False, "scheduler": "one-cycle"}, epochs=2,
                       supports={"range", "predictions"})
    torch.manual_seed(run.seed)
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
    lr = run.levers["lr"]
    optimizer = torch.optim.SGD([
        {"params": model[0].parameters(), "lr": lr / 10}, {"params": model[2].parameters()}], lr=lr, momentum=0.9)
    if run.levers["first"]:
        run.watch(optimizer)
    scheduler = {
        "one-cycle": lambda: torch.optim.lr_scheduler.OneCycleLR(optimizer, [lr / 10, lr], total_steps=2000),
        "exponential": lambda: torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5),
        "warmup": lambda: torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1, (step + 1) / 10)),
    }[run.levers["scheduler"]]()
    if run.levers["watched"] and not run.levers["first"]:
        run.watch(optimizer)
    x, y = torch.randn(32, 4), torch.randint(0, 3, (32,))
    for epoch in run.each_epoch():
        for batch in range(4):
            loss = torch.nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            before = [p.detach().clone() for p in model.parameters()]
            optimizer.step()
            if run.mode == "range":
                print([group["lr"] for group in optimizer.param_groups])
            scheduler.step()
            run.report_step(loss)
    run.save_predictions(model(x), labels=y)
    run.end(weights_sha256=tunegate.weights_sha256(model))
"""


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("scheduler", ["one-cycle", "exponential", "warmup"])
def test_a_range_test_sets_every_group_whatever_the_scheduler_does(study, scheduler, first):
    request = study.request(
        "range", range={"from": 1e-3, "to": 1, "steps": 7}, levers={"scheduler": scheduler, "first": first}
    )
    outcome = study.run(SCRIPT, request)
    assert outcome.code == 0, outcome.err
    assert "Warning" not in outcome.err
    asked = [10 ** (-3 + step / 2) for step in range(7)]
    assert [event["learning_rate"] for event in outcome.of("step")] == pytest.approx(asked, rel=1e-9)
    used = [eval(line) for line in outcome.out.splitlines()]
    assert [rate for _, rate in used] == pytest.approx(asked, rel=1e-9)
    assert [rate for rate, _ in used] == pytest.approx([rate / 10 for rate in asked], rel=1e-9)


@pytest.mark.parametrize("first", [True, False])
def test_training_is_the_same_with_and_without_a_watch_and_the_rates_are_those_of_the_scheduler(study, first):
    watched = study.run(SCRIPT, study.request(levers={"first": first, "scheduler": "warmup"}))
    assert watched.code == 0, watched.err
    alone = study.run(SCRIPT, study.request(levers={"watched": False, "scheduler": "warmup"}))
    assert watched.events[-1]["weights_sha256"] == alone.events[-1]["weights_sha256"]
    assert [e["loss"] for e in watched.of("step")] == [e["loss"] for e in alone.of("step")]
    assert [e["learning_rate"] for e in watched.of("step")] == pytest.approx([0.04 * step for step in range(1, 9)])
    assert "learning_rate" not in alone.of("step")[0]


def test_seed_everything_repeats_every_generator(study):
    script = """
        import random, numpy, torch, tunegate
        draws = []
        for seed in (3, 3, 4):
            tunegate.seed_everything(seed, deterministic=True)
            draws.append((random.random(), numpy.random.rand(), torch.rand(1).item()))
        assert draws[0] == draws[1]
        assert all(a != b for a, b in zip(draws[1], draws[2]))
        try:
            tunegate.seed_everything(-1)
        except tunegate.TunegateError as error:
            print(error)
    """
    outcome = study.run(script)
    assert outcome.code == 0, outcome.err
    assert outcome.out == "seed_everything: expected a seed from 0 to 4294967295, found -1.\n"


def test_tensors_of_every_type_become_predictions(study):
    script = """
        import torch, tunegate
        run = tunegate.run()
        for step, dtype in enumerate([torch.float16, torch.bfloat16, torch.float32, torch.float64]):
            run.save_predictions(torch.ones(3, 2, dtype=dtype, requires_grad=True), labels=torch.zeros(3), step=step)
    """
    outcome = study.run(script, study.request())
    assert outcome.code == 0, outcome.err
    numpy = pytest.importorskip("numpy")
    types = [str(numpy.load(outcome.folder / event["file"]).dtype) for event in outcome.of("predictions")]
    assert types == ["float32", "float32", "float32", "float64"]
