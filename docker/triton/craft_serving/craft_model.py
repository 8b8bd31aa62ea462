"""The `craft` contract on Triton's Python backend: samples with embeddings, or option probabilities, of one question."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils

from craft_serving.embedder import Embedder
from craft_serving.language_model import LanguageModel, RequestError, Tokens
from craft_serving.settings import Settings
from craft_serving.slots import Cancelled

MAX_SAMPLES = 64
MAX_TOKENS = 1024
MAX_OPTIONS = 26


class CraftModel:
    """One model version: the base model, and the adapters in the version's folder, `adapters/NAME.gguf`.

    `execute` only hands its requests to threads, so that many are in flight; each is answered once, through its sender.
    """

    def initialize(self, args: dict[str, str]) -> None:
        config = json.loads(args["model_config"])
        settings = Settings.read({k: v["string_value"] for k, v in config.get("parameters", {}).items()})
        folder = Path(args["model_repository"]) / args["model_version"] / "adapters"
        adapters = {file.stem: file for file in sorted(folder.glob("*.gguf"))}
        self._name = f"{args['model_name']} {args['model_version']}"
        self._embedder = Embedder.load(settings)
        self._model = LanguageModel(settings, adapters)
        self._threads = ThreadPoolExecutor(settings.max_in_flight, thread_name_prefix="question")
        pb_utils.Logger.log_info(f"{self._name}: {settings}, adapters {list(adapters)}")

    def execute(self, requests: list) -> None:
        for request in requests:
            self._threads.submit(self._serve, request, request.get_response_sender())

    def finalize(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def _serve(self, request, sender) -> None:
        try:
            if sender.is_cancelled():
                raise Cancelled
            response = pb_utils.InferenceResponse(output_tensors=self._answer(request, sender.is_cancelled))
        except Cancelled:
            response = _error("the client cancelled the request", pb_utils.TritonError.CANCELLED)
        except RequestError as error:
            response = _error(str(error), pb_utils.TritonError.INVALID_ARG)
        except Exception as error:
            pb_utils.Logger.log_error(f"{self._name}: question {request.request_id()!r}: {error!r}")
            response = _error(f"{type(error).__name__}: {error}", pb_utils.TritonError.INTERNAL)
        sender.send(response, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)

    def _answer(self, request, is_cancelled) -> list:
        inputs = {tensor.name(): tensor.as_numpy().ravel() for tensor in request.inputs()}
        requested = set(request.requested_output_names())
        prompt = _texts(inputs, "prompt")[0]
        if not prompt.strip():
            raise RequestError("prompt is empty")
        if ("seeds" in inputs) == ("options" in inputs):
            raise RequestError("give either seeds (open-ended) or options (multiple choice)")
        adapter = next(iter(_texts(inputs, "adapter")), "")
        possible = {"option_probabilities"} if "options" in inputs else {"samples", "embeddings"}
        wanted = requested & possible
        if not wanted:
            raise RequestError(f"none of the requested outputs {sorted(requested)} belongs to this input: {sorted(possible)}")
        if "options" in inputs:
            probabilities, tokens = self._option_probabilities(adapter, prompt, inputs, is_cancelled)
            outputs = {"option_probabilities": lambda: probabilities}
        else:
            samples, tokens = self._samples(adapter, prompt, inputs, is_cancelled)
            outputs = {
                "samples": lambda: np.array([text.encode() for text in samples], object),
                "embeddings": lambda: self._embedder.embed([text.strip() for text in samples]),
            }
        counts = {"prompt_tokens": tokens.prompt, "generated_tokens": tokens.generated}
        return [pb_utils.Tensor(name, outputs[name]()) for name in sorted(wanted)] + [
            pb_utils.Tensor(name, np.array([counts[name]], np.int64)) for name in sorted(requested & counts.keys())
        ]

    def _samples(self, adapter: str, prompt: str, inputs: dict[str, np.ndarray], is_cancelled) -> tuple[list[str], Tokens]:
        seeds = [int(seed) for seed in inputs["seeds"]]
        if not 1 <= len(seeds) <= MAX_SAMPLES:
            raise RequestError(f"seeds: 1 to {MAX_SAMPLES} samples can be drawn, not {len(seeds)}")
        temperature = float(_scalar(inputs, "temperature", 1.0))
        if not 0.0 <= temperature <= 10.0:
            raise RequestError(f"temperature must be from 0 to 10, not {temperature}")
        max_tokens = int(_scalar(inputs, "max_tokens", 50))
        if not 1 <= max_tokens <= MAX_TOKENS:
            raise RequestError(f"max_tokens must be from 1 to {MAX_TOKENS}, not {max_tokens}")
        stop = _texts(inputs, "stop")
        if "" in stop:
            raise RequestError("stop: an empty text stops nothing")
        return self._model.samples(adapter, prompt, seeds, temperature, max_tokens, stop, is_cancelled)

    def _option_probabilities(
        self, adapter: str, prompt: str, inputs: dict[str, np.ndarray], is_cancelled
    ) -> tuple[np.ndarray, Tokens]:
        letters = _texts(inputs, "options")
        if not 2 <= len(letters) <= MAX_OPTIONS:
            raise RequestError(f"options: 2 to {MAX_OPTIONS} letters, not {len(letters)}")
        if len(set(letters)) < len(letters) or not all(len(letter) == 1 and "A" <= letter <= "Z" for letter in letters):
            raise RequestError(f"options must be different letters from A to Z, not {letters}")
        return self._model.option_probabilities(adapter, prompt, letters, is_cancelled)


def _texts(inputs: dict[str, np.ndarray], name: str) -> list[str]:
    try:
        return [value.decode() for value in inputs.get(name, ())]
    except UnicodeDecodeError as error:
        raise RequestError(f"{name} is not UTF-8: {error}") from error


def _scalar(inputs: dict[str, np.ndarray], name: str, default: float) -> float:
    return inputs[name][0] if name in inputs else default


def _error(message: str, code: int):
    return pb_utils.InferenceResponse(error=pb_utils.TritonError(message, code))
