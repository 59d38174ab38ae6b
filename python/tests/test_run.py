"""Scripts without any framework, as processes of their own."""

from __future__ import annotations

import json
import signal

import pytest

PLAIN = """
    import tunegate
    run = tunegate.run(
        {"lr": 0.1, "batch_size": 8, "wd": 0.0, "act": "relu", "nesterov": True, "clip": None}, epochs=3, seed=5,
        supports={"range", "probe", "predictions", "test"}, rows={"train": 16, "validation": 2, "test": 2}, classes=2,
    )
    print(run.active, run.mode, run.levers, run.seed, run.epochs, run.output_dir.name)
    for epoch in run.each_epoch():
        for batch in range(2):
            lr = run.learning_rate(run.levers["lr"] / (1 + epoch))
            run.report_step(1 / (run.step + 1), grad_norm=2.0, clipped=batch == 0, examples=run.levers["batch_size"])
        run.save_predictions([[1, 2], [0.5, -1]], labels=[1, 0], epoch=epoch + 1)
        run.report_evaluation({"val_loss": 0.25}, epoch=epoch + 1)
        run.save_predictions([[1, 2], [3, 4]], labels=[1, 0], split="test")
    print("end of script")
"""


def test_outside_a_study_it_has_its_own_defaults_and_reports_nothing(study):
    outcome = study.run(PLAIN)
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines()[0] == (
        "False train {'lr': 0.1, 'batch_size': 8, 'wd': 0.0, 'act': 'relu', 'nesterov': True, 'clip': None} 5 3 "
    )
    assert outcome.out.splitlines()[-1] == "end of script"
    assert outcome.events == []
    assert sorted(path.name for path in study.folder.iterdir()) == ["train.py"]


def test_describe_says_what_the_script_can_do_and_ends_it(study):
    outcome = study.run(PLAIN, study.request("describe"))
    assert outcome.code == 0, outcome.err
    assert outcome.out == ""
    assert outcome.kinds == ["hello", "end"]
    hello = outcome.events[0]
    assert hello["supports"] == {
        "levers": {"lr": 0.1, "batch_size": 8, "wd": 0.0, "act": "relu", "nesterov": True, "clip": None},
        "modes": ["train", "range", "probe"],
        "per_step_lr": True,
        "grad_norm": False,
        "predictions": True,
        "checkpoint": False,
        "test": True,
    }
    assert (hello["epochs"], hello["classes"], hello["device"]) == (3, 2, "cpu")
    assert hello["rows"] == {"train": 16, "validation": 2, "test": 2}


def test_a_study_sets_levers_with_the_types_of_their_defaults(study):
    levers = {"lr": 1, "batch_size": 32.0, "act": "gelu", "nesterov": False, "clip": 0.5}
    outcome = study.run(PLAIN, study.request(levers=levers))
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines()[0] == (
        "True train {'lr': 1.0, 'batch_size': 32, 'wd': 0.0, 'act': 'gelu', 'nesterov': False, 'clip': 0.5} 17 2 out"
    )


def test_training_reports_steps_evaluations_predictions_and_the_end(study):
    outcome = study.run(PLAIN, study.request(levers={"lr": 0.2}))
    assert outcome.kinds == [
        *["hello", "step", "step", "predictions", "evaluation"],
        *["step", "step", "predictions", "evaluation", "end"],
    ]
    assert outcome.of("step") == [
        {"type": "step", "step": 1, "loss": 1.0, "grad_norm": 2.0, "learning_rate": 0.2, "clipped": True},
        {"type": "step", "step": 2, "loss": 0.5, "grad_norm": 2.0, "learning_rate": 0.2, "clipped": False},
        {"type": "step", "step": 3, "loss": 1 / 3, "grad_norm": 2.0, "learning_rate": 0.1, "clipped": True},
        {"type": "step", "step": 4, "loss": 0.25, "grad_norm": 2.0, "learning_rate": 0.1, "clipped": False},
    ]
    assert outcome.of("predictions")[1] == {
        "type": "predictions",
        "split": "validation",
        "step": 4,
        "epoch": 2,
        "file": "predictions-validation-4.npy",
        "kind": "logits",
        "labels": "labels-validation.npy",
    }
    assert outcome.events[-1] == {"type": "end", "status": "complete"}
    assert sorted(path.name for path in outcome.folder.iterdir()) == [
        *["labels-validation.npy", "predictions-validation-2.npy", "predictions-validation-4.npy"]
    ]


