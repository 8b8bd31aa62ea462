"""The training of an adapter: the same examples, seed and machine give the same adapter, whether it was killed on the way or not."""

import contextlib
import json
import math
import os
import random
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from torch.nn.attention import SDPBackend, sdpa_kernel

from craft_trainer.adapter import Adapter
from craft_trainer.base_model import Tokenizer, load_model
from craft_trainer.errors import TrainerError
from craft_trainer.examples import Example, Pack, packs
from craft_trainer.journal import sync_folder
from craft_trainer.say import Progress, say
from craft_trainer.settings import Compute, HyperParameters

_DIFFERENCE = 0.05


@dataclass
class Cost:
    """What the training cost so far, over all processes that took part in it."""

    seconds: float = 0.0
    """Of steps, without loading the weights."""
    processor_seconds: float = 0.0
    computed_tokens: int = 0
    """Tokens that went through the model."""
    example_tokens: int = 0
    """Tokens of the examples, prompts included, each counted in full."""
    peak_memory: int = 0
    """Most bytes that a process had, loading the weights included."""
    peak_gpu_memory: int = 0


@dataclass
class State:
    """How far the training is."""

    step: int = 0
    losses: list[float] = field(default_factory=list)
    """Of each step, over the tokens of its responses."""
    cost: Cost = field(default_factory=Cost)


