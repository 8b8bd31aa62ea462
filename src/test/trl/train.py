"""Loads an export as TRL's trainers do, and takes a few training steps on it with a tiny random model.

    python train.py sft|kto|dpo train.jsonl

Prints, as JSON, the trainer's rows as texts: what is learnt of the first row, and the last loss.
"""

import json
import sys
import tempfile
from typing import Any

from datasets import Dataset, load_dataset
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, SFTConfig, SFTTrainer

TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
COMMON: dict[str, Any] = dict(
    max_steps=3, per_device_train_batch_size=4, use_cpu=True, bf16=False, report_to="none", save_strategy="no", logging_steps=1,
    disable_tqdm=True, dataloader_pin_memory=False, learning_rate=1e-3,
)  # fmt: skip


def tokenizer() -> PreTrainedTokenizerFast:
    """Of bytes, so that it reads any text."""
    tokens = Tokenizer(models.BPE())
    tokens.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokens.decoder = decoders.ByteLevel()
    special = ["<pad>", "<s>", "</s>", "<|user|>", "<|assistant|>", "<|system|>"]
    tokens.train_from_iterator(
        [], trainers.BpeTrainer(special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    )
    found = PreTrainedTokenizerFast(tokenizer_object=tokens, pad_token="<pad>", bos_token="<s>", eos_token="</s>")
    found.chat_template = TEMPLATE
    return found


def model(vocabulary: int) -> LlamaForCausalLM:
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocabulary, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
            num_key_value_heads=2, max_position_embeddings=512, pad_token_id=0, bos_token_id=1, eos_token_id=2,
        )
    )  # fmt: skip


def save(folder: str) -> None:
    """A tiny random model with its tokenizer."""
    words = tokenizer()
    words.save_pretrained(folder)
    model(len(words)).save_pretrained(folder)


def main(kind: str, file: str) -> None:
    rows: Dataset = load_dataset("json", data_files=file, split="train")
    words = tokenizer()
    with tempfile.TemporaryDirectory() as folder:
        common = dict(COMMON, output_dir=folder)
        # Trainers that need a reference model load it from where the model came.
        net = folder + "/model"
        save(net)
        if kind == "sft":
            trainer = SFTTrainer(net, SFTConfig(**common), train_dataset=rows, processing_class=words)
        elif kind == "kto":
            trainer = KTOTrainer(net, args=KTOConfig(**common), train_dataset=rows, processing_class=words)
        else:
            trainer = DPOTrainer(net, args=DPOConfig(**common), train_dataset=rows, processing_class=words)
        seen = trainer.train_dataset
        batch = next(iter(trainer.get_train_dataloader()))
        trainer.train()
        losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    first = next(iter(seen))
    learnt = None
    if kind == "sft":
        collated = trainer.data_collator([first])
        learnt = words.decode([t for t in collated["labels"][0].tolist() if t != -100])
    print(
        json.dumps(
            {
                "rows": len(seen),
                "columns": sorted(rows.column_names),
                "batch": sorted(batch),
                "learnt": learnt,
                "steps": trainer.state.global_step,
                "loss": losses[-1],
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
