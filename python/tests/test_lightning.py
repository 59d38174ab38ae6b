"""The callback for Lightning."""

from __future__ import annotations

import pytest

pytest.importorskip("lightning")

SCRIPT = """
    import warnings; warnings.filterwarnings("ignore")
    import logging; logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    import torch
    # Debian's PyTorch 1.13 cannot import its sharded tensors on Python 3.11. Nothing here is distributed.
    torch.distributed.is_available = lambda: False
    import lightning, tunegate
    from tunegate.lightning import TunegateCallback
    run = tunegate.run({"lr": 0.1, "accumulate": 1}, epochs=2, supports={"range", "probe"})
    lightning.seed_everything(run.seed)
    class Module(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.net = torch.nn.Linear(4, 3)
        def training_step(self, batch, index):
            return torch.nn.functional.cross_entropy(self.net(batch[0]), batch[1])
        def validation_step(self, batch, index):
            self.log("val_loss", torch.nn.functional.cross_entropy(self.net(batch[0]), batch[1]))
        def configure_optimizers(self):
            optimizer = torch.optim.SGD(self.parameters(), lr=run.levers["lr"])
            scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
            return [optimizer], [{"scheduler": scheduler, "interval": "step"}]
    data = torch.utils.data.TensorDataset(torch.randn(64, 4), torch.randint(0, 3, (64,)))
    loader = torch.utils.data.DataLoader(data, batch_size=16)
    trainer = lightning.Trainer(max_epochs=run.epochs, callbacks=[TunegateCallback()], accelerator="cpu", logger=False,
        enable_progress_bar=False, enable_model_summary=False, enable_checkpointing=False,
        accumulate_grad_batches=run.levers["accumulate"])
    trainer.fit(Module(), loader, loader)
    print("end of script")
"""


def test_it_reports_steps_rates_and_evaluations(study):
    outcome = study.run(SCRIPT, study.request(epochs=3, stop_after=2))
    assert outcome.code == 0, outcome.err
    assert outcome.kinds == ["hello", *["step"] * 4, "evaluation", *["step"] * 4, "evaluation", "end"]
    rates = [event["learning_rate"] for event in outcome.of("step")]
    assert rates == pytest.approx([0.1 * 0.5**step for step in range(8)])
    assert [event["epoch"] for event in outcome.of("evaluation")] == [1, 2]
    assert set(outcome.of("evaluation")[0]["metrics"]) == {"val_loss"}
    assert outcome.events[0]["framework"].startswith("lightning 2.")


def test_accumulated_batches_are_one_step(study):
    outcome = study.run(SCRIPT, study.request(levers={"accumulate": 2}))
    assert [event["step"] for event in outcome.of("step")] == [1, 2, 3, 4]
    assert 0.5 < outcome.of("step")[0]["loss"] < 3


def test_a_range_test_bypasses_the_scheduler_and_the_validation(study):
    outcome = study.run(SCRIPT, study.request("range", range={"from": 1e-3, "to": 1, "steps": 13}))
    assert outcome.code == 0, outcome.err
    assert outcome.kinds == ["hello", *["step"] * 13, "end"]
    rates = [event["learning_rate"] for event in outcome.of("step")]
    assert rates == pytest.approx([10 ** (-3 + step / 4) for step in range(13)])
    assert "end of script" not in outcome.out


def test_a_probe_counts_the_rows_of_batches(study):
    outcome = study.run(SCRIPT, study.request("probe", probe={"steps": 11}))
    assert outcome.code == 0, outcome.err
    assert outcome.of("throughput")[0]["examples"] == 160


def test_outside_a_study_it_only_trains(study):
    outcome = study.run(SCRIPT)
    assert outcome.code == 0, outcome.err
    assert outcome.out == "end of script\n"
