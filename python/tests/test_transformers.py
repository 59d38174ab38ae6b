"""The callback for the Trainer of Transformers, on a model made from its configuration."""

from __future__ import annotations

import pytest

pytest.importorskip("transformers")

SCRIPT = """
    import warnings; warnings.filterwarnings("ignore")
    import torch, transformers, tunegate
    from tunegate.transformers import TunegateCallback
    run = tunegate.run({"lr": 0.01}, epochs=2, supports={"range", "probe", "grad_norm"})
    transformers.set_seed(run.seed)
    config = transformers.BertConfig(vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
                                     intermediate_size=16, max_position_embeddings=16, num_labels=2)
    model = transformers.BertForSequenceClassification(config)
    rows = [{"input_ids": torch.randint(0, 20, (6,)), "labels": torch.tensor(i % 2)} for i in range(32)]
    arguments = transformers.TrainingArguments(
        output_dir=str(run.output_dir), num_train_epochs=run.epochs, learning_rate=run.levers["lr"], logging_steps=1,
        per_device_train_batch_size=8, eval_strategy="epoch", save_strategy="no", report_to=[], seed=run.seed,
        disable_tqdm=True, lr_scheduler_type="linear", use_cpu=True)
    trainer = transformers.Trainer(model=model, args=arguments, train_dataset=rows, eval_dataset=rows,
                                   callbacks=[TunegateCallback()])
    trainer.train()
    print("end of script")
"""


def test_it_reports_steps_rates_and_evaluations(study):
    outcome = study.run(SCRIPT, study.request(epochs=3, stop_after=2))
    assert outcome.code == 0, outcome.err
    assert outcome.kinds == ["hello", *["step"] * 4, "evaluation", *["step"] * 4, "evaluation", "end"]
    assert [event["step"] for event in outcome.of("step")] == list(range(1, 9))
    rates = [event["learning_rate"] for event in outcome.of("step")]
    assert rates == pytest.approx([0.01 * (12 - step) / 12 for step in range(8)])
    assert all(event["grad_norm"] > 0 for event in outcome.of("step"))
    assert "eval_loss" in outcome.of("evaluation")[0]["metrics"]
    assert outcome.events[0]["framework"].startswith("transformers ")


def test_a_range_test_runs_past_the_last_epoch_and_bypasses_the_scheduler(study):
    outcome = study.run(SCRIPT, study.request("range", range={"from": 1e-5, "to": 1e-2, "steps": 13}))
    assert outcome.code == 0, outcome.err
    assert outcome.kinds == ["hello", *["step"] * 13, "end"]
    rates = [event["learning_rate"] for event in outcome.of("step")]
    assert rates == pytest.approx([10 ** (-5 + step / 4) for step in range(13)])


def test_a_probe_is_measured(study):
    outcome = study.run(SCRIPT, study.request("probe", probe={"steps": 10}))
    assert outcome.code == 0, outcome.err
    assert outcome.of("throughput")[0]["examples"] == 72


def test_outside_a_study_it_only_trains(study):
    outcome = study.run(SCRIPT)
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines()[-1] == "end of script"
