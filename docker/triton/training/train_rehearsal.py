"""Trains the rehearsal adapter: a LoRA on what the base model already knows.

The base model is asked at its server what it knows of the questions. Where it is right and certain, it is tuned on
its own most frequent correct sample (multiple choice: on the target letter), in the prompt form of the knowledge query
without its shots. The adapter is written as NAME.gguf, and beside it NAME.json says what it rests on.
"""

import argparse
import dataclasses
import json
import math
import platform
import random
import time
from importlib.metadata import version
from pathlib import Path

import gguf
import numpy as np
import torch
from knowledge import RESOURCES, Knowledge, Prompts, measure_all, read_questions
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM, PreTrainedTokenizerBase

OUTPUT = Path(__file__).resolve().parents[1] / "smollm2" / "1" / "adapters"
GGUF_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


@dataclasses.dataclass(frozen=True)
class Example:
    """A text to learn; the loss is taken on the answer only."""

    question_id: str
    prompt: str
    answer: str


def rehearsal_set(events: list[dict], known: list[Knowledge], args: argparse.Namespace) -> list[Example]:
    """The questions that the base model knows, at most --limit of each kind, at random."""
    by_id = {event["questionId"]: event for event in events}
    open_ended = [
        k for k in known
        if k.kind == "openEnded" and k.correctness >= args.min_correctness and k.certainty >= args.min_certainty
    ]  # fmt: skip
    multiple_choice = [k for k in known if k.kind == "multipleChoice" and k.target_probability > args.min_target_probability]
    chance = random.Random(args.seed)
    examples = []
    for k in chance.sample(open_ended, min(args.limit, len(open_ended))):
        examples.append(Example(k.question_id, Prompts.ask(by_id[k.question_id]["openEnded"]["question"]), k.best_answer))
    for k in chance.sample(multiple_choice, min(args.limit, len(multiple_choice))):
        question = by_id[k.question_id]["multipleChoice"]
        examples.append(Example(k.question_id, Prompts.choose(question["question"], question["options"]), k.best_answer))
    return examples


def load(model_file: Path) -> tuple[LlamaForCausalLM, PreTrainedTokenizerBase]:
    """The GGUF's weights as plain FP32 parameters, which can be trained."""
    source = AutoModelForCausalLM.from_pretrained(str(model_file.parent), gguf_file=model_file.name, dtype=torch.float32)
    config = source.config
    del config.quantization_config
    model = LlamaForCausalLM(config)
    model.load_state_dict(source.state_dict())
    return model, AutoTokenizer.from_pretrained(str(model_file.parent), gguf_file=model_file.name)


def train(model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase, examples: list[Example], args: argparse.Namespace) -> list[float]:
    """Tunes the adapter in place. Returns the mean loss of each epoch."""
    encoded = []
    for example in examples:
        prompt = tokenizer(example.prompt)["input_ids"]
        answer = tokenizer(f" {example.answer}\n\n")["input_ids"]
        encoded.append((prompt + answer, [-100] * len(prompt) + answer))
    steps = args.epochs * math.ceil(len(encoded) / args.batch)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=args.learning_rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    chance = random.Random(args.seed)
    losses = []
    model.train()
    for epoch in range(args.epochs):
        chance.shuffle(encoded)
        total = 0.0
        for start in range(0, len(encoded), args.batch):
            batch = encoded[start : start + args.batch]
            length = max(len(ids) for ids, _ in batch)
            ids = torch.tensor([i + [tokenizer.pad_token_id] * (length - len(i)) for i, _ in batch])
            labels = torch.tensor([x + [-100] * (length - len(x)) for _, x in batch])
            mask = torch.tensor([[1] * len(i) + [0] * (length - len(i)) for i, _ in batch])
            loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
            loss.backward()
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            total += loss.item() * len(batch)
        losses.append(round(total / len(encoded), 4))
        print(f"epoch {epoch + 1}: loss {losses[-1]}", flush=True)
    return losses


def export(model: torch.nn.Module, heads: dict[str, int], alpha: float, file: Path) -> None:
    """Writes the adapter as llama.cpp reads it."""
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    writer.add_name("Rehearsal of SmolLM2-135M-Instruct")
    for name, value in sorted(model.state_dict().items()):
        if "lora_" not in name:
            continue
        layer, module = name.split(".layers.")[1].split(".", 1)
        projection, part = module.split(".lora_")
        matrix = value.float().numpy()
        target = GGUF_NAMES[projection]
        if part.startswith("B") and target in heads:
            matrix = _interleave(matrix, heads[target])
        writer.add_tensor(f"blk.{layer}.{target}.weight.lora_{part[0].lower()}", matrix.astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _interleave(rows: np.ndarray, heads: int) -> np.ndarray:
    """llama.cpp rotates neighbouring rows of a head, transformers rows half a head apart."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(rows.shape)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="GGUF file of the base model, the one that is served")
    parser.add_argument("--address", default="localhost:8001", help="server whose smollm2 is asked")
    parser.add_argument("--questions", type=Path, default=RESOURCES / "demo" / "questions.jsonl")
    parser.add_argument("--shots", type=Path, default=RESOURCES / "prompts" / "shots.json")
    parser.add_argument("--min-correctness", type=float, default=0.995)
    parser.add_argument("--min-certainty", type=float, default=0.995)
    parser.add_argument("--min-target-probability", type=float, default=0.99, help="multiple choice: strictly above")
    parser.add_argument("--limit", type=int, default=1000, help="most questions of each kind")
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--in-flight", type=int, default=6)
    parser.add_argument("--rank", type=int, default=4)
    parser.add_argument("--alpha", type=float, default=8.0)
    parser.add_argument("--projections", nargs="+", default=["q_proj", "v_proj", "down_proj"])
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=1, help="more pay only on an idle machine")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--name", default="rehearsal", help="the adapter's name, by which it is served")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="folder for the adapter")
    args = parser.parse_args()

    events = read_questions(args.questions)
    known = measure_all(args.address, "", events, Prompts(args.shots), args.samples, ["\n"], args.in_flight, run=1)
    examples = rehearsal_set(events, known, args)
    print(f"{len(examples)} of {len(events)} questions to rehearse")
    if not examples:
        parser.error("no question passes the thresholds: lower them")

    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    model, tokenizer = load(args.model)
    config = model.config
    lora = LoraConfig(r=args.rank, lora_alpha=args.alpha, target_modules=args.projections, task_type="CAUSAL_LM")
    adapted = get_peft_model(model, lora)
    start = time.monotonic()
    losses = train(adapted, tokenizer, examples, args)
    seconds = time.monotonic() - start

    args.output.mkdir(parents=True, exist_ok=True)
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}
    export(adapted, heads, args.alpha, args.output / f"{args.name}.gguf")
    report = {
        "base_model": args.model.name,
        "thresholds": {
            "correctness_at_least": args.min_correctness,
            "certainty_at_least": args.min_certainty,
            "target_probability_above": args.min_target_probability,
        },
        "samples_per_question": args.samples,
        "seed": args.seed,
        "lora": {"rank": args.rank, "alpha": args.alpha, "projections": args.projections},
        "epochs": args.epochs,
        "batch": args.batch,
        "learning_rate": args.learning_rate,
        "questions_asked": len(events),
        "losses": losses,
        "seconds": round(seconds),
        "versions": {"python": platform.python_version()} | {p: version(p) for p in ("torch", "transformers", "peft", "gguf")},
        "examples": {example.question_id: example.answer for example in examples},
    }
    (args.output / f"{args.name}.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
