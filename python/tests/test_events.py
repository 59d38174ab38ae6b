"""The file of events: lines of several threads, and steps whose values are read late."""

from __future__ import annotations

import json
import threading

import pytest

from tunegate._events import EventLog
from tunegate._steps import StepReports


@pytest.fixture
def log(tmp_path):
    return EventLog(tmp_path / "events.jsonl")


def written(tmp_path):
    return [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]


def test_no_line_of_any_thread_is_lost_while_others_write(tmp_path, log):
    def report(thread):
        for number in range(3000):
            log.add(f'{{"thread": {thread}, "number": {number}}}')
            if number % 50 == 0:
                log.flush()

    threads = [threading.Thread(target=report, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    for thread in range(4):
        assert sorted(line["number"] for line in written(tmp_path) if line["thread"] == thread) == list(range(3000))


class OnDevice:
    """A tensor on a GPU, as far as a report looks at it. Reading it before its line is written is an error."""

    is_cpu = False

    def __init__(self, value):
        self.value = value
        self.readable = False

    def detach(self):
        return self

    def clone(self):
        self.copy = OnDevice(self.value)
        return self.copy

    def item(self):
        assert self.readable
        return self.value


def test_a_loss_on_a_device_is_copied_at_once_and_read_when_its_line_is_written(tmp_path, log):
    steps = StepReports(log)
    loss, norm = OnDevice(0.5), OnDevice(float("inf"))
    steps.add(1, loss, 0.1, norm, True)
    loss.value = 9.0
    loss.copy.readable = norm.copy.readable = True
    log.flush()
    assert written(tmp_path) == [
        {"type": "step", "step": 1, "loss": 0.5, "grad_norm": None, "learning_rate": 0.1, "clipped": True}
    ]


def test_losses_that_are_not_finite_are_counted_when_they_are_read(tmp_path, log):
    steps = StepReports(log)
    for step, value in enumerate((1.0, float("nan"), float("inf"), float("-inf")), 1):
        steps.add(step, value, None, None, None)
        assert steps.not_finite == step - 1
    late = OnDevice(2.0)
    steps.add(5, late, None, None, False)
    assert steps.not_finite == 3
    late.copy.readable = True
    log.flush()
    assert steps.not_finite == 0
    assert [line["loss"] for line in written(tmp_path)] == [1.0, None, None, None, 2.0]
