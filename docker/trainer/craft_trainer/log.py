"""The log that the trainer reads and writes: topics of keyed records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Record:
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


class Reader(Protocol):
    """Reads topics from their beginning: what is committed, of each partition in its order."""

    def poll(self, seconds: float) -> list[Record]:
        """What has come, waiting for something at most this long."""

    def mark_end(self) -> None:
        """Remembers where the topics end now."""

    def at_end(self) -> bool:
        """Whether all that was there at the mark has been read."""

    def close(self) -> None: ...


class Log(Protocol):
    def read(self, topics: Sequence[str]) -> Reader:
        """Waits for topics that are not there yet. The end is marked already."""

    def append(self, topic: str, key: bytes, value: bytes) -> int:
        """
        Writes a record, and waits until the brokers have it.

        Raises Unavailable where it is not known whether they do.
        """


def read_all(log: Log, topic: str) -> list[Record]:
    """What is in a topic now."""
    reader = log.read([topic])
    try:
        records: list[Record] = []
        while not reader.at_end():
            records += reader.poll(1.0)
        return records
    finally:
        reader.close()
