"""A sentence embedder as a Triton model of its own, for contracts whose language model returns text only."""

import json

import numpy as np
import triton_python_backend_utils as pb_utils

from craft_serving.embedder import Embedder
from craft_serving.settings import Settings


class EmbeddingModel:
    """text BYTES [n] -> embeddings FP32 [n, 384]."""

    def initialize(self, args: dict[str, str]) -> None:
        config = json.loads(args["model_config"])
        settings = Settings.read({k: v["string_value"] for k, v in config.get("parameters", {}).items()})
        self._embedder = Embedder.load(settings)

    def execute(self, requests: list) -> list:
        return [self._embed(request) for request in requests]

    def _embed(self, request):
        values = pb_utils.get_input_tensor_by_name(request, "text").as_numpy().ravel()
        try:
            texts = [value.decode().strip() for value in values]
        except UnicodeDecodeError as error:
            message = f"text is not UTF-8: {error}"
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(message, pb_utils.TritonError.INVALID_ARG))
        embeddings: np.ndarray = self._embedder.embed(texts)
        return pb_utils.InferenceResponse([pb_utils.Tensor("embeddings", embeddings)])
