"""A dataset is read as its manifest closed it."""

import threading

import pytest
from stand_ins import FileLog
from topics import announce, manifest, remove, row

from craft_trainer.dataset import REHEARSAL, DatasetReader
from craft_trainer.errors import TrainerError
from craft_trainer.messages import CheckpointEvent, Codec, Serving


@pytest.fixture
def log(tmp_path) -> FileLog:
    return FileLog(tmp_path / "log")


def collected(log: FileLog, dataset_id: str = "d"):
    return DatasetReader(log, Codec("JSON"), "").collect([dataset_id], REHEARSAL)[0]


def test_given_later_changes_when_read_then_the_rows_are_those_that_the_manifest_counts(log):
    for name in ("b", "a", "c"):
        row(log, "d", name, copies=2 if name == "b" else 1)
    row(log, "other", "z")
    manifest(log, "d", questions=3)
    row(log, "d", "late", mark="ADDED")
    row(log, "d", "c", mark="CHANGED", response="something else", revision=2)
    row(log, "d", "a", mark="REMOVED", revision=2)
    assert [(r.question_id, r.response) for r in collected(log).rows()] == [
        ("a", "It is a"), ("b", "It is b"), ("b", "It is b"), ("c", "It is c")
    ]  # fmt: skip


def test_rows_are_in_the_order_of_java(log):
    names = ["\U0001f600", "\uffff", "a", "\u00e9"]
    for name in names:
        row(log, "d", name)
    manifest(log, "d", questions=len(names))
    assert [r.question_id for r in collected(log).rows()] == ["a", "\u00e9", "\U0001f600", "\uffff"]


def test_given_records_that_come_later_when_read_then_it_waits_for_them(log, capsys):
    manifest(log, "d", questions=2)
    row(log, "d", "a")
    timer = threading.Timer(0.3, lambda: row(log, "d", "b"))
    timer.start()
    assert [r.question_id for r in collected(log).rows()] == ["a", "b"]
    assert "Waiting for the records of d (1 of 2)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (lambda log: manifest(log, "d", complete=False, failure="Too few."), "d was not built: Too few."),
        (lambda log: (manifest(log, "d", questions=1), row(log, "d", "a"), row(log, "d", "b")), "records are of two runs"),
        (
            lambda log: (row(log, "d", "a"), row(log, "d", "b", mark="CHANGED", revision=2), manifest(log, "d", questions=2)),
            "1 were replaced by later records",
        ),
        (lambda log: log.append("dataset-manifests", b"d", b"{"), "offset 0 is no DatasetManifest in JSON"),
        (lambda log: log.append("rehearsal-sets", b"d\na", b'{"dataset_id": "d"}'), "its question_id is missing"),
    ],
)
def test_given_what_can_not_be_whole_when_read_then_it_says_why(log, write, sentence):
    write(log)
    with pytest.raises(TrainerError, match=sentence):
        collected(log)


def test_given_a_newer_manifest_and_tombstones_when_read_then_they_count(log):
    manifest(log, "d", complete=False, failure="Too few.")
    row(log, "d", "a")
    row(log, "d", "b")
    remove(log, "d", "b")
    manifest(log, "d", questions=1)
    assert [r.question_id for r in collected(log).rows()] == ["a"]


@pytest.mark.parametrize("format", ["JSON", "PROTOBUF"])
def test_announcement_is_read_as_it_was_written(log, format):
    codec = Codec(format)
    event = CheckpointEvent("r", "ROLE_REHEARSAL", "base", Serving("m", "3", "CONTRACT_VLLM", "minilm", "1", "rehearsal-é"))
    log.append("t", b"r", codec.announcement(event))
    assert codec.checkpoint_event(log.records("t")[0]) == event


def test_given_fields_of_a_newer_job_when_read_then_they_are_passed_over(log):
    row(log, "d", "a", something_new={"x": 1})
    manifest(log, "d", questions=1, newer="y")
    assert len(collected(log).rows()) == 1


def test_retirement_has_no_serving(log):
    announce(log, "base")
    log.append("model-checkpoints", b"base", b'{"checkpoint_id": "base", "retirement": {}}')
    events = [Codec("JSON").checkpoint_event(r) for r in log.records("model-checkpoints")]
    assert events[0].serving and events[0].serving.model_name == "tiny" and events[1].serving is None
