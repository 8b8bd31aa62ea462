"""One model checkpoint from its dataset to its announcement, in steps that are each done once."""

import contextlib
import dataclasses
import gc
import hashlib
import json
import platform
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from craft_trainer.adapter import Adapter
from craft_trainer.base_model import find_base_model, load_config, load_tokenizer
from craft_trainer.checkpoints import Checkpoints
from craft_trainer.dataset import DatasetReader
from craft_trainer.errors import TrainerError, Unavailable
from craft_trainer.examples import Texts, encode, texts
from craft_trainer.journal import Journal, replace_file, sync_folder
from craft_trainer.messages import CheckpointEvent, DatasetRecord, Serving
from craft_trainer.plan import ID_CHARACTERS, Work
from craft_trainer.repository import Repository, repository
from craft_trainer.say import say
from craft_trainer.settings import Settings, plain
from craft_trainer.triton import ModelServer

CHECKED_ANSWERS = 8
LEAST_EQUAL = 0.5
"""Share of the checked answers that must be those of the training. The served weights may be quantised, so that not all are."""
ANSWER_TOKENS = 50
"""Longest answer that is compared; else it is as long as the row's response."""


@dataclass(frozen=True)
class Services:
    """What a run works with."""

    datasets: DatasetReader
    checkpoints: Checkpoints
    server: ModelServer


