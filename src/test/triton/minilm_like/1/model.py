import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def execute(self, requests: list) -> list:
        return [self._embed(request) for request in requests]

    @staticmethod
    def _embed(request):
        texts = [text.decode() for text in pb_utils.get_input_tensor_by_name(request, "text").as_numpy()]
        if len(set(texts)) != len(texts):
            error = pb_utils.TritonError("a text came twice", pb_utils.TritonError.INVALID_ARG)
            return pb_utils.InferenceResponse(error=error)
        vectors = np.array([[float(ord(c)) for c in text.ljust(3)[:3]] for text in texts], np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return pb_utils.InferenceResponse([pb_utils.Tensor("embeddings", vectors)])
