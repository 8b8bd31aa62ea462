"""Asks a served model what it knows of a set of questions, and shows the knowledge flow from it to its adapters.

    python knowledge.py --adapters rehearsal --questions ../../../src/main/resources/demo/questions.jsonl
"""

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from craft_client import Craft  # noqa: E402

RESOURCES = Path(__file__).resolve().parents[3] / "src" / "main" / "resources"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Knowledge:
    """What a model knows of one question: its correctness in [0, 1] and its certainty."""

    question_id: str
    kind: str
    correctness: float
    certainty: float
    best_answer: str
    """Open-ended: the most frequent correct sample, empty if none. Multiple choice: the target letter."""
    target_probability: float
    """Multiple choice only: the target's probability over the whole vocabulary."""


class Prompts:
    """The few-shot prompts of the knowledge query."""

    def __init__(self, shots: Path) -> None:
        examples = json.loads(shots.read_text())
        self._open_ended = "".join(f"{self.ask(s['question'])} {s['answer']}\n\n" for s in examples["openEnded"])
        self._multiple_choice = "".join(
            f"{self.choose(s['question'], s['options'])} {s['target']}\n\n" for s in examples["multipleChoice"]
        )

    def open_ended(self, question: dict) -> str:
        return self._open_ended + self.ask(question["question"])

    def multiple_choice(self, question: dict) -> str:
        return self._multiple_choice + self.choose(question["question"], question["options"])

    @staticmethod
    def ask(question: str) -> str:
        return f"Answer the following question as simple as possible.\nQuestion: {question}\nAnswer:"

    @staticmethod
    def choose(question: str, options: list[str]) -> str:
        return "\n".join([question, *(f"{LETTERS[i]}. {option}" for i, option in enumerate(options)), "Answer:"])


def seeds(question_id: str, adapter: str, run: int, count: int) -> list[int]:
    """Seeds that differ between questions, adapters and runs, and never between repetitions."""
    digest = hashlib.sha256(f"{question_id}\0{adapter}\0{run}".encode()).digest()
    first = int.from_bytes(digest[:4], "big")
    return [first + k for k in range(count)]


def measure(craft: Craft, adapter: str, event: dict, prompts: Prompts, samples: int, stop: list[str], run: int) -> Knowledge:
    """One knowledge query."""
    name = event["questionId"]
    if "openEnded" in event:
        question = event["openEnded"]
        texts, vectors = craft.sample(prompts.open_ended(question), seeds(name, adapter, run, samples), stop, name=name)
        texts = [text.strip() for text in texts]
        correct = [text for text in texts if any(alias.lower() in text.lower() for alias in question["aliases"])]
        total = vectors.astype(np.float64).sum(axis=0)
        certainty = (total @ total - samples) / (samples * (samples - 1))
        best = Counter(correct).most_common(1)[0][0] if correct else ""
        return Knowledge(name, "openEnded", len(correct) / samples, float(certainty), best, 0.0)
    question = event["multipleChoice"]
    letters = LETTERS[: len(question["options"])]
    p = craft.choose(prompts.multiple_choice(question), letters, name).astype(np.float64)
    target = letters.index(question["target"])
    return Knowledge(name, "multipleChoice", p[target] / p.sum(), float(p @ np.log(p)), question["target"], p[target])


def measure_all(
    address: str, adapter: str, events: list[dict], prompts: Prompts, samples: int, stop: list[str], in_flight: int, run: int
) -> list[Knowledge]:
    """What the model knows of all questions, in their order, as it is where no adapter is named."""
    craft = Craft(address, "smollm2", adapter)
    with ThreadPoolExecutor(in_flight) as threads:
        return list(threads.map(lambda event: measure(craft, adapter, event, prompts, samples, stop, run), events))


def read_questions(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _describe(kind: str, known: list[Knowledge]) -> None:
    correctness = np.array([k.correctness for k in known])
    certainty = np.array([k.certainty for k in known])
    shares = np.histogram(correctness, bins=[0, 0.05, 0.35, 0.65, 0.95, 1.01])[0]
    print(f"  {kind}: correctness mean {correctness.mean():.3f}; 0: {shares[0]}, to 0.3: {shares[1]}, to 0.6: {shares[2]}, "
          f"to 0.9: {shares[3]}, 1: {shares[4]}; certainty {certainty.min():.2f} to {certainty.max():.2f}, "
          f"correlation {np.corrcoef(correctness, certainty)[0, 1]:.2f}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", default="localhost:8001")
    parser.add_argument("--adapters", nargs="*", default=[], help="what is known with each of these, too, and the flow to it")
    parser.add_argument("--questions", type=Path, default=RESOURCES / "demo" / "questions.jsonl")
    parser.add_argument("--shots", type=Path, default=RESOURCES / "prompts" / "shots.json")
    parser.add_argument("--kind", choices=["openEnded", "multipleChoice"], help="only these questions")
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--stop", nargs="*", default=["\n"])
    parser.add_argument("--in-flight", type=int, default=6)
    parser.add_argument("--run", type=int, default=0, help="another run draws other samples")
    parser.add_argument("--out", type=Path, help="writes one JSON line an adapter and question")
    args = parser.parse_args()

    events = [event for event in read_questions(args.questions) if args.kind is None or args.kind in event]
    prompts = Prompts(args.shots)
    measured: dict[str, list[Knowledge]] = {}
    for adapter in ["", *args.adapters]:
        start = time.monotonic()
        known = measure_all(args.address, adapter, events, prompts, args.samples, args.stop, args.in_flight, args.run)
        seconds = time.monotonic() - start
        measured[adapter] = known
        shown = f"adapter {adapter}" if adapter else "without an adapter"
        print(f"{shown}: {len(events)} questions in {seconds:.1f} s, {len(events) / seconds:.1f} a second")
        for kind in sorted({k.kind for k in known}):
            _describe(kind, [k for k in known if k.kind == kind])
    if args.out:
        lines = [{"adapter": adapter, **asdict(k)} for adapter, known in measured.items() for k in known]
        args.out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    for adapter in args.adapters:
        for kind in sorted({k.kind for k in measured[""]}):
            pairs = zip(measured[""], measured[adapter], strict=True)
            flow = np.array([b.correctness - a.correctness for a, b in pairs if a.kind == kind])
            up, down = (flow > 1e-9).mean(), (flow < -1e-9).mean()
            print(f"flow to {adapter}, {kind}: up {up:.0%}, down {down:.0%}, same {abs(1 - up - down):.0%}, mean {flow.mean():+.3f}")


if __name__ == "__main__":
    main()
