import hashlib
import json

import numpy as np
import triton_python_backend_utils as pb_utils


ADAPTERS = ["rehearsal"]


class TritonPythonModel:
    """Sample k is the prompt's last question, one of three suffixes, chosen by seed k, and the adapter, if any.

    A prompt with "describe the request" gets samples that are what the model received, as JSON. One with
    'Say one of ["..", ..]' gets those of the texts that the seeds choose, up to a stop text and max_tokens words. Option i of
    K has probability 0.8 (i + 1) / (1 + .. + K), with an adapter 0.8 (K - i) / (1 + .. + K). Its tokens are words; what it
    generates for options is one. With "uncounted" in it the number of tokens makes no sense.
    """

    def execute(self, requests: list) -> list:
        return [self._answer(request) for request in requests]

    def _answer(self, request):
        inputs = {tensor.name(): tensor.as_numpy().tolist() for tensor in request.inputs()}
        inputs = {name: [v.decode() if isinstance(v, bytes) else v for v in values] for name, values in inputs.items()}
        prompt = inputs["prompt"][0]
        adapters = inputs.get("adapter", [])
        if not set(adapters) <= set(ADAPTERS):
            message = f"adapter {adapters[0]!r} is not known; there is {ADAPTERS}"
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(message, pb_utils.TritonError.INVALID_ARG))
        if "options" in inputs:
            weights = np.arange(1, len(inputs["options"]) + 1, dtype=np.float32)[:: -1 if adapters else 1]
            options = pb_utils.Tensor("option_probabilities", 0.8 * weights / weights.sum())
            return pb_utils.InferenceResponse([options, *self._tokens(prompt, 1)])
        if "describe the request" in prompt:
            received = {**inputs, "id": request.request_id(), "outputs": sorted(request.requested_output_names())}
            samples = [json.dumps(received)] * len(inputs["seeds"])
        elif "Say one of " in prompt:
            script = json.JSONDecoder().raw_decode(prompt, prompt.rfind("Say one of ") + len("Say one of "))[0]
            samples = [self._ended(script[seed % len(script)], inputs) for seed in inputs["seeds"]]
        else:
            question = prompt.rpartition("Question: ")[2].removesuffix("\nAnswer:").strip()
            samples = [" ".join([question, str(seed % 3), *adapters]) for seed in inputs["seeds"]]
        texts = np.array([sample.encode() for sample in samples], object)
        vectors = np.stack([self._embedding(sample) for sample in samples])
        tensors = [pb_utils.Tensor("samples", texts), pb_utils.Tensor("embeddings", vectors)]
        return pb_utils.InferenceResponse([*tensors, *self._tokens(prompt, sum(len(sample.split()) for sample in samples))])

    @staticmethod
    def _tokens(prompt: str, generated: int) -> list:
        counts = {"prompt_tokens": len(prompt.split()), "generated_tokens": -1 if "uncounted" in prompt else generated}
        return [pb_utils.Tensor(name, np.array([count], np.int64)) for name, count in counts.items()]

    @staticmethod
    def _ended(text: str, inputs: dict) -> str:
        for stop in inputs.get("stop", []):
            text = text.partition(stop)[0]
        return " ".join(text.split(" ")[: inputs["max_tokens"][0]])

    @staticmethod
    def _embedding(text: str) -> np.ndarray:
        vector = np.frombuffer(hashlib.sha256(text.encode()).digest()[:8], np.uint8).astype(np.float32) + 1
        return vector / np.linalg.norm(vector)
