"""The topics' messages, as proto/craftstream/v1 defines them, in either format of the job (kafka.format)."""

import functools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.message import DecodeError, Message
from grpc_tools import protoc

from craft_trainer.errors import TrainerError
from craft_trainer.log import Record

PROTO = Path(__file__).resolve().parents[3] / "proto"
_PACKAGE = "craftstream.v1."


@dataclass(frozen=True)
class DatasetRecord:
    """One question's record in a dataset."""

    dataset_id: str
    question_id: str
    mark: str
    revision: int
    task: str
    label: str
    prompt: str
    response: str
    copies: int


@dataclass(frozen=True)
class Manifest:
    """What closes a dataset, or says why it was not built."""

    dataset_id: str
    kind: str
    task: str
    strategy: str
    initial_id: str
    request_id: str
    complete: bool
    failure: str
    candidates: int
    questions: int
    """Of both labels, as are the candidates."""
    model_time: int


@dataclass(frozen=True)
class Serving:
    """Where Triton serves a model checkpoint."""

    model_name: str
    model_version: str
    contract: str
    embedding_model_name: str
    embedding_model_version: str
    adapter_name: str


@dataclass(frozen=True)
class CheckpointEvent:
    """A model checkpoint comes, or goes (then role and serving are empty)."""

    checkpoint_id: str
    role: str
    base_id: str
    serving: Serving | None


class Codec:
    """Reads and writes the messages in one format."""

    def __init__(self, format: str) -> None:
        self._json = format == "JSON"
        self._format = format

    def dataset_record(self, record: Record) -> DatasetRecord:
        m = self._read(record, "DatasetRecord", ("dataset_id", "question_id", "mark"))
        return DatasetRecord(
            m.dataset_id,
            m.question_id,
            _name(m, "mark"),
            m.revision,
            _name(m, "task"),
            _name(m, "label"),
            m.prompt,
            m.response,
            m.copies,
        )

    def manifest(self, record: Record) -> Manifest:
        m = self._read(record, "DatasetManifest", ("dataset_id", "kind", "task"))
        return Manifest(
            m.dataset_id, _name(m, "kind"), _name(m, "task"), m.strategy, m.initial_checkpoint_id, m.request_id, m.complete, m.failure,
            m.answer.candidates + m.refusal.candidates, m.answer.questions + m.refusal.questions, m.model_time,
        )  # fmt: skip

    def checkpoint_event(self, record: Record) -> CheckpointEvent:
        m = self._read(record, "ModelCheckpointEvent", ("checkpoint_id",))
        if not m.HasField("announcement"):
            return CheckpointEvent(m.checkpoint_id, "", "", None)
        a, s = m.announcement, m.announcement.serving
        serving = Serving(
            s.model_name, s.model_version, _name(s, "contract"), s.embedding_model_name, s.embedding_model_version, s.adapter_name
        )
        return CheckpointEvent(m.checkpoint_id, _name(a, "role"), a.base_checkpoint_id, serving)

    def announcement(self, event: CheckpointEvent) -> bytes:
        assert event.serving is not None
        serving = event.serving
        m = _messages()["ModelCheckpointEvent"](
            checkpoint_id=event.checkpoint_id,
            announcement={
                "role": event.role,
                "base_checkpoint_id": event.base_id,
                "serving": {
                    "model_name": serving.model_name,
                    "model_version": serving.model_version,
                    "contract": serving.contract,
                    "embedding_model_name": serving.embedding_model_name,
                    "embedding_model_version": serving.embedding_model_version,
                    "adapter_name": serving.adapter_name,
                },
            },
        )
        if not self._json:
            return m.SerializeToString()
        return json_format.MessageToJson(m, preserving_proto_field_name=True, indent=None, ensure_ascii=False).encode()

    def _read(self, record: Record, kind: str, needed: Sequence[str]) -> Any:
        """Newer producers' fields are passed over. Raises TrainerError for what is no such message, or lacks what is needed."""
        m = _messages()[kind]()
        try:
            if self._json:
                json_format.Parse((record.value or b"").decode(), m, ignore_unknown_fields=True)
            else:
                m.ParseFromString(record.value or b"")
        except (json_format.ParseError, DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self._unreadable(record, kind, str(error)) from error
        for name in needed:
            if not getattr(m, name):
                raise self._unreadable(record, kind, f"its {name} is missing")
        return m

    def _unreadable(self, record: Record, kind: str, why: str) -> TrainerError:
        return TrainerError(
            f"The record at {record.topic}, partition {record.partition}, offset {record.offset} is no {kind} in {self._format}: "
            f"{why[:300]}. Check kafka.format, which is that of the job."
        )


def _name(message: Message, field: str) -> str:
    """An enum's value without its type's name; a number where this version does not know it."""
    value = getattr(message, field)
    enum = message.DESCRIPTOR.fields_by_name[field].enum_type
    known = enum.values_by_number.get(value)
    return str(value) if known is None else known.name


@functools.cache
def _messages() -> dict[str, Any]:
    """The message classes by their names, compiled from the .proto files."""
    files = sorted(str(file.relative_to(PROTO)) for file in (PROTO / "craftstream" / "v1").glob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "messages"
        if not files or protoc.main(["protoc", f"-I{PROTO}", "--include_imports", f"--descriptor_set_out={out}", *files]) != 0:
            raise TrainerError(
                f"The messages in {PROTO} can't be compiled; keep that folder beside docker/, as in the repository."
            )
        descriptors = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in descriptors.file:
        pool.Add(file)
    classes = message_factory.GetMessageClassesForFiles([file.name for file in descriptors.file], pool)
    return {name.removeprefix(_PACKAGE): cls for name, cls in classes.items()}
