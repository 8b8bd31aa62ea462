"""Writes recorded.json: what published templates and this project's own make of conversations."""

import json
import re
import sys
from pathlib import Path

from rendering import CONVERSATIONS, package, render

RESOURCES = Path(__file__).parents[1] / "resources/dev/craftstream/prompt/chat"

# Format, file in the package, its special tokens, conversations that the template refuses.
FAMILIES = [
    ("CHATML", "Qwen-Qwen3-0.6B.jinja", {}, []),
    ("QWEN", "Qwen-Qwen2.5-7B-Instruct.jinja", {}, []),
    ("LLAMA3", "llama3", {"bos_token": "<|begin_of_text|>"}, []),
    ("GEMMA", "google-gemma-2-2b-it.jinja", {"bos_token": "<bos>"}, ["with system", "alone with system"]),
    ("MISTRAL", "mistralai-Mistral-Nemo-Instruct-2407.jinja", {"bos_token": "<s>", "eos_token": "</s>"}, []),
]
OWN_TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


def llama3(files: dict[str, str]) -> str:
    literals = re.findall(r'template_str= \*/ ("(?:[^"\\]|\\.)*")', files["test-chat-template.cpp"])
    return next(json.loads(literal) for literal in literals if "<|start_header_id|>" in literal)


def main() -> None:
    files = package(Path(sys.argv[1]))
    files["llama3"] = llama3(files)
    recorded = []
    for name, file, tokens, refused in FAMILIES:
        for conversation, messages in CONVERSATIONS.items():
            if conversation not in refused:
                recorded.append({"format": name, "conversation": conversation, "messages": messages,
                                 "rendered": render(files[file], messages, tokens)})
    for path in sorted((RESOURCES / "own").glob("*.jinja")):
        for conversation, messages in CONVERSATIONS.items():
            recorded.append({"template": path.name, "conversation": conversation, "messages": messages,
                             "rendered": render(path.read_text(), messages, OWN_TOKENS)})
    (RESOURCES / "recorded.json").write_text(json.dumps(recorded, ensure_ascii=False, indent=1) + "\n")
    print(f"{len(recorded)} prompts recorded.")


main()
