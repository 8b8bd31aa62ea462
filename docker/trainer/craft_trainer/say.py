"""What the trainer says to whoever watches it: a line for what happens, a bar or a line now and then for what takes long."""

import sys
import time
from collections.abc import Callable

_BAR = 24


def say(text: str) -> None:
    """One line, with the time of day."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


class Patience:
    """Says the same thing again once a minute at most."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: dict[str, float] = {}

    def say(self, text: str) -> None:
        now = self._clock()
        if now - self._said.get(text, float("-inf")) >= 60:
            self._said[text] = now
            say(text)


class Progress:
    """How far something is: a bar that is drawn over on a terminal, elsewhere a line every ten seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._terminal = sys.stdout.isatty()
        self._every = 0.2 if self._terminal else 10.0
        self._shown = float("-inf")

    def show(self, done: int, of: int, text: str) -> None:
        """The last one is always shown."""
        now = self._clock()
        if done < of and now - self._shown < self._every:
            return
        self._shown = now
        filled = _BAR * done // max(1, of)
        line = f"[{'#' * filled}{'.' * (_BAR - filled)}] {done} of {of}, {text}"
        if self._terminal:
            print(f"\r\033[K{line}", end="\n" if done >= of else "", flush=True)
        else:
            say(line)
