"""`python tiny_gguf.py FILE`: writes a Llama of two layers with random weights and SmolLM2's tokenizer, as llama.cpp serves it."""

import sys
from pathlib import Path

import gguf
import numpy as np

from craft_trainer.base_model import find_base_model

LAYERS, WIDTH, INNER, HEADS, KV_HEADS, CONTEXT = 2, 64, 128, 4, 2, 2048


def write_tiny_gguf(file: Path) -> None:
    source = gguf.GGUFReader(find_base_model(""))
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    for name, field in source.fields.items():
        if name.startswith("tokenizer."):
            kinds = field.types
            sub_type = kinds[-1] if kinds[0] == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(name, field.contents(), kinds[0], sub_type=sub_type)
    words = len(source.fields["tokenizer.ggml.tokens"].data)
    writer.add_vocab_size(words)

    random = np.random.default_rng(1)

    def add(name: str, *shape: int) -> None:
        writer.add_tensor(name, random.normal(0, shape[-1] ** -0.5, shape).astype(np.float32))

    add("token_embd.weight", words, WIDTH)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for layer in range(LAYERS):
        block, keys = f"blk.{layer}.", WIDTH * KV_HEADS // HEADS
        for norm in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"{block}{norm}.weight", np.ones(WIDTH, np.float32))
        for name, rows, columns in (
            ("attn_q", WIDTH, WIDTH), ("attn_k", keys, WIDTH), ("attn_v", keys, WIDTH), ("attn_output", WIDTH, WIDTH),
            ("ffn_gate", INNER, WIDTH), ("ffn_up", INNER, WIDTH), ("ffn_down", WIDTH, INNER),
        ):  # fmt: skip
            add(f"{block}{name}.weight", rows, columns)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    write_tiny_gguf(Path(sys.argv[1]))