def test_test_data_are_reported_only_when_the_study_asks(study):
    outcome = study.run(PLAIN, study.request(test=True))
    assert [event["split"] for event in outcome.of("predictions")] == ["validation", "test"] * 2


def test_a_short_run_stops_early_and_keeps_its_schedule(study):
    outcome = study.run(PLAIN, study.request(epochs=10, stop_after=1))
    assert outcome.out.splitlines()[0].endswith("17 10 out")
    assert len(outcome.of("step")) == 2
    assert outcome.events[-1]["status"] == "complete"


def test_a_range_test_sets_the_rate_of_every_step_and_ends_the_script(study):
    outcome = study.run(PLAIN, study.request("range", range={"from": 1e-4, "to": 1, "steps": 9}))
    assert outcome.code == 0, outcome.err
    assert outcome.kinds == ["hello", *["step"] * 9, "end"]
    rates = [event["learning_rate"] for event in outcome.of("step")]
    assert rates == pytest.approx([10 ** (-4 + step / 2) for step in range(9)], rel=1e-12)
    assert "end of script" not in outcome.out


def test_a_range_test_stops_at_a_loss_that_is_not_finite(study):
    script = """
        import tunegate
        run = tunegate.run({"lr": 1.0}, supports={"range"})
        for epoch in run.each_epoch():
            rate = run.learning_rate(1.0)
            run.report_step(float("nan") if rate > 0.5 else rate)
    """
    outcome = study.run(script, study.request("range", range={"from": 0.1, "to": 1, "steps": 11}))
    losses = [event["loss"] for event in outcome.of("step")]
    assert losses[-1] is None
    assert len(losses) == 8
    assert outcome.events[-1] == {"type": "end", "status": "complete"}


def test_a_range_test_without_a_rate_is_an_error(study):
    script = """
        import tunegate
        run = tunegate.run({"lr": 1.0}, supports={"range"})
        run.report_step(1.0, learning_rate=0.1)
    """
    outcome = study.run(script, study.request("range", range={"from": 0.1, "to": 1, "steps": 11}))
    assert outcome.code == 1
    assert "nothing asked for it. Call watch(optimizer) or learning_rate(rate)" in outcome.err


def test_a_range_test_that_the_script_leaves_says_so(study):
    script = """
        import tunegate
        run = tunegate.run({"lr": 1.0}, supports={"range"})
        run.report_step(run.learning_rate(1.0))
    """
    outcome = study.run(script, study.request("range", range={"from": 0.1, "to": 1, "steps": 11}))
    assert outcome.events[-1]["status"] == "unsupported"
    assert outcome.events[-1]["reason"] == "The script stopped after 1 of 11 steps."


def test_a_probe_measures_speed_without_the_first_step(study):
    outcome = study.run(PLAIN, study.request("probe", probe={"steps": 5}))
    assert outcome.code == 0, outcome.err
    assert outcome.kinds == ["hello", *["step"] * 5, "throughput", "end"]
    assert outcome.of("throughput")[0]["examples"] == 4 * 8
    assert 0 < outcome.of("throughput")[0]["seconds"] < 10


def test_a_probe_of_one_step_measures_it(study):
    outcome = study.run(PLAIN, study.request("probe", probe={"steps": 1}))
    assert outcome.of("throughput")[0]["examples"] == 8


def test_a_run_that_diverges_ends_early(study):
    script = """
        import tunegate
        run = tunegate.run({"lr": 1.0})
        for step in range(100):
            run.report_step(1.0 if step < 3 else float("inf"))
        run.report_evaluation({"val_loss": float("nan")})
    """
    outcome = study.run(script, study.request())
    assert outcome.code == 0
    assert [event["loss"] for event in outcome.of("step")] == [1.0] * 3 + [None] * 10
    assert outcome.events[-1]["status"] == "diverged"


