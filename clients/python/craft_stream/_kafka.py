"""Kafka: topics are read from their beginning, what is committed, without leaving a trace at the brokers."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer, TopicPartition

from craft_stream.errors import CraftStreamError

_ANSWER_SECONDS = 15.0
_STANDSTILL_SECONDS = 30.0
_PAUSE_SECONDS = 0.2
_BATCH = 1000


@dataclass(frozen=True)
class Record:
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True)
class Cluster:
    """Brokers, and settings of librdkafka that every client gets."""

    bootstrap_servers: str
    properties: Mapping[str, str]

    def client(self) -> dict[str, Any]:
        # Errors come with answers, too; without a handler the client prints them to the standard error.
        return {
            "error_cb": lambda error: None,
            "log_level": 2,
            **self.properties,
            "bootstrap.servers": self.bootstrap_servers,
        }

    def append(self, topic: str, key: bytes, value: bytes) -> int:
        """Writes a record, and waits until the brokers have it. Returns its offset."""
        producer = Producer({**self.client(), "enable.idempotence": True, "message.timeout.ms": int(_STANDSTILL_SECONDS * 1000)})
        delivered: list[tuple[Any, Any]] = []
        producer.produce(topic, value, key, on_delivery=lambda error, message: delivered.append((error, message)))
        producer.flush(_STANDSTILL_SECONDS + _ANSWER_SECONDS)
        if delivered and delivered[0][0] is None:
            offset: int = delivered[0][1].offset()
            return offset
        why = delivered[0][0].str() if delivered else "no answer"
        raise CraftStreamError(f"Kafka at {self.bootstrap_servers} did not take the record for {topic}: {why}.")


class Reader:
    """Reads topics; use it in a `with` statement."""

    def __init__(self, cluster: Cluster, topics: Sequence[str]) -> None:
        self._cluster = cluster
        self._consumer = Consumer(
            {
                **cluster.client(),
                # The client insists on a name. No group is joined, and nothing is committed.
                "group.id": "craft-stream-client",
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "allow.auto.create.topics": False,
            }
        )
        # Transactions' marks have offsets, too; that of a partition's end tells of those behind the last record.
        self._reached: dict[tuple[str, int], int] = {}
        self._ends: dict[tuple[str, int], int] = {}
        self._moved = time.monotonic()
        try:
            self._partitions = [place for topic in topics for place in self._find(topic)]
            self.mark_end()
            self._consumer.assign(self._partitions)
        except BaseException:
            self._consumer.close()
            raise

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._consumer.close()

    def _find(self, topic: str) -> list[TopicPartition]:
        found = self._ask(lambda: self._consumer.list_topics(topic, timeout=_ANSWER_SECONDS).topics[topic])
        if found.error is None and found.partitions:
            return [TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in sorted(found.partitions)]
        raise CraftStreamError(
            f"There is no topic {topic} at {self._cluster.bootstrap_servers} that can be read "
            f"({found.error.str() if found.error else 'it has no partitions'}). The job makes its topics when it starts."
        )

    def mark_end(self) -> None:
        """Remembers where the topics end now: up to where `at_end` reads."""
        for place in self._partitions:
            low, high = self._ask(partial(self._consumer.get_watermark_offsets, place, _ANSWER_SECONDS, cached=False))
            name = (place.topic, place.partition)
            self._reached[name] = max(low, self._reached.get(name, 0))
            self._ends[name] = high
        self._moved = time.monotonic()

    def at_end(self) -> bool:
        """Whether all that was committed at the mark has been read."""
        return all(self._reached[name] >= end for name, end in self._ends.items())

    def poll(self, seconds: float) -> list[Record]:
        """What has come, waiting for something at most this long."""
        records = []
        first = self._consumer.poll(seconds)
        # consume() alone would wait so long for a whole batch.
        for message in [] if first is None else [first, *self._consumer.consume(_BATCH, 0)]:
            error, name = message.error(), (message.topic(), message.partition())
            if error is None:
                self._reached[name] = message.offset() + 1
                records.append(Record(*name, message.offset(), message.key(), message.value()))
            elif error.code() == KafkaError._PARTITION_EOF:
                self._reached[name] = max(self._reached[name], message.offset())
            elif not error.retriable() and error.code() != KafkaError._TRANSPORT and error.code() != KafkaError._ALL_BROKERS_DOWN:
                raise CraftStreamError(f"Kafka at {self._cluster.bootstrap_servers}: {error.str()}.")
        if first is not None:
            self._moved = time.monotonic()
        return records

    def poll_to_end(self) -> list[Record]:
        """What has come; fails where nothing does, though there is more."""
        records = self.poll(0.25)
        if time.monotonic() - self._moved > _STANDSTILL_SECONDS and not self.at_end():
            raise CraftStreamError(
                f"Kafka at {self._cluster.bootstrap_servers} has sent nothing for {_STANDSTILL_SECONDS:.0f} s, though there is more to be "
                "read: a broker is gone, or a transaction is left open (./craft transactions lists them)."
            )
        return records

    def _ask(self, question: Callable[[], Any]) -> Any:
        """Asks the brokers again while their answer is one that passes, such as that a new topic has no leader yet."""
        deadline = time.monotonic() + _ANSWER_SECONDS
        while True:
            try:
                return question()
            except KafkaException as error:
                why = error.args[0]
                passes = why.retriable() or why.code() in (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE)
                if not passes or time.monotonic() > deadline:
                    raise CraftStreamError(
                        f"Kafka at {self._cluster.bootstrap_servers} does not answer: {why.str()}. Look whether its brokers run."
                    ) from error
            time.sleep(_PAUSE_SECONDS)
