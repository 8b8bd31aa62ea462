"""The command line."""

import subprocess
import sys
from pathlib import Path

TRAINER = Path(__file__).resolve().parents[1]


def test_run_ends_when_its_standard_input_ends(tmp_path):
    # No broker is there, for which it would wait for ever.
    command = [sys.executable, "-m", "craft_trainer", "run", "--end-with-stdin"]
    options = ["-D", "kafka.bootstrap-servers=127.0.0.1:1", "-D", f"work-folder={tmp_path}"]
    process = subprocess.Popen([*command, *options], cwd=TRAINER, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        process.stdin.close()
        assert process.wait(60) == 1
    finally:
        process.kill()
