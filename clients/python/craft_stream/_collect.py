"""One dataset or rehearsal set, put together from its records."""

import time
from typing import Any

from craft_stream._kafka import Record, Reader
from craft_stream._messages import Codec, constant
from craft_stream.errors import CraftStreamError


class Collected:
    """One dataset as its records are read, in the order of their topic: the last one on a question is what holds.

    Its records of MARK_BASE are what the manifest counts. The others came later, as questions were added, changed or removed.
    """

    def __init__(self, dataset_id: str) -> None:
        self.id = dataset_id
        self.manifest: Any = None
        self._base: dict[str, Any] = {}
        self._newest: dict[str, Any] = {}

    def add(self, record: Any) -> None:
        self._newest[record.question_id] = record
        if constant(record, "mark") == "BASE":
            self._base[record.question_id] = record

    def remove(self, question_id: str) -> None:
        """A tombstone takes all of a question's records back."""
        self._newest.pop(question_id, None)
        self._base.pop(question_id, None)

    def read(self) -> int:
        return len(self._base)

    def wanted(self) -> int:
        return int(self.manifest.answer.questions + self.manifest.refusal.questions)

    def is_built(self) -> bool:
        return self.manifest is not None and bool(self.manifest.complete)

    def is_whole(self) -> bool:
        """Whether all was read that the manifest counts."""
        return self.is_built() and self.read() >= self.wanted()

    def is_whole_but_for_replaced(self) -> bool:
        """The same, once the topic was read to its end: what is missing was replaced by later records, as somebody compacted it."""
        replaced = sum(r.revision > 1 for name, r in self._newest.items() if name not in self._base)
        return self.is_built() and self.read() + replaced >= self.wanted()

    def records(self, as_of_manifest: bool) -> list[Any]:
        """By question id, in the order of UTF-16, as `./craft export` has them; each as often as it has copies."""
        found = self._base.values() if as_of_manifest else [r for r in self._newest.values() if constant(r, "mark") != "REMOVED"]
        ordered = sorted(found, key=lambda record: record.question_id.encode("utf-16-be", "surrogatepass"))
        return [record for record in ordered for _ in range(max(1, record.copies))]


def collect(reader: Reader, codec: Codec, dataset_id: str, manifests: str, as_of_manifest: bool, timeout: float) -> Collected:
    """Reads until the dataset is whole, and then to where the topics end at that time.

    :param reader: of the topics of manifests, datasets and rehearsal sets
    """
    dataset = Collected(dataset_id)
    deadline = time.monotonic() + timeout
    end_is_that_of_whole = False
    while True:
        for record in reader.poll_to_end():
            _take(record, record.topic == manifests, dataset, codec)
        if not reader.at_end():
            continue
        if dataset.is_whole() or dataset.is_whole_but_for_replaced():
            if end_is_that_of_whole:
                _check(dataset, as_of_manifest)
                return dataset
            # What was written before it was whole, such as another run's records, has to be read as well.
            end_is_that_of_whole = True
        else:
            if dataset.manifest is not None and not dataset.manifest.complete:
                raise CraftStreamError(f"The dataset {dataset_id} was not built: {dataset.manifest.failure}")
            if time.monotonic() > deadline:
                raise _late(dataset, timeout)
        reader.mark_end()


def _take(record: Record, is_manifest: bool, dataset: Collected, codec: Codec) -> None:
    key = (record.key or b"").decode(errors="replace")
    if is_manifest:
        if key == dataset.id:
            dataset.manifest = None if record.value is None else codec.read(record, "DatasetManifest", "dataset_id", "kind", "task")
    elif key.startswith(dataset.id + "\n"):
        if record.value is None:
            dataset.remove(key.removeprefix(dataset.id + "\n"))
        else:
            dataset.add(codec.read(record, "DatasetRecord", "dataset_id", "question_id", "mark"))


def _check(dataset: Collected, as_of_manifest: bool) -> None:
    if dataset.read() > dataset.wanted():
        raise CraftStreamError(
            f"The topic holds {dataset.read()} questions of {dataset.id}, and its manifest counts {dataset.wanted()}: the records are of two "
            "runs of the job, or it failed without transactions (kafka.delivery-guarantee) while it wrote them. Request the dataset again "
            "under another id, with ./craft request."
        )
    if as_of_manifest and not dataset.is_whole():
        raise CraftStreamError(
            f"Of the {dataset.wanted()} questions that the manifest of {dataset.id} counts, {dataset.wanted() - dataset.read()} were replaced by "
            "later records, and Kafka no longer has what they replaced. Read it as of now instead."
        )


def _late(dataset: Collected, timeout: float) -> CraftStreamError:
    if dataset.manifest is None:
        return CraftStreamError(f"No manifest of {dataset.id} came within {timeout:g} s; give it more time, or look whether the job runs.")
    return CraftStreamError(
        f"Within {timeout:g} s, {dataset.read()} of the {dataset.wanted()} questions came that the manifest of {dataset.id} counts."
    )
