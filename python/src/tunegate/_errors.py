"""The error that users of the package see."""

from __future__ import annotations


class TunegateError(RuntimeError):
    """A call or a request that cannot be served. The message says what was found and what to do."""


class Finished(SystemExit):
    """Ends the script with exit code 0 because everything that was asked for is reported.

    ``report_step`` raises it after the last step of a range test or a probe, and ``run`` raises it when the
    script was only asked to describe itself. ``finally`` blocks run as usual. Do not catch it.
    """

    def __init__(self) -> None:
        super().__init__(0)
