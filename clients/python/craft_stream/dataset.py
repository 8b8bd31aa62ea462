"""Datasets in the forms that trainers read; the same rows as `./craft export` writes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from craft_stream.errors import CraftStreamError

Form = Literal["chat", "completion", "kto", "preference"]


@dataclass(frozen=True)
class Row:
    """A question of a dataset."""

    question_id: str
    question_version: int
    label: str
    """ANSWER or REFUSAL."""
    task: str
    """OPEN_ENDED or MULTIPLE_CHOICE."""
    prompt: str
    response: str
    question: str
    """Alone, without any instruction."""
    subject: str
    tags: tuple[str, ...]
    initial_correctness: float
    initial_certainty: float
    rehearsal_correctness: float | None
    knowledge_flow: float | None
    sureness: float | None = None
    """How sure the label is of the class of correctness that it rests on, 0 to 1; as Basis has it, like the next two."""
    fall_probability: float | None = None
    rise_probability: float | None = None


@dataclass(frozen=True)
class Dataset(Sequence[Row]):
    """A dataset or rehearsal set: its rows by question id, where a question stands as often as it was drawn."""

    id: str
    manifest: Any
    """The message DatasetManifest of the schemas."""
    rows: tuple[Row, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        return self.rows[index]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def as_rows(
        self, form: Form = "chat", *, system: str = "", messages: bool = True, refusal: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Rows for a trainer.

        :param system: what the system says before each; messages alone can hold it
        :param messages: False: texts for a model that goes on with a text, of every form but "chat"
        :param refusal: what a refusal says, for "kto" and "preference"; None: what those of the dataset say
        """
        if form not in ("chat", "completion", "kto", "preference"):
            raise CraftStreamError(f"The form is {form}; chat, completion, kto and preference are allowed.")
        if system and not messages and form != "chat":
            raise CraftStreamError("Texts can't hold what the system says: ask for messages, or leave it out.")
        said = self._refusal(refusal) if form in ("kto", "preference") else ""
        return self._as_rows(form, system, messages, said)

    def hugging_face(self, form: Form = "chat", **options: Any) -> Any:
        """The same rows as a `datasets.IterableDataset`; needs the package datasets. Options are those of `as_rows`."""
        from datasets import IterableDataset

        rows = list(self.as_rows(form, **options))
        if not rows:
            raise CraftStreamError(f"{self.id} has no rows of the form {form}, and a trainer can't load an empty dataset.")
        return IterableDataset.from_generator(_each, gen_kwargs={"rows": rows})

    def _refusal(self, given: str | None) -> str:
        if all(row.label != "REFUSAL" for row in self.rows) and given is None:
            raise CraftStreamError(f"{self.id} has no refusals to take their text from; give it as refusal=...")
        return next(row.response for row in self.rows if row.label == "REFUSAL") if given is None else given

    def _as_rows(self, form: Form, system: str, messages: bool, refusal: str) -> Iterator[dict[str, Any]]:
        for row in self.rows:
            if form == "chat":
                yield {"messages": [*_prompt(row, system), _turn("assistant", row.response)]}
                continue
            prompt: Any = _prompt(row, system) if messages else _text(row)
            response = _completion(row, row.response, messages)
            # A gold answer can read like a refusal; then neither is better.
            answer = row.label == "ANSWER" and row.response != refusal
            if form == "completion":
                yield {"prompt": prompt, "completion": response}
            elif form == "kto":
                yield {"prompt": prompt, "completion": response, "label": True}
                if answer:
                    yield {"prompt": prompt, "completion": _completion(row, refusal, messages), "label": False}
            elif answer:
                yield {"prompt": prompt, "chosen": response, "rejected": _completion(row, refusal, messages)}


def _each(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield from rows


def _turn(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _prompt(row: Row, system: str) -> list[dict[str, str]]:
    return [*([_turn("system", system)] if system else []), _turn("user", row.prompt)]


def _text(row: Row) -> str:
    return row.prompt.rstrip(" ")


def _completion(row: Row, response: str, messages: bool) -> Any:
    """The blank after a prompt's text belongs to the completion, since the tokens of most models' words begin with it."""
    if messages:
        return [_turn("assistant", response)]
    return response if _text(row).endswith("\n") or response.startswith(" ") else " " + response
