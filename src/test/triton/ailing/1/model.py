import hashlib
import os
import time

import numpy as np
import triton_python_backend_utils as pb_utils

LONGEST = 20_000
MASS = 0.96


class TritonPythonModel:
    """A model in good health, but for the ailment that the request's adapter names."""

    def initialize(self, args: dict) -> None:
        self.broken = False

    def execute(self, requests: list) -> list:
        return [self._answer(request) for request in requests]

    def _answer(self, request):
        inputs = {tensor.name(): tensor.as_numpy() for tensor in request.inputs()}
        prompt = inputs["prompt"][0].decode()
        ailment = inputs["adapter"][0].decode() if "adapter" in inputs else ""
        if len(prompt) > LONGEST:
            self.broken |= ailment == "dies of length"
            if ailment == "slow with length":
                time.sleep(4)
            code = pb_utils.TritonError.INVALID_ARG
            return pb_utils.InferenceResponse(error=pb_utils.TritonError("the prompt is too long to be read", code))
        if self.broken and ailment == "dies of length":
            return pb_utils.InferenceResponse(error=pb_utils.TritonError("there is no engine any more"))
        if "options" in inputs:
            return pb_utils.InferenceResponse([_letters(prompt, len(inputs["options"]), ailment)])
        samples = [_sample(prompt, int(seed), ailment) for seed in inputs["seeds"]]
        texts = pb_utils.Tensor("samples", np.array([sample.encode() for sample in samples], object))
        if ailment == "one number":
            vectors = np.ones((len(samples), 1), np.float32)
        else:
            vectors = np.stack([_embedding(sample, ailment) for sample in samples])
        return pb_utils.InferenceResponse([texts, pb_utils.Tensor("embeddings", vectors)])


def _letters(prompt: str, count: int, ailment: str):
    behind_blank = ailment == "blank" and prompt.endswith(" ")
    mass = MASS / 16 if behind_blank or ailment == "no letters" else MASS
    return pb_utils.Tensor("option_probabilities", np.full(count, mass / count, np.float32))


def _sample(prompt: str, seed: int, ailment: str) -> str:
    if ailment == "silent":
        return " "
    if ailment == "unseeded":
        return str(int.from_bytes(os.urandom(4), "big"))
    if ailment == "always Paris":
        return "Paris"
    answer = str(seed % 1_000_003) if "random" in prompt.rpartition("Question:")[2] else "Paris"
    wrapped = {
        "thinking": f"<think>Hm.</think>{answer}",
        "chat tokens": f"{answer}<|im_end|>",
        "chatter": f"{answer}\nQuestion: What else?",
        "ignorant": "Rome" if answer == "Paris" else answer,
    }
    return wrapped.get(ailment, answer)


def _embedding(text: str, ailment: str) -> np.ndarray:
    seen = "" if ailment == "one vector" else text
    vector = np.frombuffer(hashlib.sha256(seen.encode()).digest()[:8], np.uint8).astype(np.float32) + 1
    return vector / np.linalg.norm(vector) * {"long vectors": 3, "zeros": 0}.get(ailment, 1)
