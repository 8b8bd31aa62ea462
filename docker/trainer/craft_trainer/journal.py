"""Which steps of a run are done. A step is done when its line is on the disk, so that a killed trainer repeats one at most."""

import json
import os
import time
from pathlib import Path
from typing import Any


class Journal:
    """A file of one JSON object a line. A line that a kill broke off is as good as not there."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._steps: dict[str, dict[str, Any]] = {}
        if not file.exists():
            return
        content = file.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            with file.open("r+b") as out:
                out.truncate(len(whole))
                os.fsync(out.fileno())
        for line in whole.splitlines():
            entry = json.loads(line)
            self._steps[entry["step"]] = entry

    def facts(self, step: str) -> dict[str, Any] | None:
        """What was written down of a step; None where it is not done."""
        return self._steps.get(step)

    def write(self, step: str, **facts: Any) -> dict[str, Any]:
        """Writes a step down for good."""
        entry = {"step": step, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **facts}
        with self._file.open("ab") as out:
            out.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        sync_folder(self._file.parent)
        self._steps[step] = entry
        return entry


def sync_folder(folder: Path) -> None:
    """Makes new names and renamings in a folder outlast a power failure."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(file: Path, content: bytes) -> None:
    """Writes a whole file, or nothing of it."""
    part = file.with_name(f".{file.name}.part")
    with part.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
    sync_folder(file.parent)