class Run:
    """Its folder holds the journal and what the steps leave to each other."""

    def __init__(
        self, work: Work, settings: Settings, services: Services, open_journal: Callable[[Path], Journal] = Journal
    ) -> None:
        self._work, self._settings, self._services = work, settings, services
        self.adapter_name = _file_name(work.checkpoint_id)
        self.folder = Path(settings.work_folder) / "runs" / self.adapter_name
        self.folder.mkdir(parents=True, exist_ok=True)
        self._journal = open_journal(self.folder / "journal.jsonl")

    def is_finished(self) -> bool:
        return self._journal.facts("announced") is not None

    def go_on(self) -> None:
        """
        Does what is left to do.

        Raises Unavailable where a server does not answer, and TrainerError where the run can't succeed.
        """
        if self.is_finished():
            return
        if self._journal.facts("begun") is not None:
            self._require_same_settings()
        elif self._is_announced_elsewhere():
            return
        steps: list[tuple[str, Callable[[], dict[str, Any]]]] = [
            ("begun", self._begin),
            ("collected", self._collect),
            ("trained", self._train),
            ("exported", self._export),
            ("served", self._serve),
            ("answered", self._answer),
            ("announced", self._announce),
        ]
        for name, step in steps:
            if self._journal.facts(name) is None:
                self._journal.write(name, **step())

    # ------------------------------------------------------------------ steps

    def _is_announced_elsewhere(self) -> bool:
        time = self._services.checkpoints.announced().times.get(self._work.checkpoint_id)
        if time is None:
            return False
        say(f"{self._work.checkpoint_id} is announced already, at model time {time}")
        self._journal.write("announced", model_time=time)
        return True

    def _begin(self) -> dict[str, Any]:
        """Refuses what would fail behind hours of training."""
        work = self._work
        if not work.checkpoint_id or len(work.checkpoint_id) > ID_CHARACTERS:
            raise TrainerError(
                f"The checkpoint id {work.checkpoint_id!r} has not 1 to {ID_CHARACTERS} characters. Set checkpoint-id in the rule."
            )
        announced = self._services.checkpoints.announced()
        initial = announced.live.get(work.initial_id)
        if initial is None or initial.serving is None:
            raise TrainerError(
                f"The INITIAL checkpoint {work.initial_id} is not announced, or retired; {work.checkpoint_id} is not trained."
            )
        serving = initial.serving
        if serving.contract == "CONTRACT_CRAFT" and "adapter" not in self._services.server.inputs(serving):
            raise TrainerError(
                f"The model {serving.model_name} has no input adapter, so it can't serve {work.checkpoint_id} beside {work.initial_id}."
            )
        place = self._repository(serving)
        start = self._start(serving, place)
        place.check(work.rule.hyper_parameters.rank if start is None else start.rank)
        return {"serving": dataclasses.asdict(serving), "settings": self._fingerprint()}

    def _collect(self) -> dict[str, Any]:
        work = self._work
        say(f"Reading {' and '.join(work.dataset_ids)}")
        datasets = self._services.datasets.collect(work.dataset_ids, work.kind)
        rows = [row for dataset in datasets for row in dataset.rows()]
        replace_file(self.folder / "rows.jsonl", "".join(json.dumps(dataclasses.asdict(row)) + "\n" for row in rows).encode())
        say(f"Read {len(rows):,} rows of {sum(d.read for d in datasets):,} questions")
        return {
            "datasets": {d.id: d.read for d in datasets},
            "rows": len(rows),
            "refusals": sum(row.label == "LABEL_REFUSAL" for row in rows),
        }

    def _train(self) -> dict[str, Any]:
        from craft_trainer.training import Trainer  # PyTorch takes seconds to import, and hundreds of megabytes.

        work, hyper = self._work, self._work.rule.hyper_parameters
        base = find_base_model(self._settings.base_model)
        tokenizer = load_tokenizer(base)
        encoded = [encode(text, tokenizer) for text in self._texts(tokenizer.end)]
        kept = [row for row, example in enumerate(encoded) if len(example) <= hyper.max_tokens]
        examples = [encoded[row] for row in kept]
        left_out = len(encoded) - len(kept)
        if not examples:
            raise TrainerError(f"All {left_out} examples are longer than the {hyper.max_tokens} tokens of max-tokens. Raise it.")
        serving = self._serving()
        start = self._start(serving, self._repository(serving))
        trainer = Trainer(base, start, hyper, self._settings.compute, work.seed)
        say(
            f"Training {work.checkpoint_id} on {len(examples):,} examples in {trainer.precision}"
            + (f", from the adapter {serving.adapter_name}" if start else "")
            + (f"; {left_out:,} are longer than max-tokens and left out" if left_out else "")
        )
        state = trainer.train(examples, self.folder / "training.pt")
        checked = kept[:: -(-len(kept) // CHECKED_ANSWERS)]
        answers = []
        for row in checked:
            tokens = min(len(encoded[row].response), ANSWER_TOKENS)
            answers.append({"row": row, "tokens": tokens, "answer": trainer.answer(encoded[row], tokenizer, tokens)})
        adapter, precision = trainer.weights(), trainer.precision
        del trainer  # Its memory is the weights' and the optimiser's.
        gc.collect()
        part = self.folder / "adapter.part"
        shutil.rmtree(part, ignore_errors=True)
        adapter.save(part, str(base))
        shutil.rmtree(self.folder / "adapter", ignore_errors=True)
        part.rename(self.folder / "adapter")
        sync_folder(self.folder)
        cost = dataclasses.asdict(state.cost)
        cost["tokens_per_second"] = round(state.cost.computed_tokens / max(state.cost.seconds, 1e-9), 1)
        say(_cost_words(state.step, cost))
        steps = -(-len(examples) // hyper.batch)
        return {
            "examples": len(examples),
            "left_out": left_out,
            "steps": state.step,
            "losses": [round(sum(state.losses[i : i + steps]) / steps, 4) for i in range(0, state.step, steps)],
            "cost": cost,
            "lora": {"rank": adapter.rank, "alpha": adapter.alpha, "projections": list(adapter.projections)},
            "precision": precision,
            "threads": self._settings.compute.threads,
            "answers": answers,
        }

    def _export(self) -> dict[str, Any]:
        export = self.folder / "export"
        shutil.rmtree(export, ignore_errors=True)
        export.mkdir()
        self._repository(self._serving()).export(Adapter.load(self.folder / "adapter"), self.adapter_name, export)
        (self.folder / "training.pt").unlink(missing_ok=True)
        return {}

    def _serve(self) -> dict[str, Any]:
        serving = self._serving()
        repository = self._repository(serving)
        place = repository.place(self.folder / "export", self.adapter_name, self._report())
        say(f"Placed {place}; loading {serving.model_name} with it")
        try:
            self._services.server.load(serving)
        except TrainerError:
            # The server must have the model without it, and must be able to load it when it is started again.
            repository.remove(self.adapter_name)
            with contextlib.suppress(TrainerError, Unavailable):
                self._services.server.load(serving)
            raise
        return {"file": str(place)}

    def _answer(self) -> dict[str, Any]:
        work = self._work
        served = dataclasses.replace(self._serving(), adapter_name=self.adapter_name)
        prompts = self._texts(load_tokenizer(find_base_model(self._settings.base_model)).end)
        expected = self._facts("trained")["answers"]
        equal = sum(self._services.server.ask(served, prompts[e["row"]].prompt, e["tokens"]) == e["answer"] for e in expected)
        if equal < LEAST_EQUAL * len(expected):
            raise TrainerError(
                f"The served {work.checkpoint_id} gave only {equal} of {len(expected)} answers that it gave when it was trained, so it is not "
                "announced. Check that base-model holds the weights that Triton serves."
            )
        say(f"It answers: {equal} of {len(expected)} as when it was trained")
        return {"equal": equal, "of": len(expected)}

    def _announce(self) -> dict[str, Any]:
        work = self._work
        checkpoints = self._services.checkpoints
        announced = checkpoints.announced()
        if work.checkpoint_id not in announced.times and work.initial_id not in announced.live:
            raise TrainerError(
                f"The INITIAL checkpoint {work.initial_id} was retired meanwhile; {work.checkpoint_id} is not announced."
            )
        serving = dataclasses.replace(self._serving(), adapter_name=self.adapter_name)
        time = checkpoints.announce(CheckpointEvent(work.checkpoint_id, work.role, work.initial_id, serving))
        say(f"Announced {work.checkpoint_id} as {work.role.removeprefix('ROLE_')} of {work.initial_id}, model time {time}")
        return {"model_time": time}

    # ------------------------------------------------------------------ parts

    def _facts(self, step: str) -> dict[str, Any]:
        facts = self._journal.facts(step)
        assert facts is not None
        return facts

    def _serving(self) -> Serving:
        """Of the INITIAL checkpoint."""
        return Serving(**self._facts("begun")["serving"])

    def _repository(self, serving: Serving) -> Repository:
        return repository(self._settings.triton, serving, lambda: load_config(find_base_model(self._settings.base_model)))

    @staticmethod
    def _start(serving: Serving, place: Repository) -> Adapter | None:
        """The INITIAL checkpoint's own adapter, which training goes on from."""
        return place.read(serving.adapter_name) if serving.adapter_name else None

    def _texts(self, end: str) -> list[Texts]:
        lines = (self.folder / "rows.jsonl").read_bytes().splitlines()
        return [texts(DatasetRecord(**json.loads(line)), self._work.rule.hyper_parameters, end) for line in lines]

    def _fingerprint(self) -> dict[str, Any]:
        """What decides what the checkpoint becomes, as JSON gives it back."""
        work = self._work
        base = find_base_model(self._settings.base_model)
        return json.loads(
            json.dumps(
                {
                    "checkpoint": work.checkpoint_id,
                    "initial": work.initial_id,
                    "datasets": list(work.dataset_ids),
                    "seed": work.seed,
                    "base_model": base.name,
                    "hyper_parameters": plain(work.rule.hyper_parameters),
                }
            )
        )

    def _require_same_settings(self) -> None:
        begun = self._facts("begun").get("settings")
        now = self._fingerprint()
        if begun is not None and begun != now and not self.is_finished():
            changed = ", ".join(name.replace("_", "-") for name in now if begun.get(name) != now[name])
            raise TrainerError(
                f"{self._work.checkpoint_id} was begun with other settings than now ({changed}). Set them back, give the rule another "
                f"checkpoint-id, or delete {self.folder} to begin anew."
            )

    def _report(self) -> str:
        """What the adapter rests on."""
        begun, collected, trained = (self._facts(step) for step in ("begun", "collected", "trained"))
        packages = ("torch", "transformers", "peft", "gguf")
        return json.dumps(
            {
                "checkpoint": self._work.checkpoint_id,
                "role": self._work.role,
                **begun["settings"],
                "started_from_adapter": begun["serving"]["adapter_name"],
                "rows": collected["rows"],
                "refusals": collected["refusals"],
                **{name: trained[name] for name in ("examples", "left_out", "steps", "losses", "lora", "precision", "threads", "cost")},
                "versions": {"python": platform.python_version()} | {name: version(name) for name in packages},
            },
            indent=2,
            ensure_ascii=False,
        ) + "\n"  # fmt: skip


def _file_name(checkpoint_id: str) -> str:
    """The id, or what names it where it holds what a file's name or an adapter's should not."""
    plain_name = re.sub(r"[^A-Za-z0-9._-]", "-", checkpoint_id)
    if plain_name == checkpoint_id and not plain_name.startswith(".") and len(plain_name) <= 100:
        return plain_name
    return f"{plain_name.lstrip('.')[:90]}-{hashlib.sha256(checkpoint_id.encode()).hexdigest()[:8]}"


def _cost_words(steps: int, cost: dict[str, Any]) -> str:
    gpu = f", {cost['peak_gpu_memory'] / 1e9:.1f} GB of the GPU's" if cost["peak_gpu_memory"] else ""
    return (
        f"Trained {steps} steps in {cost['seconds']:.0f} s ({cost['processor_seconds']:.0f} s of processor time), "
        f"{cost['tokens_per_second']:,.0f} tokens/s computed of {cost['example_tokens'] / max(cost['seconds'], 1e-9):,.0f} tokens/s of examples, "
        f"{cost['peak_memory'] / 1e9:.1f} GB of memory at most{gpu}"
    )
