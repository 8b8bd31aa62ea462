"""The model server, over gRPC."""

import json
import queue
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numpy as np
from tritonclient.grpc import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

from craft_trainer.errors import TrainerError, Unavailable
from craft_trainer.messages import Serving
from craft_trainer.settings import Triton

T = TypeVar("T")
_METADATA_SECONDS = 15.0
_POLL_SECONDS = 0.5
_WAITS = ("StatusCode.UNAVAILABLE", "StatusCode.DEADLINE_EXCEEDED", "StatusCode.CANCELLED", "StatusCode.RESOURCE_EXHAUSTED")


class ModelServer(Protocol):
    """Raises Unavailable while the server does not answer, and TrainerError for what it refuses."""

    def inputs(self, serving: Serving) -> set[str]:
        """Names of the model's inputs."""

    def load(self, serving: Serving) -> None:
        """Loads the model again, with all of its adapters, and waits until it is ready. One of vLLM is away meanwhile."""

    def ask(self, serving: Serving, prompt: str, most_tokens: int) -> str:
        """The checkpoint's greedy answer, to the end of its first line."""


class TritonServer:
    def __init__(self, settings: Triton) -> None:
        self._settings = settings

    def inputs(self, serving: Serving) -> set[str]:
        metadata = self._call(
            lambda client: client.get_model_metadata(serving.model_name, serving.model_version, client_timeout=_METADATA_SECONDS)
        )
        return {tensor.name for tensor in metadata.inputs}

    def load(self, serving: Serving) -> None:
        deadline = time.monotonic() + self._settings.load_timeout
        if serving.contract == "CONTRACT_VLLM":
            # Triton would start the new engine beside the old one, which has the GPU's memory.
            self._call(lambda client: client.unload_model(serving.model_name, client_timeout=self._settings.load_timeout))
            self._await(deadline, "does not stop", lambda: not self._is_there(serving))
        self._call(lambda client: client.load_model(serving.model_name, client_timeout=self._settings.load_timeout))
        self._await(deadline, "is loaded and not ready", lambda: self._is_ready(serving))

    def _await(self, deadline: float, trouble: str, condition: Callable[[], bool]) -> None:
        while not condition():
            if time.monotonic() > deadline:
                raise TrainerError("The model " + trouble + "; look at the server's log, or raise triton.load-timeout.")
            time.sleep(_POLL_SECONDS)

    def _is_ready(self, serving: Serving) -> bool:
        return self._call(
            lambda client: client.is_model_ready(serving.model_name, serving.model_version, client_timeout=_METADATA_SECONDS)
        )

    def _is_there(self, serving: Serving) -> bool:
        """Whether a version of the model is loaded, or on its way in or out."""
        index = self._call(lambda client: client.get_model_repository_index(client_timeout=_METADATA_SECONDS))
        return any(m.name == serving.model_name and m.state and m.reason != "unloaded" for m in index.models)

    def ask(self, serving: Serving, prompt: str, most_tokens: int) -> str:
        ask = self._ask_vllm if serving.contract == "CONTRACT_VLLM" else self._ask_craft
        return self._call(lambda client: ask(client, serving, prompt, most_tokens)).strip().partition("\n")[0].strip()

    def _ask_craft(self, client: InferenceServerClient, serving: Serving, prompt: str, most_tokens: int) -> str:
        inputs = [
            _input("prompt", "BYTES", [prompt.encode()]),
            _input("seeds", "UINT64", [0]),
            _input("temperature", "FP32", [0.0]),
            _input("max_tokens", "INT32", [most_tokens]),
            _input("stop", "BYTES", [b"\n"]),
            _input("adapter", "BYTES", [serving.adapter_name.encode()]),
        ]
        result = client.infer(
            serving.model_name,
            inputs,
            serving.model_version,
            [InferRequestedOutput("samples")],
            client_timeout=self._settings.ask_timeout,
        )
        return result.as_numpy("samples")[0].decode()

    def _ask_vllm(self, client: InferenceServerClient, serving: Serving, prompt: str, most_tokens: int) -> str:
        parameters = {"temperature": 0, "max_tokens": most_tokens, "stop": ["\n"], "lora_name": serving.adapter_name}
        inputs = [
            _input("text_input", "BYTES", [prompt.encode()]),
            _input("stream", "BOOL", [False]),
            _input("sampling_parameters", "BYTES", [json.dumps(parameters).encode()]),
            _input("exclude_input_in_output", "BOOL", [True]),
        ]
        answers: queue.Queue[tuple[Any, InferenceServerException | None]] = queue.Queue()
        client.start_stream(lambda result, error: answers.put((result, error)), stream_timeout=self._settings.ask_timeout)
        try:
            client.async_stream_infer(
                serving.model_name,
                inputs,
                serving.model_version,
                [InferRequestedOutput("text_output")],
                enable_empty_final_response=True,
            )
            said = ""
            while True:
                result, error = answers.get(timeout=self._settings.ask_timeout)
                if error is not None:
                    raise error
                texts = result.as_numpy("text_output")
                if texts is not None and texts.size:
                    said += texts.ravel()[0].decode()
                if result.get_response().parameters["triton_final_response"].bool_param:
                    return said
        except queue.Empty:
            raise Unavailable(f"the model {serving.model_name} gave no answer within {self._settings.ask_timeout:g} s") from None
        finally:
            client.stop_stream(cancel_requests=True)

    def _call(self, call: Callable[[InferenceServerClient], T]) -> T:
        with InferenceServerClient(self._settings.address) as client:
            try:
                return call(client)
            except InferenceServerException as error:
                message = f"Triton at {self._settings.address}: {error.message()}"
                if error.status() in _WAITS:
                    raise Unavailable(message) from error
                raise TrainerError(f"{message} ({error.status()})") from error


def _input(name: str, kind: str, values: list) -> InferInput:
    numpy: Any = {"BYTES": object, "UINT64": np.uint64, "FP32": np.float32, "INT32": np.int32, "BOOL": bool}[kind]
    tensor = InferInput(name, [len(values)], kind)
    tensor.set_data_from_numpy(np.array(values, numpy))
    return tensor
