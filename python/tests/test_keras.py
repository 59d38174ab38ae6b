"""The callback for Keras, on the backend JAX."""

from __future__ import annotations

import pytest

pytest.importorskip("jax")

SCRIPT = """
    import os
    os.environ["KERAS_BACKEND"] = "jax"
    import keras, numpy, tunegate
    from tunegate.keras import TunegateCallback
    run = tunegate.run({"lr": 0.01, "schedule": False}, epochs=2, supports={"range", "probe"})
    tunegate.seed_everything(run.seed)
    rng = numpy.random.default_rng(0)
    x = rng.normal(size=(64, 4)).astype("float32")
    y = (x[:, 0] > 0).astype("int32")
    model = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(2)])
    rate = run.levers["lr"]
    if run.levers["schedule"]:
        rate = keras.optimizers.schedules.ExponentialDecay(rate, decay_steps=1, decay_rate=0.5)
    model.compile(optimizer=keras.optimizers.SGD(rate), metrics=["accuracy"],
                  loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    losses = []
    class Own(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            rows = slice(batch * 16, batch * 16 + 16)
            losses.append(float(model.loss(y[rows], self.model(x[rows]))))
    model.fit(x, y, batch_size=16, epochs=run.epochs, shuffle=False, verbose=0, validation_data=(x, y),
              callbacks=[TunegateCallback(batch_size=16)])
    print("end of script")
"""


def test_it_reports_steps_and_evaluations(study):
    outcome = study.run(SCRIPT, study.request(levers={"lr": 0.1}, epochs=3, stop_after=2))
    assert outcome.code == 0, outcome.err
    assert outcome.kinds == ["hello", *["step"] * 4, "evaluation", *["step"] * 4, "evaluation", "end"]
    assert [event["step"] for event in outcome.of("step")] == list(range(1, 9))
    assert [event["learning_rate"] for event in outcome.of("step")] == pytest.approx([0.1] * 8)
    assert set(outcome.of("evaluation")[0]["metrics"]) == {"val_loss", "val_accuracy"}
    assert outcome.events[0]["framework"].startswith("keras 3.")
    assert " on jax 0." in outcome.events[0]["framework"]


def test_the_loss_is_that_of_the_step(study):
    script = SCRIPT.replace("Callback(batch_size=16)]", "Callback(batch_size=16), Own()]") + "    print(losses)\n"
    outcome = study.run(script, study.request(levers={"lr": 0.5}))
    assert outcome.code == 0, outcome.err
    own = eval(outcome.out.splitlines()[-1])
    assert [event["loss"] for event in outcome.of("step")] == pytest.approx(own, rel=1e-4)


@pytest.mark.parametrize("schedule", [False, True])
def test_a_range_test_sets_the_rate_even_where_a_schedule_does(study, schedule):
    request = study.request("range", range={"from": 1e-3, "to": 1, "steps": 7}, levers={"schedule": schedule})
    outcome = study.run(SCRIPT, request)
    assert outcome.code == 0, outcome.err
    assert outcome.kinds == ["hello", *["step"] * 7, "end"]
    rates = [event["learning_rate"] for event in outcome.of("step")]
    assert rates == pytest.approx([10 ** (-3 + step / 2) for step in range(7)])
    assert "end of script" not in outcome.out


def test_a_schedule_is_reported_as_it_is_and_a_probe_is_measured(study):
    outcome = study.run(SCRIPT, study.request(levers={"schedule": True}))
    rates = [event["learning_rate"] for event in outcome.of("step")]
    assert rates == pytest.approx([0.01 * 0.5**step for step in range(8)], rel=1e-5)
    outcome = study.run(SCRIPT, study.request("probe", probe={"steps": 6}))
    assert outcome.of("throughput")[0]["examples"] == 5 * 16


def test_outside_a_study_it_only_trains(study):
    outcome = study.run(SCRIPT)
    assert outcome.code == 0, outcome.err
    assert outcome.out == "end of script\n"
