"""The service: waits for manifests, and makes of each what the rules say."""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from craft_trainer.checkpoints import Checkpoints
from craft_trainer.dataset import MANIFESTS, DatasetReader
from craft_trainer.errors import TrainerError, Unavailable
from craft_trainer.journal import Journal
from craft_trainer.log import Log, Reader
from craft_trainer.messages import Codec, Manifest
from craft_trainer.plan import Plan, Work, plan
from craft_trainer.run import Run, Services
from craft_trainer.say import Patience, say
from craft_trainer.settings import Settings
from craft_trainer.triton import ModelServer

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0


class Service:
    def __init__(
        self,
        settings: Settings,
        log: Log,
        server: ModelServer,
        open_journal: Callable[[Path], Journal] = Journal,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings, self._log, self._open_journal, self._sleep = settings, log, open_journal, sleep
        codec, prefix = Codec(settings.kafka.format), settings.kafka.topic_prefix
        self._codec = codec
        self._services = Services(DatasetReader(log, codec, prefix), Checkpoints(log, codec, prefix), server)
        self._manifests: dict[str, Manifest] = {}
        self._finished: set[str] = set()
        self._failed: dict[str, str] = {}
        self._said: set[str] = set()

    def serve(self, once: bool) -> int:
        """
        Serves until it is stopped; with `once` until each rule has announced a model checkpoint, or can't.

        Returns the process's exit status.
        """
        with self._locked():
            reader = self._log.read([self._settings.kafka.topic(MANIFESTS)])
            try:
                say("Waiting for manifests")
                while True:
                    self._take(reader)
                    made = plan(self._manifests.values(), self._settings.train)
                    self._tell(made)
                    left = [work for work in made.work if not self._is_over(work)]
                    if left:
                        self._do(left[0])
                    elif once and self._is_through(made):
                        return 1 if self._failed else 0
            finally:
                reader.close()

    def _take(self, reader: Reader) -> None:
        """At first all manifests that there are, so that the oldest is not taken for the only one."""
        while True:
            for record in reader.poll(1.0):
                dataset_id = (record.key or b"").decode(errors="replace")
                if record.value is None:
                    self._manifests.pop(dataset_id, None)
                else:
                    self._manifests[dataset_id] = self._codec.manifest(record)
            if reader.at_end():
                return

    def _tell(self, made: Plan) -> None:
        for problem in made.problems:
            if problem not in self._said:
                self._said.add(problem)
                say(problem)

    def _is_over(self, work: Work) -> bool:
        name = work.checkpoint_id
        if name not in self._finished and self._run(work).is_finished():
            self._finished.add(name)
        return name in self._finished or name in self._failed

    def _is_through(self, made: Plan) -> bool:
        """Whether each rule has something done or failed, and nothing is left."""
        return all(any(work.rule is rule for work in made.work) for rule in self._settings.train)

    def _run(self, work: Work) -> Run:
        return Run(work, self._settings, self._services, self._open_journal)

    def _do(self, work: Work) -> None:
        pause, patience = _FIRST_PAUSE, Patience()
        while True:
            try:
                self._run(work).go_on()
                return
            except Unavailable as error:
                patience.say(f"{error}; trying again")
                self._sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            except TrainerError as error:
                say(f"FAILED {work.checkpoint_id}: {error} It is tried again when the trainer is started again.")
                self._failed[work.checkpoint_id] = str(error)
                return

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Two trainers with one work folder would train the same twice."""
        folder = Path(self._settings.work_folder)
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise TrainerError(f"Another trainer works in {folder}. Stop it, or give this one another work-folder.") from None
        finally:
            os.close(descriptor)
