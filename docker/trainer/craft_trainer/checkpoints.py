"""The topic of model checkpoints: what is announced, and announcing."""

from collections.abc import Mapping
from dataclasses import dataclass

from craft_trainer.log import Log, read_all
from craft_trainer.messages import CheckpointEvent, Codec

TOPIC = "model-checkpoints"


@dataclass(frozen=True)
class Announced:
    """What the topic says now."""

    times: Mapping[str, int]
    """The model time at which each checkpoint was announced first, retired ones included."""
    live: Mapping[str, CheckpointEvent]
    """The newest announcement of each that is not retired, nor goes with its INITIAL one."""


class Checkpoints:
    def __init__(self, log: Log, codec: Codec, topic_prefix: str) -> None:
        self._log, self._codec, self._topic = log, codec, topic_prefix + TOPIC

    def announced(self) -> Announced:
        times: dict[str, int] = {}
        live: dict[str, CheckpointEvent] = {}
        for record in read_all(self._log, self._topic):
            if record.value is None:
                continue
            event = self._codec.checkpoint_event(record)
            if event.serving is None:
                live = {name: e for name, e in live.items() if event.checkpoint_id not in (name, e.base_id)}
            else:
                times.setdefault(event.checkpoint_id, record.offset + 1)
                live[event.checkpoint_id] = event
        return Announced(times, live)

    def announce(self, event: CheckpointEvent) -> int:
        """
        Announces a checkpoint, unless it is announced already. Returns its model time.

        Reading before writing makes up for not knowing what a trainer did that was killed, or got no answer. A transaction would
        do the same, but its marks would take offsets, which are model times.
        """
        known = self.announced().times
        if event.checkpoint_id in known:
            return known[event.checkpoint_id]
        return self._log.append(self._topic, event.checkpoint_id.encode(), self._codec.announcement(event)) + 1
