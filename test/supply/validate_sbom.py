"""Reads a CycloneDX document from stdin, and says what its schema finds wrong with it, or `valid`."""
import json
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

text = sys.stdin.read()
problem = JsonStrictValidator(SchemaVersion.from_version(json.loads(text)["specVersion"])).validate_str(text)
print(problem or "valid")
