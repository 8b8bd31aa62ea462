"""A dataset or rehearsal set, read as its manifest closed it."""

from collections.abc import Sequence

from craft_trainer.errors import TrainerError
from craft_trainer.log import Log, Record
from craft_trainer.messages import Codec, DatasetRecord, Manifest
from craft_trainer.say import Patience

MANIFESTS, DATASETS, REHEARSAL_SETS = "dataset-manifests", "datasets", "rehearsal-sets"
REHEARSAL, TRAINING = "DATASET_KIND_REHEARSAL", "DATASET_KIND_TRAINING"


class CollectedDataset:
    """One dataset as its records are read, in the order of their topic.

    Its records of MARK_BASE are what the manifest counts. The others came later, when questions were added, changed or removed,
    and do not belong to the dataset as it was closed.
    """

    def __init__(self, dataset_id: str) -> None:
        self.id = dataset_id
        self.manifest: Manifest | None = None
        self._base: dict[str, DatasetRecord] = {}
        self._newest: dict[str, DatasetRecord] = {}

    def add(self, record: DatasetRecord) -> None:
        self._newest[record.question_id] = record
        if record.mark == "MARK_BASE":
            self._base[record.question_id] = record

    def remove(self, question_id: str) -> None:
        """All of this question's records are taken back."""
        self._newest.pop(question_id, None)
        self._base.pop(question_id, None)

    @property
    def read(self) -> int:
        """How many of the questions were read that the manifest counts."""
        return len(self._base)

    def is_whole(self) -> bool:
        """Whether all was read that the manifest counts."""
        return self.manifest is not None and self.manifest.complete and self.read >= self.manifest.questions

    def lacks_for_good(self) -> int:
        """Once the topic was read to its end: how many questions it no longer has as the manifest counts them, for somebody
        compacted the topic and a later record replaced that one."""
        if self.manifest is None or not self.manifest.complete or self.is_whole():
            return 0
        replaced = sum(r.revision > 1 for name, r in self._newest.items() if name not in self._base)
        missing = self.manifest.questions - self.read
        return missing if replaced >= missing else 0

    def rows(self) -> list[DatasetRecord]:
        """By question id, in the order of UTF-16; a question stands there as often as it has copies."""
        ordered = sorted(self._base.values(), key=lambda record: record.question_id.encode("utf-16-be", "surrogatepass"))
        return [record for record in ordered for _ in range(max(1, record.copies))]


class DatasetReader:
    """Reads datasets out of their topics."""

    def __init__(self, log: Log, codec: Codec, topic_prefix: str) -> None:
        self._log, self._codec, self._prefix = log, codec, topic_prefix

    def collect(self, ids: Sequence[str], kind: str) -> list[CollectedDataset]:
        """
        Waits until each is whole.

        Raises TrainerError where one was not built, can't be whole any more, or holds the records of two runs.
        """
        manifests = self._prefix + MANIFESTS
        records = self._prefix + (REHEARSAL_SETS if kind == REHEARSAL else DATASETS)
        found = {dataset_id: CollectedDataset(dataset_id) for dataset_id in ids}
        patience = Patience()
        reader = self._log.read([manifests, records])
        try:
            whole_at_mark = False
            while True:
                for record in reader.poll(0.5):
                    self._take(record, record.topic == manifests, found)
                if not reader.at_end():
                    continue
                self._refuse(found.values())
                whole = all(dataset.is_whole() for dataset in found.values())
                if whole and whole_at_mark:
                    return [found[dataset_id] for dataset_id in ids]
                # What was written before it was whole, such as another run's records, has to be read as well.
                whole_at_mark = whole
                reader.mark_end()
                if not whole:
                    patience.say(
                        "Waiting for the records of " + ", ".join(_progress(d) for d in found.values() if not d.is_whole())
                    )
        finally:
            reader.close()

    def _take(self, record: Record, is_manifest: bool, found: dict[str, CollectedDataset]) -> None:
        if record.key is None:
            return
        key = record.key.decode(errors="replace")
        if is_manifest:
            if key in found:
                found[key].manifest = self._codec.manifest(record) if record.value is not None else None
            return
        for dataset in found.values():
            if key.startswith(dataset.id + "\n"):
                if record.value is None:
                    dataset.remove(key.removeprefix(dataset.id + "\n"))
                else:
                    dataset.add(self._codec.dataset_record(record))

    @staticmethod
    def _refuse(found) -> None:
        for dataset in found:
            manifest = dataset.manifest
            if manifest is None:
                continue
            if not manifest.complete:
                raise TrainerError(f"The dataset {dataset.id} was not built: {manifest.failure}")
            if dataset.read > manifest.questions:
                raise TrainerError(
                    f"The topic holds {dataset.read} questions of {dataset.id}, and its manifest counts {manifest.questions}: the records are "
                    "of two runs of the job, or it failed without transactions (kafka.delivery-guarantee) while it wrote them. Request the "
                    "dataset again under another id, with ./craft request."
                )
            if dataset.lacks_for_good():
                raise TrainerError(
                    f"Of the {manifest.questions} questions that the manifest of {dataset.id} counts, {dataset.lacks_for_good()} were replaced by "
                    "later records, and Kafka no longer has what they replaced. Request the dataset again under another id, with ./craft request."
                )


def _progress(dataset: CollectedDataset) -> str:
    if dataset.manifest is None:
        return f"{dataset.id} (no manifest yet)"
    return f"{dataset.id} ({dataset.read} of {dataset.manifest.questions})"
