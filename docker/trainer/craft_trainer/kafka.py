"""Kafka as the trainer's log."""

import time
from collections.abc import Sequence

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from craft_trainer.errors import TrainerError, Unavailable
from craft_trainer.log import Record
from craft_trainer.say import Patience
from craft_trainer.settings import Kafka

_ANSWER_SECONDS = 15.0
_DELIVERY_SECONDS = 30.0
_PAUSE_SECONDS = 2.0
_BATCH = 1000
_FINAL = {
    KafkaError._AUTHENTICATION,
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.SASL_AUTHENTICATION_FAILED,
}


class KafkaLog:
    """The topics of a Kafka cluster. What can't be done while no broker answers waits, and says so."""

    def __init__(self, settings: Kafka) -> None:
        self._settings = settings
        self._producer: Producer | None = None

    def _client(self) -> dict:
        return {
            **self._settings.client(),
            "bootstrap.servers": self._settings.bootstrap_servers,
            # Without a handler the client prints to the standard error what the patience below says in words.
            "error_cb": lambda error: None,
            "log_level": 2,
        }

    def read(self, topics: Sequence[str]) -> "KafkaReader":
        consumer = Consumer(
            {
                **self._client(),
                # The client insists on a name. No group is joined, and nothing is committed.
                "group.id": self._settings.topic("craft-trainer"),
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "allow.auto.create.topics": False,
            }
        )
        try:
            return KafkaReader(consumer, self._settings.bootstrap_servers, topics)
        except BaseException:
            consumer.close()
            raise

    def append(self, topic: str, key: bytes, value: bytes) -> int:
        if self._producer is None:
            self._producer = Producer(
                {**self._client(), "enable.idempotence": True, "message.timeout.ms": int(_DELIVERY_SECONDS * 1000)}
            )
        delivered: list[tuple[KafkaError | None, Message]] = []
        try:
            self._producer.produce(topic, value, key, on_delivery=lambda error, message: delivered.append((error, message)))
        except KafkaException as error:
            raise TrainerError(f"Kafka does not take the record for {topic}: {error.args[0].str()}.") from error
        self._producer.flush(_DELIVERY_SECONDS + _ANSWER_SECONDS)
        if delivered and delivered[0][0] is None:
            return delivered[0][1].offset()
        self._producer = None  # What is still under way must not be sent beside another try.
        why = delivered[0][0].str() if delivered and delivered[0][0] else "no answer"
        if delivered and delivered[0][0] and delivered[0][0].code() in _FINAL:
            raise TrainerError(f"Kafka refuses the record for {topic}: {why}. Give the trainer's user Write on it.")
        raise Unavailable(f"Kafka at {self._settings.bootstrap_servers} did not confirm the record for {topic} ({why})")


class KafkaReader:
    """Reads without leaving a trace at the brokers."""

    def __init__(self, consumer: Consumer, bootstrap_servers: str, topics: Sequence[str]) -> None:
        self._consumer = consumer
        self._bootstrap_servers = bootstrap_servers
        self._patience = Patience()
        self._partitions = [place for topic in topics for place in self._find(topic)]
        # Records and transactions' marks alike have offsets; that of the end of a partition tells of the marks behind the last record.
        self._reached: dict[tuple[str, int], int] = {}
        self._ends: dict[tuple[str, int], int] = {}
        self.mark_end()
        consumer.assign(self._partitions)

    def _find(self, topic: str) -> list[TopicPartition]:
        while True:
            try:
                found = self._consumer.list_topics(topic, timeout=_ANSWER_SECONDS).topics[topic]
            except KafkaException as error:
                self._wait(error.args[0])
                continue
            if found.error is None and found.partitions:
                return [TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in sorted(found.partitions)]
            self._refuse_what_is_final(found.error)
            self._patience.say(
                f"There is no topic {topic} at {self._bootstrap_servers}; waiting for the job, which makes its topics when it starts"
            )
            time.sleep(_PAUSE_SECONDS)

    def mark_end(self) -> None:
        for place in self._partitions:
            while True:
                try:
                    low, high = self._consumer.get_watermark_offsets(place, _ANSWER_SECONDS, cached=False)
                    break
                except KafkaException as error:
                    self._wait(error.args[0])
            name = (place.topic, place.partition)
            self._reached[name] = max(low, self._reached.get(name, 0))
            self._ends[name] = high

    def at_end(self) -> bool:
        return all(self._reached[name] >= end for name, end in self._ends.items())

    def poll(self, seconds: float) -> list[Record]:
        records = []
        # For one message as long as that; consume() would wait so long for a whole batch.
        first = self._consumer.poll(seconds)
        for message in [] if first is None else [first, *self._consumer.consume(_BATCH, 0)]:
            error, name = message.error(), (message.topic(), message.partition())
            if error is None:
                self._reached[name] = message.offset() + 1
                records.append(Record(*name, message.offset(), message.key(), message.value()))
            elif error.code() == KafkaError._PARTITION_EOF:
                self._reached[name] = max(self._reached[name], message.offset())
            else:
                self._refuse_what_is_final(error)
                self._patience.say(f"Kafka at {self._bootstrap_servers}: {error.str()}")
        return records

    def close(self) -> None:
        self._consumer.close()

    def _wait(self, error: KafkaError) -> None:
        self._refuse_what_is_final(error)
        self._patience.say(f"No Kafka broker answers at {self._bootstrap_servers} ({error.str()}); waiting for it")
        time.sleep(_PAUSE_SECONDS)

    def _refuse_what_is_final(self, error: KafkaError | None) -> None:
        if error is not None and error.code() in _FINAL:
            raise TrainerError(
                f"Kafka at {self._bootstrap_servers} refuses the trainer: {error.str()}. Check kafka.properties and the user's permissions."
            )
