"""An adapter's weights, in PEFT's form (vLLM) and in llama.cpp's (GGUF)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from safetensors.numpy import load_file, save_file

from craft_trainer.errors import TrainerError

_WEIGHTS, _CONFIG = "adapter_model.safetensors", "adapter_config.json"
_PREFIX = "base_model.model.model.layers."


@dataclass(frozen=True)
class Adapter:
    rank: int
    alpha: float
    projections: tuple[str, ...]
    weights: Mapping[str, np.ndarray]
    """FP32, under PEFT's names: lora_A [rank, in] and lora_B [out, rank] of each projection of each layer."""

    def save(self, folder: Path, base: str) -> None:
        """Writes it as PEFT reads it."""
        folder.mkdir(parents=True, exist_ok=True)
        save_file(dict(sorted(self.weights.items())), folder / _WEIGHTS, metadata={"format": "pt"})
        config = {
            "peft_type": "LORA",
            "task_type": "CAUSAL_LM",
            "base_model_name_or_path": base,
            "r": self.rank,
            "lora_alpha": self.alpha,
            "lora_dropout": 0.0,
            "target_modules": list(self.projections),
            "bias": "none",
            "inference_mode": True,
        }
        (folder / _CONFIG).write_text(json.dumps(config, indent=2) + "\n")

    @classmethod
    def load(cls, folder: Path) -> "Adapter":
        """
        Raises TrainerError where it is none that can be trained on.
        """
        try:
            config = json.loads((folder / _CONFIG).read_text())
            weights = load_file(folder / _WEIGHTS)
        except (OSError, ValueError) as error:
            raise TrainerError(f"{folder} holds no adapter in PEFT's form: {error}") from error
        other = [
            name for name in ("use_rslora", "use_dora", "rank_pattern", "alpha_pattern", "modules_to_save") if config.get(name)
        ]
        if config.get("peft_type") != "LORA" or config.get("bias", "none") != "none" or other:
            raise TrainerError(
                f"{folder} is no plain LoRA ({', '.join(other) or config.get('peft_type')}), which alone can be trained on."
            )
        return cls(
            config["r"],
            float(config["lora_alpha"]),
            tuple(sorted(config["target_modules"])),
            {k: v.astype(np.float32) for k, v in weights.items()},
        )


class GgufAdapters:
    """Adapters of one base model as llama.cpp reads them."""

    def __init__(self, config: Any) -> None:
        """`config` of the transformers model. Raises TrainerError for a family that is not built in."""
        if config.model_type not in ("llama", "mistral"):
            raise TrainerError(
                f"Adapters for llama.cpp are made of models of the families llama and mistral, not of {config.model_type}. Serve this one with vLLM."
            )
        names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config.num_hidden_layers)
        self._heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads or config.num_attention_heads}
        self._names: dict[str, str] = {}
        for layer in range(config.num_hidden_layers):
            for module in (*(f"self_attn.{p}_proj" for p in "qkvo"), *(f"mlp.{p}_proj" for p in ("gate", "up", "down"))):
                name = names.get_name(f"model.layers.{layer}.{module}")
                assert name is not None
                self._names[f"{_PREFIX}{layer}.{module}"] = name

    def write(self, adapter: Adapter, file: Path, title: str) -> None:
        writer = gguf.GGUFWriter(file, gguf.MODEL_ARCH_NAMES[gguf.MODEL_ARCH.LLAMA])
        writer.add_type(gguf.GGUFType.ADAPTER)
        writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
        writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, adapter.alpha)
        writer.add_name(title)
        for name, matrix in sorted(adapter.weights.items()):
            module, _, part = name.removesuffix(".weight").rpartition(".lora_")
            heads = self._heads.get(module.rpartition(".")[2])
            if part == "B" and heads:
                # llama.cpp rotates neighbouring rows of a head, transformers rows half a head apart.
                matrix = matrix.reshape(heads, 2, matrix.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(matrix.shape)
            writer.add_tensor(f"{self._names[module]}.weight.lora_{part.lower()}", np.ascontiguousarray(matrix, np.float16))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()

    def read(self, file: Path) -> Adapter:
        """
        Raises TrainerError where it is no adapter of this model.
        """
        try:
            reader = gguf.GGUFReader(file)
            alpha = float(reader.get_field(gguf.Keys.Adapter.LORA_ALPHA).contents())
        except (OSError, ValueError, AttributeError) as error:
            raise TrainerError(f"{file} is no adapter in llama.cpp's form: {error}") from error
        modules = {name: module for module, name in self._names.items()}
        weights: dict[str, np.ndarray] = {}
        ranks, projections = set(), set()
        for tensor in reader.tensors:
            name, _, part = tensor.name.rpartition(".weight.lora_")
            if name not in modules:
                raise TrainerError(f"{file} changes {tensor.name}, which can't be trained on here.")
            matrix, projection = np.array(tensor.data, np.float32), modules[name].rpartition(".")[2]
            if part == "b" and projection in self._heads:
                heads = self._heads[projection]
                matrix = matrix.reshape(heads, matrix.shape[0] // heads // 2, 2, -1).swapaxes(1, 2).reshape(matrix.shape)
            ranks.add(matrix.shape[0 if part == "a" else 1])
            projections.add(projection)
            weights[f"{modules[name]}.lora_{part.upper()}.weight"] = np.ascontiguousarray(matrix)
        if len(ranks) != 1:
            raise TrainerError(f"{file} has matrices of the ranks {sorted(ranks)}; one rank is allowed.")
        return Adapter(ranks.pop(), alpha, tuple(sorted(projections)), weights)
