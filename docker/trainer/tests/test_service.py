"""From a manifest to an announcement, killed at each step of the way."""

import json
import os
import signal
import traceback
from pathlib import Path

import pytest
import torch
from stand_ins import FileLog, FileServer
from topics import announce, manifest, retire, row

from craft_trainer import run as run_module
from craft_trainer.errors import TrainerError, Unavailable
from craft_trainer.journal import Journal
from craft_trainer.messages import Codec
from craft_trainer.repository import CraftRepository
from craft_trainer.service import Service
from craft_trainer.settings import Compute, HyperParameters, Rule, Settings, Triton
from craft_trainer.training import Trainer

HYPER = HyperParameters(rank=2, epochs=2, batch=4, learning_rate=0.01, save_every=2, projections=("q_proj", "v_proj"))
ROWS = 10
STEPS = 2 * 3
JOURNALED = ("begun", "collected", "trained", "exported", "served", "answered", "announced")
REHEARSAL = (Rule(kind="REHEARSAL", tasks=("OPEN_ENDED",), hyper_parameters=HYPER),)
ID = "base-rehearsal-open-ended-1-s1"


class World:
    """Kafka, Triton and the trainer's folders, all below one folder."""

    def __init__(self, folder: Path, tiny: Path, rules=REHEARSAL) -> None:
        torch.set_num_threads(1)
        self.folder = folder
        (folder / "models" / "tiny" / "1").mkdir(parents=True)
        self.settings = Settings(
            base_model=str(tiny),
            work_folder=str(folder / "work"),
            triton=Triton(repository=str(folder / "models")),
            train=rules,
            compute=Compute(device="CPU", precision="FP32"),
        )
        self.log = FileLog(folder / "log")
        self.server = FileServer(self.settings.triton, tiny, folder / "loads")

    def rehearsal_set(self) -> None:
        announce(self.log, "base")
        for i in range(ROWS):
            row(self.log, "rehearsal-open-ended-1", f"q{i}")
        manifest(self.log, "rehearsal-open-ended-1", questions=ROWS)

    def service(self, **more) -> Service:
        return Service(self.settings, self.log, self.server, sleep=lambda seconds: None, **more)

    def announcements(self) -> list:
        events = [Codec("JSON").checkpoint_event(record) for record in self.log.records("model-checkpoints")]
        return [event for event in events if event.role in ("ROLE_REHEARSAL", "ROLE_TUNED")]

    @property
    def adapter(self) -> Path:
        return self.folder / "models" / "tiny" / "1" / "adapters" / f"{ID}.gguf"

    def journal(self, checkpoint_id: str = ID) -> list[dict]:
        file = self.folder / "work" / "runs" / checkpoint_id / "journal.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.fixture
def world(tmp_path, tiny) -> World:
    return World(tmp_path, tiny)


def test_given_a_rehearsal_set_when_served_then_its_checkpoint_is_trained_served_and_announced(world):
    world.rehearsal_set()
    assert world.service().serve(once=True) == 0
    (event,) = world.announcements()
    assert (event.checkpoint_id, event.role, event.base_id) == (ID, "ROLE_REHEARSAL", "base")
    assert (event.serving.model_name, event.serving.adapter_name, event.serving.contract) == ("tiny", ID, "CONTRACT_CRAFT")
    assert [entry["step"] for entry in world.journal()] == list(JOURNALED)
    report = json.loads(world.adapter.with_suffix(".json").read_text())
    assert report["rows"] == ROWS and report["steps"] == STEPS and report["cost"]["computed_tokens"] > 0
    assert report["losses"][1] < report["losses"][0]


def test_given_all_is_done_when_served_again_then_nothing_happens(world):
    world.rehearsal_set()
    world.service().serve(once=True)
    before, loads = world.adapter.stat().st_mtime_ns, world.server.loads
    assert world.service().serve(once=True) == 0
    assert len(world.announcements()) == 1 and world.server.loads == loads and world.adapter.stat().st_mtime_ns == before


def test_given_a_lost_work_folder_when_served_again_then_what_is_announced_is_left_alone(world, monkeypatch):
    world.rehearsal_set()
    world.service().serve(once=True)
    (world.folder / "work").rename(world.folder / "lost")
    monkeypatch.setattr(Trainer, "train", lambda *args: pytest.fail("it was trained twice"))
    assert world.service().serve(once=True) == 0
    assert len(world.announcements()) == 1


# ---------------------------------------------------------------------- kills


class DyingJournal(Journal):
    """Kills the process around the writing of a step."""

    def __init__(self, file: Path, when: str, at: str) -> None:
        super().__init__(file)
        self._path, self._when, self._at = file, when, at

    def write(self, step: str, **facts):
        if step == self._at and self._when == "before":
            die()
        if step == self._at and self._when == "amid":
            with self._path.open("ab") as out:
                out.write(b'{"step": "' + step.encode())
            die()
        entry = super().write(step, **facts)
        if step == self._at and self._when == "after":
            die()
        return entry


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(owner: type, name: str, monkeypatch, times: int = 1, before: bool = False) -> None:
    """Kills the process when a method is called for the n-th time, behind what it does or before."""
    original, calls = getattr(owner, name), []

    def dying(*args, **kwargs):
        calls.append(1)
        if before and len(calls) == times:
            die()
        result = original(*args, **kwargs)
        if len(calls) == times:
            die()
        return result

    monkeypatch.setattr(owner, name, dying)