def test_a_last_loss_that_is_not_finite_is_a_run_that_diverged(study):
    script = """
        import tunegate
        run = tunegate.run({"lr": 1.0})
        run.report_step(float("nan"))
        run.report_evaluation({"val_loss": float("nan"), "val_acc": 0.1})
    """
    outcome = study.run(script, study.request())
    assert outcome.of("evaluation")[0]["metrics"] == {"val_loss": None, "val_acc": 0.1}
    assert outcome.events[-1]["status"] == "diverged"


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        ("raise MemoryError('no room')", "out-of-memory"),
        ("raise RuntimeError('CUDA out of memory. Tried to allocate 2 GiB')", "out-of-memory"),
        ("raise ValueError('a bug')", None),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", None),
        ("raise SystemExit(3)", None),
    ],
)
def test_a_failure_is_no_end_unless_memory_ran_out(study, failure, status):
    script = f"""
        import tunegate
        run = tunegate.run({{"lr": 1.0}})
        run.report_step(1.0)
        {failure}
    """
    outcome = study.run(script, study.request())
    assert outcome.code != 0
    assert [event["status"] for event in outcome.of("end")] == ([status] if status else [])


def test_a_script_that_reports_no_evaluation_has_no_end(study):
    outcome = study.run("import tunegate\nrun = tunegate.run({'lr': 1.0})\nrun.report_step(1.0)", study.request())
    assert outcome.kinds == ["hello", "step"]


def test_an_explicit_end_carries_the_digest_of_the_weights(study):
    script = """
        import tunegate
        run = tunegate.run({"lr": 1.0})
        run.report_evaluation({"val_loss": 1})
        run.end(weights_sha256=tunegate.weights_sha256([[0.5, 1.5], [2.0]]))
        run.report_step(1.0)
        run.report_evaluation({"val_loss": 2})
    """
    outcome = study.run(script, study.request())
    assert outcome.kinds == ["hello", "evaluation", "end"]
    assert len(outcome.events[-1]["weights_sha256"]) == 64


def test_levers_that_the_script_has_not_are_unsupported(study):
    outcome = study.run(PLAIN, study.request(levers={"lr": 0.1, "momentum": 0.9}))
    assert outcome.code == 1
    assert outcome.events[-1]["status"] == "unsupported"
    assert "The study sets 'momentum', but the script has only 'lr', 'batch_size'" in outcome.events[-1]["reason"]


def test_a_lever_of_another_type_is_unsupported(study):
    outcome = study.run(PLAIN, study.request(levers={"lr": "large"}))
    assert outcome.events[-1]["reason"].startswith("The study sets 'lr' to 'large', but the script's default is 0.1")


def test_argparse_namespaces_are_filled_in(study):
    script = """
        import argparse, pathlib, tunegate
        parser = argparse.ArgumentParser()
        parser.add_argument("--lr", type=float, default=0.1)
        parser.add_argument("--epochs", type=int, default=7)
        parser.add_argument("--seed", type=int, default=3)
        parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path("x.csv"))
        args = parser.parse_args()
        run = tunegate.run(args)
        print(args.lr, args.epochs, args.seed, args.data, run.levers)
    """
    assert study.run(script, None, "--lr=0.3").out == "0.3 7 3 x.csv {'lr': 0.3}\n"
    outcome = study.run(script, study.request(levers={"lr": 0.01}))
    assert outcome.out == "0.01 2 17 x.csv {'lr': 0.01}\n"
    assert outcome.events[0]["supports"]["levers"] == {"lr": 0.1}
    assert outcome.events[0]["epochs"] == 7


@pytest.mark.parametrize(
    ("request_text", "message"),
    [
        ("{", "run.json: TUNEGATE_RUN_FILE is not JSON: Expecting property name"),
        ("[]", "run.json: expected an object, found []."),
        ('{"protocol": 2}', "this package speaks protocol 1, the study speaks 2."),
        (
            '{"protocol": 1, "mode": "fly"}',
            'mode: expected one of describe, train, range, probe, found "fly".',
        ),
        ('{"protocol": 1, "mode": "train", "levers": {"lr": []}}', "levers.lr: expected a number, a text, true"),
        ('{"protocol": 1, "mode": "train", "levers": {}, "seeds": 3}', "seeds: expected an object, found 3."),
    ],
)
def test_bad_requests_name_the_place(study, request_text, message):
    outcome = study.run(PLAIN, request_text)
    assert outcome.code == 1
    assert message in outcome.err


