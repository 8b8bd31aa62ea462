"""Which model checkpoints are to be trained, by the manifests that there are and the rules."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from craft_trainer.dataset import REHEARSAL, TRAINING
from craft_trainer.messages import Manifest
from craft_trainer.settings import Rule

_KINDS = {"REHEARSAL": REHEARSAL, "TRAINING": TRAINING}
_ROLES = {"REHEARSAL": "ROLE_REHEARSAL", "TRAINING": "ROLE_TUNED"}
ID_CHARACTERS = 256


@dataclass(frozen=True)
class Work:
    """One model checkpoint to train."""

    checkpoint_id: str
    role: str
    rule: Rule
    seed: int
    initial_id: str
    kind: str
    dataset_ids: tuple[str, ...]
    model_time: int


@dataclass(frozen=True)
class Plan:
    work: list[Work]
    """In the order of model time, rule and seed."""
    problems: list[str]
    """Sentences on what a rule wants and can't be trained on."""


def plan(manifests: Iterable[Manifest], rules: Sequence[Rule]) -> Plan:
    """What the rules make of the newest manifests, whether it is done already or not."""
    manifests = sorted(manifests, key=lambda manifest: manifest.dataset_id)
    work: list[Work] = []
    problems: list[str] = []
    for rule in rules:
        groups: dict[tuple, dict[str, Manifest]] = {}
        for manifest in manifests:
            if _wanted(manifest, rule):
                key = (_name(manifest, rule), manifest.strategy, manifest.initial_id, manifest.request_id)
                groups.setdefault(key, {})[manifest.task] = manifest
        for (name, _, initial_id, _), parts in groups.items():
            if set(parts) == {f"TASK_{task}" for task in rule.tasks}:
                problem = _problem(name, parts)
                if problem:
                    problems.append(problem)
                else:
                    work += _work(rule, name, initial_id, parts)
    order = {id(rule): i for i, rule in enumerate(rules)}
    return Plan(sorted(work, key=lambda w: (w.model_time, order[id(w.rule)], w.checkpoint_id)), problems)


def _wanted(manifest: Manifest, rule: Rule) -> bool:
    requested = bool(manifest.request_id)
    return (
        manifest.kind == _KINDS[rule.kind]
        and manifest.strategy == rule.strategy
        and manifest.task.removeprefix("TASK_") in rule.tasks
        and rule.initial in ("", manifest.initial_id)
        and (not requested if rule.request_prefix is None else requested and manifest.request_id.startswith(rule.request_prefix))
        and manifest.model_time > rule.after_model_time
    )


def _name(manifest: Manifest, rule: Rule) -> str:
    """The dataset's id; where the rule takes both tasks, without its task, such as craft-2 for craft-open-ended-2."""
    if len(rule.tasks) == 1:
        return manifest.dataset_id
    task = "-" + manifest.task.removeprefix("TASK_").lower().replace("_", "-")
    before, _, after = manifest.dataset_id.rpartition(task)
    return before + after


def _problem(name: str, parts: Mapping[str, Manifest]) -> str:
    for part in parts.values():
        # Where there was nothing of a task to choose from, the other task's dataset is all.
        if not part.complete and (part.candidates > 0 or len(parts) == 1):
            return f"{part.dataset_id} was not built: {part.failure}"
    if sum(part.questions for part in parts.values()) == 0:
        return (
            f"{name} holds no question, so there is nothing to train on. Lower what it takes to be in it, in the job's options or with "
            "./craft request."
        )
    return ""


def _work(rule: Rule, name: str, initial_id: str, parts: Mapping[str, Manifest]) -> list[Work]:
    built = sorted((part for part in parts.values() if part.complete and part.questions), key=lambda part: part.dataset_id)
    return [
        Work(
            checkpoint_id=_fill(rule.checkpoint_id, initial_id, name, seed),
            role=_ROLES[rule.kind],
            rule=rule,
            seed=seed,
            initial_id=initial_id,
            kind=_KINDS[rule.kind],
            dataset_ids=tuple(part.dataset_id for part in built),
            model_time=max(part.model_time for part in parts.values()),
        )
        for seed in rule.seeds
    ]


def _fill(template: str, initial_id: str, name: str, seed: int) -> str:
    values = {"initial": initial_id, "dataset": name, "seed": str(seed)}
    return re.sub(r"\{(initial|dataset|seed)}", lambda match: values[match[1]], template)
