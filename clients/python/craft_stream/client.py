"""A craft-stream job's topics, seen from a trainer."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from craft_stream._collect import collect
from craft_stream._kafka import Cluster, Reader, Record
from craft_stream._messages import Codec, Format, constant
from craft_stream.dataset import Dataset, Row
from craft_stream.errors import CraftStreamError


OPTIONAL = ("rehearsal_correctness", "knowledge_flow", "sureness", "fall_probability", "rise_probability")
"""The last fields of a row, which may be absent, as Basis names them."""


@dataclass(frozen=True)
class Change:
    """What became of a question."""

    question_id: str
    instruction: Any
    """The message Instruction of the schemas; None where the question was removed or is not to be trained on any more."""


class CraftStream:
    """A job's topics.

    :param bootstrap_servers: the brokers, as host:port, separated by commas
    :param topic_prefix: the job's kafka.topic-prefix
    :param format: the job's kafka.format
    :param properties: more settings of librdkafka, such as security.protocol
    """

    def __init__(
        self, bootstrap_servers: str, *, topic_prefix: str = "", format: Format = "JSON", properties: Mapping[str, str] | None = None
    ) -> None:
        self._cluster = Cluster(bootstrap_servers, dict(properties or {}))
        self._prefix = topic_prefix
        self._codec = Codec(format)

    def manifests(self) -> dict[str, Any]:
        """The messages DatasetManifest that there are now, by dataset id."""
        newest = self._newest("dataset-manifests")
        return {key: self._codec.read(r, "DatasetManifest", "dataset_id", "kind", "task") for key, r in sorted(newest.items())}

    def dataset(self, dataset_id: str, *, as_of: Literal["now", "manifest"] = "now", timeout: float = 60.0) -> Dataset:
        """A dataset or rehearsal set; waits until it is complete.

        :param as_of: "now": with the questions that came, changed and went since; "manifest": as it was closed
        :param timeout: seconds to wait; what is there already is read to its end
        :raises CraftStreamError: where it was not built, does not come in time, lacks records for good, or holds those of two runs
        """
        if as_of not in ("now", "manifest"):
            raise CraftStreamError(f"as_of is {as_of}; now and manifest are allowed.")
        closed = as_of == "manifest"
        manifests = self._prefix + "dataset-manifests"
        with Reader(self._cluster, [manifests, self._prefix + "datasets", self._prefix + "rehearsal-sets"]) as reader:
            found = collect(reader, self._codec, dataset_id, manifests, closed, timeout)
        return Dataset(dataset_id, found.manifest, tuple(map(_row, found.records(closed))))

    def instructions(self, *, follow: bool = True, idle_timeout: float | None = None) -> Iterator[Change]:
        """First the newest instruction of each question that there is now; then each change as it is committed.

        :param follow: False: ends after the first
        :param idle_timeout: ends where nothing has come for so many seconds; None: goes on for ever
        """
        with Reader(self._cluster, [self._prefix + "instructions"]) as reader:
            newest: dict[str, Record] = {}
            while not reader.at_end():
                _upsert(newest, reader.poll_to_end())
            for record in newest.values():
                yield self._change(record)
            came = time.monotonic()
            while follow and (idle_timeout is None or time.monotonic() - came < idle_timeout):
                for record in reader.poll(0.25):
                    came = time.monotonic()
                    if record.key is not None:
                        yield self._change(record)

    def announce(
        self,
        checkpoint_id: str,
        *,
        role: Literal["INITIAL", "REHEARSAL", "TUNED"],
        model: str,
        contract: Literal["CRAFT", "VLLM", "LLMAPI"],
        base: str = "",
        model_version: str = "",
        adapter: str = "",
        embedding_model: str = "",
        embedding_model_version: str = "",
    ) -> int:
        """Announces a model checkpoint, unless its newest announcement is the same. Returns its model time.

        :param base: the INITIAL checkpoint that a REHEARSAL or TUNED one was made from
        :param model: the name by which Triton serves it
        """
        topic = self._prefix + "model-checkpoints"
        serving = {
            "model_name": model,
            "model_version": model_version,
            "contract": f"CONTRACT_{contract}",
            "embedding_model_name": embedding_model,
            "embedding_model_version": embedding_model_version,
            "adapter_name": adapter,
        }
        announcement = {"role": f"ROLE_{role}", "base_checkpoint_id": base, "serving": serving}
        try:
            value = self._codec.write("ModelCheckpointEvent", checkpoint_id=checkpoint_id, announcement=announcement)
        except ValueError as error:
            raise CraftStreamError(f"{checkpoint_id} can't be announced: {error}. Check role and contract.") from error
        first, last = None, None
        with Reader(self._cluster, [topic]) as reader:
            while not reader.at_end():
                for record in reader.poll_to_end():
                    if record.key == checkpoint_id.encode() and record.value is not None:
                        event = self._codec.read(record, "ModelCheckpointEvent", "checkpoint_id")
                        if event.HasField("announcement") and first is None:
                            first = record.offset + 1
                        last = event
        wanted = self._codec.read(Record(topic, 0, 0, None, value), "ModelCheckpointEvent")
        if last == wanted and first is not None:
            return first
        # A transaction's marks would take offsets, which are model times.
        time_of_this = self._cluster.append(topic, checkpoint_id.encode(), value) + 1
        return time_of_this if first is None else first

    def _newest(self, topic: str) -> dict[str, Record]:
        newest: dict[str, Record] = {}
        with Reader(self._cluster, [self._prefix + topic]) as reader:
            while not reader.at_end():
                _upsert(newest, reader.poll_to_end())
        return newest

    def _change(self, record: Record) -> Change:
        value = None if record.value is None else self._codec.read(record, "Instruction", "question_id")
        return Change((record.key or b"").decode(errors="replace"), value)


def _upsert(newest: dict[str, Record], records: list[Record]) -> None:
    """The last record of a key holds; a tombstone takes it away."""
    for record in records:
        if record.key is None:
            continue
        key = record.key.decode(errors="replace")
        newest.pop(key, None)
        if record.value is not None:
            newest[key] = record


def _row(m: Any) -> Row:
    basis = m.basis
    return Row(
        m.question_id, m.question_version, constant(m, "label"), constant(m, "task"), m.prompt, m.response, m.question, m.subject,
        tuple(m.tags), basis.initial_correctness, basis.initial_certainty,
        *(getattr(basis, field) if basis.HasField(field) else None for field in OPTIONAL),
    )  # fmt: skip
