import numpy as np
import triton_python_backend_utils as pb_utils

BEGINNINGS = ["Paris", "The answer is Lyon", "I don't know", "It was built in 1889 by the engineer", "Probably Marseille,", "Paris is the capital"]
ENDINGS = ["", ".", ", as far as I know.", " in the north of the country.", ", which lies on the river that runs through it."]


class TritonPythonModel:
    """Sample k is one of 30 texts of up to 90 characters, chosen by seed k, with a unit vector of its own."""

    def initialize(self, args: dict) -> None:
        texts = [beginning + ending for beginning in BEGINNINGS for ending in ENDINGS]
        self._texts = np.array([text.encode() for text in texts], object)
        vectors = np.random.default_rng(1).standard_normal((len(texts), 384)).astype(np.float32) + 1
        self._vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def execute(self, requests: list) -> list:
        return [self._answer(request) for request in requests]

    def _answer(self, request):
        seeds = pb_utils.get_input_tensor_by_name(request, "seeds").as_numpy()
        chosen = (seeds % len(self._texts)).astype(np.int64)
        outputs = [pb_utils.Tensor("samples", self._texts[chosen]), pb_utils.Tensor("embeddings", self._vectors[chosen])]
        return pb_utils.InferenceResponse(outputs)
