"""Which requests llama.cpp computes at a time, and in which of its slots each finds its prompt's beginning."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os.path import commonprefix

TURN_SECONDS = 5.0
"""How long an adapter's requests may keep coming while others wait. A turn ends when the last of them is answered."""
CANCEL_CHECK_SECONDS = 0.5


class Cancelled(Exception):
    """The client no longer waits for the answer."""


@dataclass
class _Slot:
    id: int
    adapter: str = ""
    prompt: str = ""
    used: int = 0
    busy: bool = False

    def knows(self, adapter: str, prompt: str) -> int:
        """How many characters of the prompt need not be computed; 0 if it is less than half."""
        known = len(commonprefix((self.prompt, prompt))) if self.adapter == adapter else 0
        return known if known >= len(prompt) / 2 else 0


@dataclass(eq=False)
class _Ticket:
    adapter: str
    samples: int


class Slots:
    """Lets requests to llama.cpp, first come, first served, and those of one adapter at a time. Thread-safe.

    Left to itself, llama.cpp lets a request of many samples wait for as long as smaller ones come. It computes those of
    different adapters in separate batches anyway, whichever has the lowest slot first, so that one adapter's could wait for
    as long as the other's come. And it looks for a known prompt in any slot, whatever adapter it was computed with.

    A request's prompt and first sample take the slot that it is given, above all samples' slots. Its other samples take the
    lowest free ones, so that what a slot has computed of a prompt stays until another request is given it.
    """

    def __init__(self, samples: int, prompts: int, turn_seconds: float = TURN_SECONDS) -> None:
        self._turn_seconds = turn_seconds
        self._slots = [_Slot(samples + i) for i in range(prompts)]
        self._free_samples = samples
        self._changed = threading.Condition()
        self._waiting: list[_Ticket] = []
        self._adapter = ""
        self._turn_began = 0.0
        self._leases = 0

    @contextmanager
    def lease(self, adapter: str, prompt: str, samples: int, is_cancelled: Callable[[], bool]) -> Iterator[int]:
        """Waits for the request's turn and yields its slot. Raises Cancelled if nobody waits for the answer any more."""
        slot = self._await(_Ticket(adapter, samples), prompt, is_cancelled)
        try:
            yield slot.id
        finally:
            with self._changed:
                slot.busy = False
                self._free_samples += samples
                self._changed.notify_all()

    def _await(self, ticket: _Ticket, prompt: str, is_cancelled: Callable[[], bool]) -> _Slot:
        with self._changed:
            self._waiting.append(ticket)
        try:
            while True:
                with self._changed:
                    if self._changed.wait_for(lambda: self._next() is ticket, CANCEL_CHECK_SECONDS):
                        return self._take(ticket, prompt)
                if is_cancelled():
                    raise Cancelled
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _next(self) -> _Ticket | None:
        """The request that may start now: the oldest one, or while another adapter has its turn, the oldest of that one."""
        if not any(slot.busy for slot in self._slots):
            return self._waiting[0]
        if time.monotonic() > self._turn_began + self._turn_seconds and any(t.adapter != self._adapter for t in self._waiting):
            return None
        ticket = next((t for t in self._waiting if t.adapter == self._adapter), None)
        fits = ticket is not None and ticket.samples <= self._free_samples and not all(slot.busy for slot in self._slots)
        return ticket if fits else None

    def _take(self, ticket: _Ticket, prompt: str) -> _Slot:
        if ticket.adapter != self._adapter or not any(slot.busy for slot in self._slots):
            self._adapter, self._turn_began = ticket.adapter, time.monotonic()
        free = [slot for slot in self._slots if not slot.busy]
        slot = max(free, key=lambda slot: (slot.knows(ticket.adapter, prompt), -slot.used))
        self._leases += 1
        slot.adapter, slot.prompt, slot.used, slot.busy = ticket.adapter, prompt, self._leases, True
        self._free_samples -= ticket.samples
        return slot