class Trainer:
    """An adapter on its base model, with all that decides what it becomes."""

    def __init__(self, base: Path, start: Adapter | None, hyper: HyperParameters, compute: Compute, seed: int) -> None:
        """`start`: the adapter that is trained on; else a new one, which changes nothing yet."""
        self._hyper, self._seed = hyper, seed
        self._device = _device(compute)
        self.precision = _precision(compute, self._device)
        self._dtype = torch.bfloat16 if self.precision == "BF16" else torch.float32
        torch.set_num_threads(compute.threads)
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)
        random.seed(seed)
        torch.manual_seed(seed)
        config = LoraConfig(
            r=hyper.rank if start is None else start.rank,
            lora_alpha=hyper.alpha if start is None else start.alpha,
            target_modules=list(hyper.projections if start is None else start.projections),
            lora_dropout=hyper.dropout,
            task_type="CAUSAL_LM",
        )
        self.rank, self.alpha = config.r, config.lora_alpha
        self._model: PeftModel = get_peft_model(load_model(base, self._dtype), config)
        if start is not None:
            found = set_peft_model_state_dict(
                self._model, {name: torch.from_numpy(value) for name, value in start.weights.items()}
            )
            if found.unexpected_keys:
                raise TrainerError(
                    f"The adapter that is to be trained on does not fit {base}: it has {found.unexpected_keys[0]}."
                )
        self._model.to(self._device)
        self._weights = [p for p in self._model.parameters() if p.requires_grad]
        self._optimizer = torch.optim.AdamW(self._weights, lr=hyper.learning_rate, weight_decay=hyper.weight_decay)

    def train(self, examples: Sequence[Example], state_file: Path) -> State:
        """Trains to the end, from the training checkpoint in the file where there is one."""
        hyper = self._hyper
        state = self._restore(state_file)
        steps = hyper.epochs * math.ceil(len(examples) / hyper.batch)
        if state.step == 0:
            self._require_equal_packs(examples)
        progress = Progress()
        self._model.train()
        for batch in self._batches(examples, state.step):
            started, processor = time.monotonic(), time.process_time()
            loss = self._step(batch, self._learning_rate(state.step, steps), state.cost)
            state.losses.append(loss)
            state.step += 1
            state.cost.seconds += time.monotonic() - started
            state.cost.processor_seconds += time.process_time() - processor
            if state.step % hyper.save_every == 0 or state.step == steps:
                self._save(state, state_file)
            progress.show(state.step, steps, _words(state, steps))
        self._measure_memory(state.cost)
        return state

    def weights(self) -> Adapter:
        """The adapter as it is now."""
        state = get_peft_model_state_dict(self._model, save_embedding_layers=False)
        named = {name: tensor.detach().float().cpu().numpy() for name, tensor in state.items()}
        targets = self._model.peft_config["default"].target_modules
        return Adapter(self.rank, self.alpha, tuple(sorted(targets)), named)

    def answer(self, example: Example, tokenizer: Tokenizer, most_tokens: int) -> str:
        """What the model says, greedily, to the end of its first line."""
        self._model.eval()
        ids = torch.tensor([example.prompt], device=self._device)
        with torch.no_grad(), self._computing():
            said = self._model.generate(
                input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=most_tokens, do_sample=False, num_beams=1,
                eos_token_id=tokenizer.end_id, pad_token_id=tokenizer.end_id,
            )[0, ids.shape[1] :].tolist()  # fmt: skip
        return tokenizer.text(said).strip().partition("\n")[0].strip()

    # ------------------------------------------------------------------ steps

    def _batches(self, examples: Sequence[Example], done: int) -> Iterator[list[Example]]:
        """Those that are left, each epoch in an order of its own."""
        size = self._hyper.batch
        for epoch in range(self._hyper.epochs):
            order = list(examples)
            random.Random(f"{self._seed}/{epoch}").shuffle(order)
            for start in range(0, len(order), size):
                if done > 0:
                    done -= 1
                else:
                    yield order[start : start + size]

    def _learning_rate(self, step: int, steps: int) -> float:
        rising = max(1, round(self._hyper.warm_up * steps))
        if step < rising:
            return self._hyper.learning_rate * (step + 1) / rising
        return self._hyper.learning_rate * (steps - step) / max(1, steps - rising)

    def _step(self, batch: Sequence[Example], learning_rate: float, cost: Cost) -> float:
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate
        responses = sum(len(example.response) for example in batch)
        total = 0.0
        for pack in packs(batch, self._hyper.pack_tokens):
            loss = self._loss(pack) / responses
            with sdpa_kernel(self._attention()):
                loss.backward()
            total += loss.item()
            cost.computed_tokens += len(pack.ids)
        torch.nn.utils.clip_grad_norm_(self._weights, self._hyper.gradient_norm)
        self._optimizer.step()
        self._optimizer.zero_grad()
        cost.example_tokens += sum(len(example) for example in batch)
        if not math.isfinite(total):
            raise TrainerError(f"The loss is {total}: the training diverges. Lower learning-rate.")
        return total

    def _loss(self, pack: Pack) -> torch.Tensor:
        """Summed over the tokens of the responses. The vocabulary is computed for these alone."""
        mask = None
        if pack.visible is not None:
            mask = torch.from_numpy(pack.visible)[None, None].to(self._device)
        with self._computing():
            logits = self._model(
                input_ids=torch.from_numpy(pack.ids)[None].to(self._device),
                position_ids=torch.from_numpy(pack.positions)[None].to(self._device),
                attention_mask=mask,
                use_cache=False,
                logits_to_keep=torch.from_numpy(pack.predicting).to(self._device),
            ).logits[0]
        return torch.nn.functional.cross_entropy(logits.float(), torch.from_numpy(pack.targets).to(self._device), reduction="sum")

    @contextlib.contextmanager
    def _computing(self) -> Iterator[None]:
        mixed = torch.autocast(self._device.type, torch.bfloat16, enabled=self._dtype == torch.bfloat16)
        with mixed, sdpa_kernel(self._attention()):
            yield

    def _attention(self) -> list[SDPBackend]:
        """The others' backward passes on a GPU add up in no fixed order."""
        return [SDPBackend.MATH] if self._device.type == "cuda" else [SDPBackend.FLASH_ATTENTION, SDPBackend.MATH]

    def _require_equal_packs(self, examples: Sequence[Example]) -> None:
        """Not every model lets examples share a sequence; one with a memory of its own, such as Mamba, mixes them up."""
        some = sorted(examples, key=lambda e: e.prompt)[: min(4, self._hyper.batch)]
        together = packs(some, self._hyper.pack_tokens)
        if all(pack.visible is None for pack in together):
            return
        self._model.eval()
        with torch.no_grad():
            packed, alone = (sum(self._loss(pack).item() for pack in made) for made in (together, packs(some, 0)))
        if abs(packed - alone) > _DIFFERENCE * max(1.0, alone):
            raise TrainerError(
                f"The model computes other losses for examples that are packed ({packed:.3f}) than for each alone ({alone:.3f}). "
                "Set pack-tokens to 0."
            )

    # ------------------------------------------------------------------ training checkpoints

    def _save(self, state: State, file: Path) -> None:
        self._measure_memory(state.cost)
        part = file.with_name(file.name + ".part")
        with part.open("wb") as out:
            torch.save(
                {
                    "state": json.dumps(asdict(state)),
                    "weights": [w.detach().cpu() for w in self._weights],
                    "optimizer": self._optimizer.state_dict(),
                    "random": torch.get_rng_state(),
                    "gpu_random": torch.cuda.get_rng_state(self._device) if self._device.type == "cuda" else None,
                },
                out,
            )
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
        sync_folder(file.parent)

    def _restore(self, file: Path) -> State:
        if not file.exists():
            return State()
        saved = torch.load(file, map_location="cpu", weights_only=True)
        with torch.no_grad():
            for weight, value in zip(self._weights, saved["weights"], strict=True):
                weight.copy_(value)
        self._optimizer.load_state_dict(saved["optimizer"])
        torch.set_rng_state(saved["random"])
        if saved["gpu_random"] is not None and self._device.type == "cuda":
            torch.cuda.set_rng_state(saved["gpu_random"], self._device)
        values = json.loads(saved["state"])
        state = State(values["step"], values["losses"], Cost(**values["cost"]))
        say(f"Going on from the training checkpoint of step {state.step}")
        return state

    def _measure_memory(self, cost: Cost) -> None:
        cost.peak_memory = max(cost.peak_memory, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
        if self._device.type == "cuda":
            cost.peak_gpu_memory = max(cost.peak_gpu_memory, torch.cuda.max_memory_allocated(self._device))


def _device(compute: Compute) -> torch.device:
    if compute.device == "CUDA" and not torch.cuda.is_available():
        raise TrainerError("compute.device is CUDA, and PyTorch finds no GPU. Look at nvidia-smi, or set it to CPU.")
    return torch.device("cpu" if compute.device == "CPU" or not torch.cuda.is_available() else "cuda")


def _precision(compute: Compute, device: torch.device) -> str:
    if compute.precision != "AUTO":
        return compute.precision
    if device.type == "cuda":
        return "BF16" if torch.cuda.is_bf16_supported() else "FP32"
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return "FP32"
    return "BF16" if "avx512_bf16" in flags or "amx_bf16" in flags else "FP32"


def _words(state: State, steps: int) -> str:
    recent = state.losses[-10:]
    seconds = max(state.cost.seconds, 1e-9)
    left = seconds / state.step * (steps - state.step)
    return f"loss {sum(recent) / len(recent):.3f}, {state.cost.computed_tokens / seconds:,.0f} tokens/s, about {left:.0f} s left"
