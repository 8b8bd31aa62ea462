"""Tests of the order in which requests reach llama.cpp: `python -m unittest discover docker/triton/tests`. Needs nothing else."""

import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from craft_serving.slots import Cancelled, Slots  # noqa: E402

SECONDS = 30


class Request:
    """A request on a thread of its own, which holds its slot until it is answered."""

    def __init__(self, slots: Slots, adapter: str, prompt: str = "a prompt", samples: int = 1) -> None:
        self.slot: int | None = None
        self.error: Exception | None = None
        self.cancelled = False
        self._started, self._answered = threading.Event(), threading.Event()
        self._lease = slots.lease(adapter, prompt, samples, lambda: self.cancelled)
        waiting = len(slots._waiting)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + SECONDS
        while not self._started.is_set() and len(slots._waiting) == waiting and time.monotonic() < deadline:
            time.sleep(0.001)

    def _run(self) -> None:
        try:
            with self._lease as self.slot:
                self._started.set()
                self._answered.wait(SECONDS)
        except Exception as error:
            self.error = error

    def started(self) -> "Request":
        assert self._started.wait(SECONDS), "the request did not get its turn"
        return self

    def waits(self) -> bool:
        return not self._started.is_set()

    def answer(self) -> None:
        self._answered.set()
        self._thread.join(SECONDS)


class SlotsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.slots = Slots(samples=10, prompts=3)

    def ask(self, adapter: str = "", prompt: str = "a prompt", samples: int = 1) -> Request:
        request = Request(self.slots, adapter, prompt, samples)
        self.addCleanup(request.answer)
        return request

    def test_as_many_run_as_there_are_slots_for_prompts_and_samples(self) -> None:
        first, second = self.ask(samples=4).started(), self.ask(samples=6).started()
        third = self.ask()
        self.assertTrue(third.waits(), "10 samples are generated")
        first.answer()
        fourth = self.ask()
        self.assertEqual({request.started().slot for request in (second, third, fourth)}, {10, 11, 12})
        fifth = self.ask()
        self.assertTrue(fifth.waits(), "3 prompts are computed")
        second.answer()
        fifth.started()

    def test_a_request_of_many_samples_is_not_overtaken_by_small_ones(self) -> None:
        first = self.ask(samples=5).started()
        large, small = self.ask(samples=10), self.ask(samples=1)
        self.assertTrue(large.waits() and small.waits())
        first.answer()
        large.started()
        self.assertTrue(small.waits())
        large.answer()
        small.started()

    def test_requests_of_one_adapter_run_at_a_time(self) -> None:
        base = self.ask().started()
        adapted = self.ask("rehearsal")
        more = self.ask().started()
        self.assertTrue(adapted.waits(), "it is the base model's turn")
        base.answer()
        self.assertTrue(adapted.waits())
        more.answer()
        adapted.started()

    def test_a_turn_ends_while_others_wait(self) -> None:
        self.slots = Slots(samples=10, prompts=3, turn_seconds=0)
        base = self.ask().started()
        more = self.ask().started()
        adapted, late = self.ask("rehearsal"), self.ask()
        base.answer()
        self.assertTrue(late.waits() and adapted.waits(), "the turn is over, and not all of it is answered")
        more.answer()
        adapted.started()
        self.assertTrue(late.waits())
        adapted.answer()
        late.started()

    def test_a_prompt_finds_the_slot_that_knows_its_beginning_under_the_same_adapter(self) -> None:
        shots = "some examples that all prompts of a kind begin with: "
        asked = [("", f"{shots}one"), ("rehearsal", f"{shots}one"), ("", "a prompt of another kind")]
        slots = []
        for adapter, prompt in asked:
            request = self.ask(adapter, prompt).started()
            slots.append(request.slot)
            request.answer()
        self.assertEqual(len(set(slots)), 3, "none of them could begin where another ended")
        for (adapter, prompt), slot in zip(asked, slots, strict=True):
            request = self.ask(adapter, f"{prompt}, once more").started()
            self.assertEqual(request.slot, slot)
            request.answer()

    def test_a_prompt_that_no_slot_knows_takes_the_one_that_was_not_used_for_longest(self) -> None:
        slots = []
        for prompt in ["first", "second", "third", "fourth"]:
            request = self.ask(prompt=prompt).started()
            slots.append(request.slot)
            request.answer()
        self.assertEqual(slots[3], slots[0])

    def test_a_request_that_is_cancelled_while_it_waits_leaves_its_place_to_the_next(self) -> None:
        first = self.ask(samples=5).started()
        large, small = self.ask(samples=10), self.ask(samples=1)
        large.cancelled = True
        small.started()
        large.answer()
        self.assertIsInstance(large.error, Cancelled)
        first.answer()


if __name__ == "__main__":
    unittest.main()
