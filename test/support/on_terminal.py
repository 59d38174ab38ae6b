"""Runs a command on a terminal of its own. In: JSON on standard input. Out: JSON with all that it wrote and how it ended.

{"command": [..], "cwd": "..", "env": {..}, "columns": 80, "rows": 24,
 "acts": [{"after": "a regular expression", "signal": "SIGINT"} or {"after": "..", "columns": 40}
          or {"after": "..", "type": "an answer\\n"}]}
"""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

order = json.load(sys.stdin)
child, terminal = pty.fork()
if child == 0:
    os.chdir(order["cwd"])
    os.execvpe(order["command"][0], order["command"], {**os.environ, **order["env"]})


def resize(columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", order["rows"], columns, 0, 0))


resize(order["columns"])
pieces, acts, seen = [], list(order["acts"]), b""
deadline = time.monotonic() + 240
while time.monotonic() < deadline:
    if not select.select([terminal], [], [], 1)[0]:
        continue
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    if not data:
        break
    pieces.append({"at": time.monotonic(), "text": data.decode("utf-8", "replace")})
    seen += data
    if acts and re.search(acts[0]["after"].encode(), seen):
        act, seen = acts.pop(0), b""
        pieces.append({"at": time.monotonic(), "act": act})
        if "signal" in act:
            os.kill(child, getattr(signal, act["signal"]))
        elif "type" in act:
            os.write(terminal, act["type"].encode())
        else:
            resize(act["columns"])
else:
    os.kill(child, signal.SIGKILL)
_, status = os.waitpid(child, 0)
json.dump({"code": os.waitstatus_to_exitcode(status), "left": len(acts), "pieces": pieces}, sys.stdout)
