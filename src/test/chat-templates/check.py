"""Writes a package's templates into a folder, with what each makes of the conversations."""

import json
import sys
from pathlib import Path

from rendering import CONVERSATIONS, package, render

TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


def main() -> None:
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    recorded = []
    for name, template in package(Path(sys.argv[1])).items():
        if not name.endswith(".jinja"):
            continue
        (folder / name).write_text(template)
        for conversation, messages in CONVERSATIONS.items():
            try:
                rendered = render(template, messages, TOKENS)
            except Exception as refusal:  # Of any kind: the template refuses it.
                rendered = None
                print(f"{name} refuses {conversation}: {refusal}")
            recorded.append({"template": name, "conversation": conversation, "messages": messages, "rendered": rendered})
    (folder / "recorded.json").write_text(json.dumps(recorded, ensure_ascii=False))
    (folder / "tokenizer_config.json").write_text(json.dumps(TOKENS))
    print(f"{len(recorded)} prompts recorded.")


main()
