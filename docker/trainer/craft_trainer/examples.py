"""Rows of a dataset as tokens, and packs of them that a model computes at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from craft_trainer.base_model import Tokenizer
from craft_trainer.messages import DatasetRecord
from craft_trainer.settings import HyperParameters


@dataclass(frozen=True)
class Texts:
    """A row as the model meets it: the prompt to the last character that it is asked with, and what it shall go on with."""

    prompt: str
    response: str


@dataclass(frozen=True)
class Example:
    prompt: tuple[int, ...]
    response: tuple[int, ...]
    """Tokens that are learnt; the prompt's are not."""

    def __len__(self) -> int:
        return len(self.prompt) + len(self.response)


@dataclass(frozen=True)
class Pack:
    """Examples in one sequence: the beginning that their prompts share, then the rest of each.

    Each sees the beginning and itself, at the positions that it has alone, so that the model computes what it would compute for
    each alone.
    """

    ids: np.ndarray
    """int64 [T]"""
    positions: np.ndarray
    """int64 [T]"""
    visible: np.ndarray | None
    """bool [T, T]: which tokens (second) each token (first) sees; None where these are all up to itself."""
    predicting: np.ndarray
    """int64 [A]: the tokens whose successors are learnt."""
    targets: np.ndarray
    """int64 [A]: these successors."""


def texts(row: DatasetRecord, hyper: HyperParameters, end: str) -> Texts:
    """The row in the form of the options prompt and response.

    A blank stands between the two, unless the prompt ends with a line break. It belongs to the response, since the tokens of most
    models' words begin with it; blanks at the prompt's end, which the server cuts, are that one.
    """
    prompt = _fill(hyper.prompt, {"prompt": row.prompt}).rstrip(" ")
    response = _fill(hyper.response, {"response": row.response, "end": end})
    return Texts(prompt, response if prompt.endswith("\n") else " " + response.removeprefix(" "))


def encode(text: Texts, tokenizer: Tokenizer) -> Example:
    return Example(tuple(tokenizer.prompt(text.prompt)), tuple(tokenizer.continuation(text.response)))


def packs(examples: Sequence[Example], most_tokens: int) -> list[Pack]:
    """Puts examples with a common beginning together, in packs of at most so many tokens; one example may have more."""
    groups: list[list[Example]] = []
    for example in sorted(examples, key=lambda e: (e.prompt, e.response)):
        if groups:
            longer = [*groups[-1], example]
            # One that shares less than the others would have them give up what they share.
            if _tokens(longer) <= min(most_tokens, _tokens(groups[-1]) + len(example)):
                groups[-1] = longer
                continue
        groups.append([example])
    return [_pack(group) for group in groups]


def _shared(examples: Sequence[Example]) -> int:
    """How many tokens all prompts begin with. The last token of each prompt is its own: it predicts its own response."""
    first, last = min(e.prompt for e in examples), max(e.prompt for e in examples)
    most = min(len(e.prompt) for e in examples) - 1
    return next((i for i in range(most) if first[i] != last[i]), most)


def _tokens(examples: Sequence[Example]) -> int:
    shared = _shared(examples) if len(examples) > 1 else 0
    return shared + sum(len(e) - shared for e in examples)


def _pack(examples: Sequence[Example]) -> Pack:
    shared = _shared(examples) if len(examples) > 1 else 0
    ids = list(examples[0].prompt[:shared])
    positions = list(range(shared))
    owner = [-1] * shared
    predicting: list[int] = []
    targets: list[int] = []
    for i, example in enumerate(examples):
        own = [*example.prompt, *example.response][shared:]
        start = len(ids)
        ids += own
        positions += range(shared, len(example))
        owner += [i] * len(own)
        first = start + len(example.prompt) - shared
        predicting += range(first - 1, first - 1 + len(example.response))
        targets += example.response
    visible = None
    if len(examples) > 1:
        owners, order = np.array(owner), np.arange(len(ids))
        visible = ((owners[None, :] == -1) | (owners[None, :] == owners[:, None])) & (order[None, :] <= order[:, None])
    return Pack(np.array(ids), np.array(positions), visible, np.array(predicting), np.array(targets))


def _fill(template: str, values: dict[str, str]) -> str:
    """In one pass, so that what is filled in is never searched again."""
    return re.sub(r"\{(\w+)}", lambda match: values.get(match[1], match[0]), template)
