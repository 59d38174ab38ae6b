"""A study around a script: the request, the process, and its lines, checked against the schemas of the protocol."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

SCHEMAS = Path(__file__).parents[2] / "schema"


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((SCHEMAS / f"trainer-{name}.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


@dataclass
class Outcome:
    code: int
    out: str
    err: str
    events: list[dict[str, Any]]
    folder: Path

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    @property
    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]


@dataclass
class Study:
    folder: Path

    def request(self, mode: str = "train", **changes: Any) -> dict[str, Any]:
        request = {
            "protocol": 1,
            "id": "a1b2",
            "mode": mode,
            "seed": 17,
            "seeds": {"init": 1, "order": 2, "dropout": 3, "augmentation": 4},
            "levers": {},
            "output_dir": str(self.folder / "out"),
            "resume": None,
            **({"epochs": 2, "stop_after": None, "test": False} if mode == "train" else {}),
            **changes,
        }
        validator("request").validate(request)
        return request

    def environment(self, request: Any) -> dict[str, str]:
        (self.folder / "out").mkdir(exist_ok=True)
        text = request if isinstance(request, str) else json.dumps(request)
        (self.folder / "run.json").write_text(text, encoding="utf-8")
        return {
            **os.environ,
            "TUNEGATE_RUN_FILE": str(self.folder / "run.json"),
            "TUNEGATE_EVENTS": str(self.folder / "events.jsonl"),
            "TUNEGATE_OUTPUT_DIR": str(self.folder / "out"),
        }

    def start(self, script: str, request: Any = None, *arguments: str, **env: str) -> subprocess.Popen[str]:
        file = self.folder / "train.py"
        file.write_text(textwrap.dedent(script), encoding="utf-8")
        return subprocess.Popen(
            [sys.executable, str(file), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env={**(self.environment(request) if request is not None else os.environ), **env},
        )

    def run(self, script: str, request: Any = None, *arguments: str, **env: str) -> Outcome:
        process = self.start(script, request, *arguments, **env)
        out, err = process.communicate(timeout=300)
        return Outcome(process.returncode, out, err, self.events(), self.folder / "out")

    def events(self) -> list[dict[str, Any]]:
        file = self.folder / "events.jsonl"
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        assert text == "" or text.endswith("\n")
        events = [json.loads(line) for line in text.splitlines()]
        valid = validator("event")
        for event in events:
            valid.validate(event)
        if file.exists():
            file.unlink()
        return events


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)
