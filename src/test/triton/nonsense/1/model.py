import numpy as np
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    """The prompt's last word names what is wrong with the answer."""

    def execute(self, requests: list) -> list:
        return [self._answer(request) for request in requests]

    def _answer(self, request):
        inputs = {tensor.name(): tensor.as_numpy() for tensor in request.inputs()}
        fault = inputs["prompt"][0].decode().split()[-1]
        if fault == "refused":
            return pb_utils.InferenceResponse(error=pb_utils.TritonError("no such thing", pb_utils.TritonError.INVALID_ARG))
        if "options" in inputs:
            count = len(inputs["options"])
            values = {
                "nan": [np.nan] * count,
                "infinite": [np.inf] * count,
                "negative": [-0.1] * count,
                "over": [0.9] * count,
                "zero": [0.0] * count,
                "count": [0.1] * (count + 1),
                "missing": None,
            }[fault]
            tensors = [] if values is None else [pb_utils.Tensor("option_probabilities", np.array(values, np.float32))]
            return pb_utils.InferenceResponse(tensors)
        count = len(inputs["seeds"])
        samples = np.array([b"x"] * count, object)
        embeddings = np.ones((count, 2), np.float32)
        if fault == "count":
            samples = samples[1:]
        elif fault == "utf8":
            samples[0] = b"\xc3\x28"
        elif fault == "rows":
            embeddings = embeddings[1:]
        elif fault == "nan":
            embeddings[0, 0] = np.nan
        elif fault == "flat":
            embeddings = embeddings.ravel()
        elif fault == "dtype":
            samples = np.arange(count, dtype=np.int64)
        elif fault == "double":
            embeddings = embeddings.astype(np.float64)
        elif fault == "large":
            samples[0] = b"x" * (2 << 20)
        tensors = [pb_utils.Tensor("samples", samples), pb_utils.Tensor("embeddings", embeddings)]
        return pb_utils.InferenceResponse(tensors[1:] if fault == "missing" else tensors)