def test_a_request_that_does_not_exist_is_an_error(study):
    outcome = study.run(PLAIN, study.request(), TUNEGATE_RUN_FILE="/nowhere/run.json")
    assert "/nowhere/run.json: TUNEGATE_RUN_FILE cannot be read: No such file or directory." in outcome.err


def test_other_ranks_and_worker_processes_report_nothing(study):
    outcome = study.run(PLAIN, study.request("range", range={"from": 0.1, "to": 1, "steps": 4}), RANK="1")
    assert (outcome.code, outcome.events) == (0, [])
    script = """
        import multiprocessing, os, tunegate
        run = tunegate.run({"lr": 1.0})
        def work(_):
            run.report_step(5.0)
            run.report_evaluation({"val_loss": 5.0})
        if __name__ == "__main__":
            run.report_step(1.0)
            for method in ("fork", "spawn"):
                with multiprocessing.get_context(method).Pool(2) as pool:
                    pool.map(work, range(4))
            if os.fork() == 0:
                raise SystemExit
            os.wait()
            run.report_evaluation({"val_loss": 2.0})
    """
    outcome = study.run(script, study.request())
    assert outcome.code == 0, outcome.err
    assert outcome.kinds == ["hello", "step", "evaluation", "end"]


def test_a_forked_copy_writes_no_files_of_the_run(study):
    script = """
        import os, tunegate
        run = tunegate.run({"lr": 1.0}, supports={"predictions", "checkpoint"})
        copy = os.fork() == 0
        run.report_step(1.0)
        if copy:
            run.save_predictions([[0.0, 1.0]], labels=[0], kind="probabilities")
            (run.output_dir / "copy").write_text("x")
            run.checkpoint("copy")
            print(sorted(os.listdir(run.output_dir)), flush=True)
            os._exit(0)
        os.wait()
        run.save_predictions([[0.0, 1.0]], labels=[1], kind="probabilities")
    """
    outcome = study.run(script, study.request())
    assert outcome.code == 0, outcome.err
    assert outcome.out == "['copy']\n"
    assert outcome.kinds == ["hello", "step", "predictions", "end"]


def test_a_second_begin_is_an_error_and_functions_of_the_module_use_the_first(study):
    script = """
        import tunegate
        run = tunegate.run({"lr": 1.0})
        tunegate.report_step(0.5, learning_rate=0.1)
        tunegate.report_evaluation({"val_loss": 0.5})
        tunegate.save_predictions([[0.0, 1.0]], labels=[1], kind="probabilities")
        print(tunegate.current() is run)
        try:
            tunegate.run({"lr": 2.0})
        except tunegate.TunegateError as error:
            print(error)
    """
    outcome = study.run(script, study.request())
    assert outcome.out == "True\ntunegate.run() was called before. Call it once; current() returns that run.\n"
    assert outcome.kinds == ["hello", "step", "evaluation", "predictions", "end"]


CHECKPOINTED = """
    import json, time, tunegate
    run = tunegate.run({"lr": 1.0}, supports={"checkpoint"})
    file = run.output_dir / "state" / "last.json"
    if run.resume:
        assert json.loads(run.resume.read_text()) == {"step": run.step}
    print("begins at", run.step, flush=True)
    while run.step < 30:
        time.sleep(0.02)
        run.report_step(1.0)
        if run.interrupted or run.step == 20:
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps({"step": run.step}))
            run.checkpoint(file)
    run.report_evaluation({"val_loss": 1.0})
"""


def test_a_script_that_is_stopped_writes_a_checkpoint_and_continues(study):
    process = study.start(CHECKPOINTED, study.request())
    assert process.stdout.readline() == "begins at 0\n"
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 75, err
    events = study.events()
    assert events[-1]["type"] == "checkpoint"
    assert events[-1]["path"] == "state/last.json"
    step = events[-1]["step"]
    outcome = study.run(CHECKPOINTED, study.request(resume="state/last.json"))
    assert outcome.out == f"begins at {step}\n"
    assert outcome.of("step")[0]["step"] == step + 1
    assert outcome.kinds[-2:] == ["evaluation", "end"]


