"""Renders conversations as apply_chat_template does, on one day."""

import datetime
import tarfile
from pathlib import Path

from transformers.utils import chat_template_utils

INSTRUCTION = "Answer the following question as simple as possible.\nQuestion: "


class OneDay(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 1, 31)


chat_template_utils.datetime = OneDay


def asked(question: str) -> dict:
    return {"role": "user", "content": INSTRUCTION + question + "\nAnswer:"}


SHOTS = [
    asked("What is frozen water called?"),
    {"role": "assistant", "content": "ice"},
    asked('Wie heißt "Äther" & <b>noch</b>? \\n {{ x }}'),
    {"role": "assistant", "content": " Lichtäther\n"},
]
SYSTEM = {"role": "system", "content": "You answer in one word."}
LAST = asked("How many legs\n\thas a 🕷?")

CONVERSATIONS = {
    "alone": [LAST],
    "with shots": [*SHOTS, LAST],
    "with blanks": [*SHOTS, {"role": "user", "content": " \n\u00a0Who?\t\n"}],
    "with system": [SYSTEM, *SHOTS, LAST],
    "alone with system": [SYSTEM, LAST],
}


def render(template: str, messages: list, tokens: dict) -> str:
    rendered, _ = chat_template_utils.render_jinja_template(
        [messages], chat_template=template, add_generation_prompt=True, **tokens
    )
    return rendered[0]


def package(path: Path) -> dict[str, str]:
    """The files that name templates, by their names."""
    files = {}
    with tarfile.open(path) as archive:
        for member in archive:
            if member.name.endswith(".jinja") or member.name.endswith("test-chat-template.cpp"):
                files[Path(member.name).name] = archive.extractfile(member).read().decode()
    return files
