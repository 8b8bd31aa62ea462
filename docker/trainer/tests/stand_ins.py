"""What the tests put in the place of a language model, of Kafka and of Triton. Log and server keep all in files, so that they
outlast a trainer that is killed."""

import json
from collections.abc import Sequence
from pathlib import Path

from craft_trainer.adapter import Adapter
from craft_trainer.base_model import load_config, load_tokenizer
from craft_trainer.errors import TrainerError
from craft_trainer.examples import Example
from craft_trainer.log import Record
from craft_trainer.messages import Serving
from craft_trainer.repository import repository
from craft_trainer.settings import Compute, HyperParameters, Triton

END = "<end>"


def make_tiny_model(folder: Path) -> Path:
    """A Llama of two layers whose tokens are bytes."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = [END, *alphabet]
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END).save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokens), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        max_position_embeddings=512, bos_token_id=None, eos_token_id=0, pad_token_id=0, initializer_range=0.3,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


class FileLog:
    """Topics of one partition, a file of JSON lines each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, topics: Sequence[str]) -> "FileReader":
        return FileReader(self, topics)

    def append(self, topic: str, key: bytes, value: bytes | None) -> int:
        offset = len(self.records(topic))
        entry = {"key": key.decode(), "value": None if value is None else value.decode("latin-1")}
        with (self._folder / f"{topic}.jsonl").open("a") as out:
            out.write(json.dumps(entry) + "\n")
        return offset

    def records(self, topic: str) -> list[Record]:
        file = self._folder / f"{topic}.jsonl"
        entries = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        return [
            Record(topic, 0, i, e["key"].encode(), None if e["value"] is None else e["value"].encode("latin-1"))
            for i, e in enumerate(entries)
        ]


class FileReader:
    def __init__(self, log: FileLog, topics: Sequence[str]) -> None:
        self._log = log
        self._read = dict.fromkeys(topics, 0)
        self._ends: dict[str, int] = {}
        self.mark_end()

    def poll(self, seconds: float) -> list[Record]:
        polled = []
        for topic, read in self._read.items():
            records = self._log.records(topic)[read:]
            self._read[topic] += len(records)
            polled += records
        return polled

    def mark_end(self) -> None:
        self._ends = {topic: len(self._log.records(topic)) for topic in self._read}

    def at_end(self) -> bool:
        return all(self._read[topic] >= end for topic, end in self._ends.items())

    def close(self) -> None:
        pass


class FileServer:
    """Serves the adapters that lay in the repository when the model was loaded last, by computing with them."""

    def __init__(self, settings: Triton, base: Path, state: Path, refuses: str = "") -> None:
        self._settings, self._base, self._state, self._refuses = settings, base, state, refuses

    def inputs(self, serving: Serving) -> set[str]:
        return {"prompt", "seeds", "adapter"}

    def load(self, serving: Serving) -> None:
        if self._refuses:
            raise TrainerError(self._refuses)
        with self._state.open("a") as out:
            out.write(f"{serving.model_name}\n")

    @property
    def loads(self) -> int:
        return len(self._state.read_text().splitlines()) if self._state.exists() else 0

    def ask(self, serving: Serving, prompt: str, most_tokens: int) -> str:
        assert self.loads, "a model answers when it is loaded"
        tokenizer = load_tokenizer(self._base)
        adapter: Adapter = repository(self._settings, serving, lambda: load_config(self._base)).read(serving.adapter_name)
        return model(self._base, adapter).answer(Example(tuple(tokenizer.prompt(prompt)), ()), tokenizer, most_tokens)


def model(base: Path, adapter: Adapter | None = None, **hyper):
    """A model to train, or to ask."""
    from craft_trainer.training import Trainer

    return Trainer(base, adapter, HyperParameters(**hyper), Compute(device="CPU", precision="FP32"), seed=1)