def run_in_a_process(world: World, prepare=lambda: None, **more) -> int:
    """A fork, since importing PyTorch takes seconds. Returns its status, negative for the signal that killed it."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            prepare()
            status = world.service(**more).serve(once=True)
        except BaseException:  # noqa: BLE001 - what goes wrong in the fork must not go on as the test run.
            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def count_steps(world: World, monkeypatch) -> Path:
    """Each step of the optimiser leaves a line, whoever makes it."""
    steps, original = world.folder / "steps", Trainer._step

    def counted(self, *args):
        loss = original(self, *args)
        with steps.open("a") as out:
            out.write("step\n")
        return loss

    monkeypatch.setattr(Trainer, "_step", counted)
    return steps


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, tiny) -> bytes:
    world = World(tmp_path_factory.mktemp("undisturbed"), tiny)
    world.rehearsal_set()
    world.service().serve(once=True)
    return world.adapter.read_bytes()


@pytest.mark.parametrize("at", JOURNALED)
@pytest.mark.parametrize("when", ["before", "amid", "after"])
def test_given_a_kill_around_a_step_when_started_again_then_nothing_is_done_twice(world, monkeypatch, undisturbed, at, when):
    world.rehearsal_set()
    steps = count_steps(world, monkeypatch)
    assert run_in_a_process(world, open_journal=lambda file: DyingJournal(file, when, at)) == -signal.SIGKILL
    assert run_in_a_process(world) == 0
    assert [entry["step"] for entry in world.journal()] == list(JOURNALED)
    assert len(world.announcements()) == 1
    assert len(steps.read_text().splitlines()) == STEPS, "no step of the training is made twice"
    assert world.adapter.read_bytes() == undisturbed


@pytest.mark.parametrize(
    ("owner", "name", "times", "before", "repeated"),
    [
        (Trainer, "_step", 1, True, 0),
        (Trainer, "_step", 4, True, 1),  # The training checkpoint is that of step 2.
        (Trainer, "_step", 4, False, 2),
        (Trainer, "_save", 1, True, 2),
        (Trainer, "_save", 2, False, 0),
        (Trainer, "answer", 2, False, 0),
        (CraftRepository, "export", 1, False, 0),
        (CraftRepository, "place", 1, False, 0),
        (FileServer, "load", 1, False, 0),
        (FileServer, "ask", 3, False, 0),
        (FileLog, "append", 1, True, 0),
        (FileLog, "append", 1, False, 0),
    ],
)
def test_given_a_kill_amid_a_step_when_started_again_then_nothing_is_announced_twice(
    world, monkeypatch, undisturbed, owner, name, times, before, repeated
):
    world.rehearsal_set()
    steps = count_steps(world, monkeypatch)
    assert run_in_a_process(world, lambda: after(owner, name, monkeypatch, times, before)) == -signal.SIGKILL
    assert run_in_a_process(world) == 0
    assert len(world.announcements()) == 1
    assert len(steps.read_text().splitlines()) == STEPS + repeated
    assert world.adapter.read_bytes() == undisturbed


# ---------------------------------------------------------------------- failures


def served(world: World, capsys) -> tuple[int, str]:
    status = world.service().serve(once=True)
    return status, capsys.readouterr().out


def test_given_a_server_that_is_away_when_served_then_it_tries_again(world, monkeypatch, capsys):
    world.rehearsal_set()
    load, tries = FileServer.load, []

    def away_twice(self, serving):
        tries.append(1)
        if len(tries) < 3:
            raise Unavailable("Triton is away")
        load(self, serving)

    monkeypatch.setattr(FileServer, "load", away_twice)
    status, said = served(world, capsys)
    assert status == 0 and len(tries) == 3 and said.count("Triton is away; trying again") == 1
    assert len(world.announcements()) == 1


def test_given_a_server_that_can_not_load_it_when_served_then_the_adapter_is_taken_back(world, capsys):
    world.rehearsal_set()
    world.server._refuses = "it fits no model."
    status, said = served(world, capsys)
    assert status == 1 and f"FAILED {ID}: it fits no model." in said
    assert not world.adapter.exists() and not world.announcements()
    world.server._refuses = ""
    assert served(world, capsys)[0] == 0 and world.adapter.exists() and len(world.announcements()) == 1


def test_given_other_answers_than_when_it_was_trained_when_served_then_it_is_not_announced(world, capsys, monkeypatch):
    world.rehearsal_set()
    monkeypatch.setattr(FileServer, "ask", lambda *args: "nothing of the kind")
    status, said = served(world, capsys)
    assert status == 1 and "gave only 0 of 5 answers" in said and not world.announcements()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda world: retire(world.log, "base"), "base is not announced, or retired"),
        (lambda world: announce(world.log, "base", model_name="other"), "There is no folder"),
        (lambda world: announce(world.log, "base", model_version="9"), "for version 9 of the model tiny"),
        (lambda world: announce(world.log, "base", adapter_name="mine"), "is no adapter in llama.cpp's form"),
        (lambda world: announce(world.log, "base", contract="CONTRACT_VLLM"), "vLLM's settings, can't be read"),
        (lambda world: setattr(world.server, "inputs", lambda serving: {"prompt"}), "has no input adapter"),
    ],
)
def test_given_what_would_fail_later_when_served_then_it_fails_before_training(world, capsys, change, sentence, monkeypatch):
    world.rehearsal_set()
    change(world)
    monkeypatch.setattr(Trainer, "train", lambda *args: pytest.fail("it was trained in vain"))
    status, said = served(world, capsys)
    assert status == 1 and sentence in said


def test_given_the_initial_checkpoint_goes_meanwhile_when_served_then_it_is_not_announced(world, capsys, monkeypatch):
    world.rehearsal_set()
    monkeypatch.setattr(run_module.Run, "_answer", lambda run: retire(world.log, "base") or {})
    status, said = served(world, capsys)
    assert status == 1 and "was retired meanwhile" in said and not world.announcements()


def test_given_other_settings_when_a_run_goes_on_then_it_says_which(world, capsys, monkeypatch):
    world.rehearsal_set()
    monkeypatch.setattr(Trainer, "train", lambda *args: (_ for _ in ()).throw(TrainerError("broken.")))
    assert served(world, capsys)[0] == 1
    other = Rule(kind="REHEARSAL", tasks=("OPEN_ENDED",), hyper_parameters=HyperParameters(rank=4))
    world.settings = Settings(**{**world.settings.__dict__, "train": (other,)})
    status, said = served(world, capsys)
    assert status == 1 and "begun with other settings than now (hyper-parameters)" in said


def test_given_examples_that_are_all_too_long_when_served_then_it_says_so(world, capsys):
    short = Rule(kind="REHEARSAL", tasks=("OPEN_ENDED",), hyper_parameters=HyperParameters(max_tokens=5))
    world.settings = Settings(**{**world.settings.__dict__, "train": (short,)})
    world.rehearsal_set()
    assert "All 10 examples are longer than the 5 tokens" in served(world, capsys)[1]


def test_given_two_trainers_with_one_work_folder_when_started_then_the_second_says_so(world):
    with world.service()._locked(), pytest.raises(TrainerError, match="Another trainer works in"):
        world.service().serve(once=True)


# ---------------------------------------------------------------------- more than one


def test_given_a_second_turn_when_served_then_training_goes_on_from_the_first_adapter(world, tiny):
    both = (
        *REHEARSAL,
        Rule(strategy="CRAFT", tasks=("OPEN_ENDED",), seeds=(1, 2), hyper_parameters=HYPER, checkpoint_id="{dataset}-{seed}"),
    )
    world.settings = Settings(**{**world.settings.__dict__, "train": both})
    world.rehearsal_set()
    for i in range(ROWS):
        row(world.log, "craft-open-ended-2", f"q{i}", topic="datasets")
    manifest(world.log, "craft-open-ended-2", kind="TRAINING", questions=ROWS, model_time="2")
    assert world.service().serve(once=True) == 0
    assert [e.checkpoint_id for e in world.announcements()] == [ID, "craft-open-ended-2-1", "craft-open-ended-2-2"]
    first, second = (world.adapter.with_name(f"craft-open-ended-2-{seed}.gguf").read_bytes() for seed in (1, 2))
    assert first != second, "another seed, another adapter"

    announce(world.log, "next", adapter_name="craft-open-ended-2-1")
    for i in range(ROWS):
        row(world.log, "craft-open-ended-5", f"q{i}", topic="datasets")
    manifest(world.log, "craft-open-ended-5", kind="TRAINING", questions=ROWS, model_time="5", initial_checkpoint_id="next")
    assert world.service().serve(once=True) == 0
    trained = {e.checkpoint_id: e for e in world.announcements()}
    assert trained["craft-open-ended-5-1"].base_id == "next"
    losses = [next(e for e in world.journal(f"craft-open-ended-{n}-1") if e["step"] == "trained")["losses"] for n in (2, 5)]
    assert losses[1][0] < losses[0][0], "it begins where the first one ended"


def test_given_an_id_that_is_no_name_of_a_file_when_served_then_the_adapter_gets_one(world):
    rule = Rule(kind="REHEARSAL", tasks=("OPEN_ENDED",), hyper_parameters=HYPER, checkpoint_id="a/b é")
    world.settings = Settings(**{**world.settings.__dict__, "train": (rule,)})
    world.rehearsal_set()
    world.service().serve(once=True)
    (event,) = world.announcements()
    assert event.checkpoint_id == "a/b é" and event.serving.adapter_name.startswith("a-b---")
    assert (world.adapter.parent / f"{event.serving.adapter_name}.gguf").exists()
