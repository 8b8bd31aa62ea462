"""Which model checkpoints the rules make of manifests."""

from craft_trainer.messages import Manifest
from craft_trainer.plan import plan
from craft_trainer.settings import Rule

REHEARSAL = Rule(kind="REHEARSAL")
CRAFT = Rule(kind="TRAINING", strategy="CRAFT")


def manifest(dataset_id: str, kind: str = "TRAINING", task: str = "OPEN_ENDED", questions: int = 5, **more) -> Manifest:
    values = {
        "strategy": "CRAFT" if kind == "TRAINING" else "", "initial_id": "base", "request_id": "", "complete": True, "failure": "",
        "candidates": questions, "model_time": 2,
    }  # fmt: skip
    return Manifest(dataset_id, f"DATASET_KIND_{kind}", f"TASK_{task}", questions=questions, **{**values, **more})


def pair(name: str = "craft-{}-2", **more) -> list[Manifest]:
    return [
        manifest(name.format(task.lower().replace("_", "-")), task=task, **more) for task in ("OPEN_ENDED", "MULTIPLE_CHOICE")
    ]


def ids(made) -> list[str]:
    return [work.checkpoint_id for work in made.work]


def test_given_both_tasks_when_planned_then_one_checkpoint_is_trained_on_both():
    (work,) = plan(pair(), [CRAFT]).work
    assert (work.checkpoint_id, work.role) == ("base-craft-2-s1", "ROLE_TUNED")
    assert work.dataset_ids == ("craft-multiple-choice-2", "craft-open-ended-2")


def test_given_one_task_of_two_when_planned_then_it_waits():
    assert plan(pair()[:1], [CRAFT]).work == []


def test_given_rules_of_one_task_when_planned_then_each_has_its_checkpoint():
    rules = [Rule(strategy="CRAFT", tasks=(task,)) for task in ("OPEN_ENDED", "MULTIPLE_CHOICE")]
    assert sorted(ids(plan(pair(), rules))) == ["base-craft-multiple-choice-2-s1", "base-craft-open-ended-2-s1"]


def test_given_several_seeds_when_planned_then_each_has_its_checkpoint():
    assert ids(plan(pair(), [Rule(strategy="CRAFT", seeds=(1, 7))])) == ["base-craft-2-s1", "base-craft-2-s7"]


def test_rules_choose_by_kind_strategy_checkpoint_request_and_time():
    some = [
        *pair("rehearsal-{}-1", kind="REHEARSAL", model_time=1),
        *pair("craft-{}-2"),
        *pair("cor-rait-{}-2", strategy="COR_RAIT"),
        *pair("craft-{}-9", initial_id="next", model_time=9),
        *pair("few-1/craft-{}", request_id="few-1"),
        *pair("many/craft-{}", request_id="many"),
    ]
    assert ids(plan(some, [REHEARSAL, CRAFT])) == ["base-rehearsal-1-s1", "base-craft-2-s1", "next-craft-9-s1"]
    assert ids(plan(some, [Rule(strategy="COR_RAIT")])) == ["base-cor-rait-2-s1"]
    assert ids(plan(some, [Rule(strategy="CRAFT", initial="next")])) == ["next-craft-9-s1"]
    assert ids(plan(some, [Rule(strategy="CRAFT", after_model_time=2)])) == ["next-craft-9-s1"]
    assert ids(plan(some, [Rule(strategy="CRAFT", request_prefix="few-")])) == ["base-few-1/craft-s1"]
    assert len(plan(some, [Rule(strategy="CRAFT", request_prefix="")]).work) == 2


def test_given_no_question_of_a_task_when_planned_then_the_other_is_all():
    there, empty = pair()
    without = manifest(empty.dataset_id, task="MULTIPLE_CHOICE", questions=0, complete=False, failure="There were none.")
    assert plan([there, without], [CRAFT]).work[0].dataset_ids == ("craft-open-ended-2",)


def test_given_a_dataset_that_was_not_built_when_planned_then_nothing_is_trained_and_it_says_so():
    there, other = pair()
    failed = manifest(other.dataset_id, task="MULTIPLE_CHOICE", complete=False, candidates=3, failure="Too few.")
    made = plan([there, failed], [CRAFT])
    assert made.work == [] and made.problems == ["craft-multiple-choice-2 was not built: Too few."]


def test_given_empty_datasets_when_planned_then_it_says_so():
    made = plan(pair(questions=0), [CRAFT])
    assert made.work == [] and "nothing to train on" in made.problems[0]


def test_braces_in_ids_stay_as_they_are():
    assert ids(plan(pair(initial_id="{seed}"), [CRAFT])) == ["{seed}-craft-2-s1"]