def test_checkpoints_outside_the_folder_of_the_run_are_errors(study):
    script = """
        import tunegate
        run = tunegate.run({"lr": 1.0}, supports={"checkpoint"})
        for path in ("../train.py", "missing", "."):
            try:
                run.checkpoint(path)
            except tunegate.TunegateError as error:
                print(error)
    """
    outcome = study.run(script, study.request())
    assert [line.rsplit(", ", 1)[1] for line in outcome.out.splitlines()] == [
        *["found ../train.py.", "found missing.", "found .."]
    ]


def test_lines_wait_at_most_half_a_second(study):
    script = """
        import time, tunegate
        run = tunegate.run({"lr": 1.0})
        run.report_step(1.0)
        time.sleep(0.6)
        run.report_step(1.0)
        print("reported", flush=True)
        input()
    """
    process = study.start(script, study.request())
    process.stdout.readline()
    assert len(study.events()) == 3
    process.kill()
    process.communicate()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("report_evaluation({'a': 1}, split='dev')", "expected split train, validation or test, found 'dev'."),
        ("report_evaluation({})", "expected at least one metric, found none."),
        ("save_predictions([[1]], split='train')", "expected split validation or test, found 'train'."),
        ("save_predictions([[1]], kind='scores')", "expected kind logits, probabilities, values, found 'scores'."),
        ("save_predictions([1, 2])", "expected [rows, classes] for logits, found [2]."),
        ("save_predictions([[1, 2]], kind='values')", "expected [rows] or [rows, 1] for values, found [1, 2]."),
        ("save_predictions([[1, 2], [3]])", "the rows have different shapes: (1,), (2,)."),
        ("save_predictions([['a', 'b']])", "expected numbers"),
        ("save_predictions([[1, 2]], labels=[0, 1])", "validation labels: expected one for each of 1 rows, found [2]."),
        ("save_predictions([[1, 2]], labels=[0.5])", "expected class indices from 0, found 0.5 in row 0."),
        ("save_predictions([[1, 2]], labels=[-1])", "expected class indices from 0, found -1.0 in row 0."),
        ("watch(object())", "expected an optimizer of PyTorch, found object without param_groups."),
    ],
)
def test_wrong_calls_say_what_was_expected(study, call, message):
    script = f"import tunegate\nrun = tunegate.run({{'lr': 1.0}})\nrun.{call}"
    outcome = study.run(script, study.request())
    assert outcome.code == 1
    assert message in outcome.err


def test_labels_that_move_are_an_error(study):
    script = """
        import tunegate
        run = tunegate.run()
        run.save_predictions([[1, 2], [2, 1]], labels=[0, 1])
        run.save_predictions([[1, 2], [2, 1]], labels=[1, 0])
    """
    outcome = study.run(script, study.request())
    assert "validation labels: they differ from those of an earlier evaluation." in outcome.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("supports={'fly'}", "supports=: expected some of range, probe"),
        ("supports='range'", "supports=: expected some of range, probe"),
        ("epochs=0", "epochs=: expected at least 1, found 0."),
        ("rows={'dev': 3}", "rows=: expected numbers for train, validation and test, found {'dev': 3}."),
    ],
)
def test_wrong_arguments_are_errors_outside_a_study_too(study, arguments, message):
    assert message in study.run(f"import tunegate\ntunegate.run({{}}, {arguments})").err


def test_everything_in_the_log_is_ascii_json(study):
    script = """
        import tunegate
        run = tunegate.run({"lernrate\\u00fc\\n": 1.0})
        run.report_evaluation({"g\\u00fcte\\u2028": 1.0})
        run.end("complete", reason="x" * 9000)
    """
    outcome = study.run(script, study.request())
    assert outcome.code == 0, outcome.err
    assert json.dumps(outcome.events[1]).isascii()
    assert len(outcome.events[2]["reason"]) == 4000
