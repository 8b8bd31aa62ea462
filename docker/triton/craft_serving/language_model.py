"""A GGUF language model with its LoRA adapters on llama.cpp: many requests share its slots in one batch."""

import json
import math
import string
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from xllamacpp import CommonAdapterLoraInfo, CommonParams, Server

from craft_serving.settings import Settings
from craft_serving.slots import Cancelled, Slots

TOP_TOKENS = 512
"""Tokens whose probability is asked for at first. Costs 20 ms; the whole vocabulary costs 600 ms."""
COMPUTE_BATCH = 128
"""Tokens computed at once. More is not faster on a few cores, and costs 0.2 MB a token for the vocabulary's logits."""
CANCEL_CHECK_SECONDS = 0.1


@dataclass(frozen=True)
class Tokens:
    """What an answer took: tokens of the prompt, which its samples share, and those of all samples together."""

    prompt: int = 0
    generated: int = 0

    def and_reply(self, usage: dict) -> "Tokens":
        return Tokens(usage["prompt_tokens"], self.generated + usage["completion_tokens"])


class RequestError(ValueError):
    """The request can not be served as it is; asking again will not help."""


class LanguageModel:
    """Draws samples and reads next-token probabilities. Thread-safe: call it from one thread per request.

    Each request names the adapter to answer with, or "" for the model as it is.
    """

    def __init__(self, settings: Settings, adapters: Mapping[str, Path]) -> None:
        params = CommonParams()
        params.model.path = str(settings.language_model())
        # All are loaded, at a scale of 0. A request gives the one that it wants a scale of 1.
        params.lora_adapters = [CommonAdapterLoraInfo(str(file), 0.0) for file in adapters.values()]
        params.n_parallel = settings.slots + settings.prompts
        params.n_ctx = settings.context
        params.n_batch = params.n_ubatch = COMPUTE_BATCH
        params.kv_unified = True  # one attention memory for all slots, so that samples share their prompt's part
        # llama.cpp's cache of prompts does not tell adapters apart: one adapter would answer from what another computed.
        params.cache_ram_mib = 0
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = settings.threads
        params.fit_params = False
        params.verbosity = -1
        self._adapters = list(adapters)
        self._samples_at_once = settings.slots
        self._slots = Slots(settings.slots, settings.prompts)
        self._server = Server(params)

    def samples(
        self,
        adapter: str,
        prompt: str,
        seeds: Sequence[int],
        temperature: float,
        max_tokens: int,
        stop: Sequence[str],
        is_cancelled: Callable[[], bool],
    ) -> tuple[list[str], Tokens]:
        """One sample per seed, from the whole distribution (no top-k, top-p or min-p).

        The prompt is computed once for all samples, which llama.cpp seeds with seeds[0], seeds[0] + 1, ... (mod 2^32).
        Alone on the server, equal seeds give equal samples; under load most of them, since batches round differently.
        """
        texts: list[str] = []
        tokens = Tokens()
        while len(texts) < len(seeds):
            rest = seeds[len(texts) : len(texts) + self._samples_at_once]
            body = {
                "prompt": prompt,
                "n": len(rest),
                "seed": rest[0] % 2**32,
                "temperature": temperature,
                "max_tokens": max_tokens,
                "stop": list(stop),
                "top_k": 0,
                "top_p": 1.0,
                "min_p": 0.0,
                "lora": self._lora(adapter),
            }
            with self._slots.lease(adapter, prompt, len(rest), is_cancelled) as slot:
                more, tokens = self._generate({**body, "id_slot": slot}, tokens, is_cancelled)
            texts += more
        return texts, tokens

    def option_probabilities(
        self, adapter: str, prompt: str, letters: Sequence[str], is_cancelled: Callable[[], bool]
    ) -> tuple[np.ndarray, Tokens]:
        """FP32 [len(letters)]: the probability over the whole vocabulary that the next token is the letter.

        In this family of tokenizers a blank belongs to the word behind it. So blanks at the prompt's end are cut, and a
        letter's probability is that of its two tokens "A" and " A". If one of the two is not among the likeliest 512
        tokens, it counts as nothing; if neither is, the whole vocabulary is asked.
        """
        prompt = prompt.rstrip(" ")
        body = {"prompt": prompt, "max_tokens": 1, "temperature": 0.0, "lora": self._lora(adapter)}
        with self._slots.lease(adapter, prompt, 1, is_cancelled) as slot:
            found, tokens = self._next_token({**body, "id_slot": slot}, TOP_TOKENS, Tokens())
            if any(letter not in found for letter in letters):
                found, tokens = self._next_token({**body, "id_slot": slot}, 1 << 20, tokens)
        return np.array([found.get(letter, 0.0) for letter in letters], np.float32), tokens

    def _lora(self, adapter: str) -> list[dict]:
        """The scale of every adapter. A request that names none would keep what its slot has computed with one."""
        if adapter and adapter not in self._adapters:
            known = ", ".join(self._adapters) or "no adapters"
            raise RequestError(f"adapter {adapter!r} is not known; this version of the model has {known}")
        return [{"id": i, "scale": float(name == adapter)} for i, name in enumerate(self._adapters)]

    def _next_token(self, body: dict, top: int, before: Tokens) -> tuple[dict[str, float], Tokens]:
        reply = self._server.handle_completions({**body, "logprobs": top})
        _raise_if_refused(reply)
        found: dict[str, float] = {}
        for token in reply["choices"][0]["logprobs"]["content"][0]["top_logprobs"]:
            letter = token["token"].removeprefix(" ")
            if len(letter) == 1 and letter in string.ascii_uppercase:
                found[letter] = found.get(letter, 0.0) + math.exp(token["logprob"])
        return found, before.and_reply(reply["usage"])

    def _generate(
        self, body: dict, before: Tokens, is_cancelled: Callable[[], bool]
    ) -> tuple[list[str], Tokens]:
        """Streams, only so that a cancelled request can leave its slots to others at once."""
        texts = [""] * body["n"]
        tokens = before
        refused: dict = {}
        cancelled = False
        next_check = 0.0

        def on_chunk(chunk: bytes) -> bool:
            nonlocal cancelled, next_check, tokens
            reply = json.loads(chunk)
            if "choices" not in reply:
                refused.update(reply)
                return True
            for choice in reply["choices"]:
                texts[choice["index"]] += choice["text"]
            # In each sample's last chunk.
            if "usage" in reply:
                tokens = tokens.and_reply(reply["usage"])
            now = time.monotonic()
            if now >= next_check:
                next_check = now + CANCEL_CHECK_SECONDS
                cancelled = is_cancelled()
            return cancelled

        self._server.handle_completions(json.dumps({**body, "stream": True, "stream_options": {"include_usage": True}}).encode(), on_chunk)
        if cancelled:
            raise Cancelled
        _raise_if_refused(refused)
        return texts, tokens


def _raise_if_refused(reply: dict) -> None:
    error = reply.get("error", reply if "message" in reply else None)
    if error is not None:
        kind = RequestError if error.get("code") == 400 else RuntimeError
        raise kind(error.get("message", str(error)))
