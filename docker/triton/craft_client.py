"""A client of the craft contract, as small as it can be, for the check and for the training. Needs tritonclient[grpc]."""

from collections.abc import Sequence

import numpy as np
from tritonclient.grpc import InferenceServerClient, InferInput, InferRequestedOutput, InferResult

_NUMPY = {"UINT64": np.uint64, "FP32": np.float32, "INT32": np.int32}


def tensor(name: str, kind: str, values: Sequence) -> InferInput:
    """A one-dimensional input."""
    array = np.array([v.encode() for v in values], object) if kind == "BYTES" else np.array(values, _NUMPY[kind])
    result = InferInput(name, array.shape, kind)
    result.set_data_from_numpy(array)
    return result


class Craft:
    """A served model, as it is or with one of its adapters. Thread-safe."""

    def __init__(self, address: str, model: str, adapter: str = "") -> None:
        self._client = InferenceServerClient(address)
        self._model = model
        self._adapter = [tensor("adapter", "BYTES", [adapter])] if adapter else []

    def ask(self, inputs: list[InferInput], outputs: list[str], name: str = "", seconds: float | None = None) -> InferResult:
        """One request; `name` is its id in the server's log."""
        wanted = [InferRequestedOutput(output) for output in outputs]
        return self._client.infer(self._model, [*inputs, *self._adapter], "", wanted, request_id=name, client_timeout=seconds)

    def sample(
        self, prompt: str, seeds: Sequence[int], stop: Sequence[str], temperature: float = 1.0, max_tokens: int = 50, name: str = ""
    ) -> tuple[list[str], np.ndarray]:
        """Samples and their embeddings, one per seed."""
        inputs = [
            tensor("prompt", "BYTES", [prompt]),
            tensor("seeds", "UINT64", seeds),
            tensor("temperature", "FP32", [temperature]),
            tensor("max_tokens", "INT32", [max_tokens]),
        ]
        if stop:
            inputs.append(tensor("stop", "BYTES", stop))
        result = self.ask(inputs, ["samples", "embeddings"], name)
        return [text.decode() for text in result.as_numpy("samples")], result.as_numpy("embeddings")

    def choose(self, prompt: str, letters: Sequence[str], name: str = "") -> np.ndarray:
        """The probability of each letter as the next token."""
        inputs = [tensor("prompt", "BYTES", [prompt]), tensor("options", "BYTES", letters)]
        return self.ask(inputs, ["option_probabilities"], name).as_numpy("option_probabilities")
