import json
import math

import numpy as np
import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL


class TritonPythonModel:
    """Speaks like the vLLM backend: one response with all n texts, then an empty final one.

    The texts are what it received, as JSON, and the number of the text modulo 3. The word "broken" in the prompt makes it
    fail after the stream was opened, "silent" makes it end without an answer, "halves" makes it answer text by text.
    """

    def execute(self, requests: list) -> None:
        for request in requests:
            sender = request.get_response_sender()
            inputs = {tensor.name(): tensor.as_numpy()[0] for tensor in request.inputs()}
            prompt = inputs["text_input"].decode()
            if "broken" in prompt:
                # A TritonError without a code, as the backend reports what vLLM raised.
                error = pb_utils.TritonError("Error generating stream: the engine is tired")
                sender.send(pb_utils.InferenceResponse(output_tensors=[], error=error))
            elif "silent" not in prompt:
                for tensors in self._answers(prompt, inputs):
                    sender.send(pb_utils.InferenceResponse(tensors))
            sender.send(flags=FINAL)

    @staticmethod
    def _answers(prompt: str, inputs: dict) -> list:
        sampling = json.loads(inputs["sampling_parameters"])
        received = {name: v.decode() if isinstance(v, bytes) else bool(v) for name, v in inputs.items()}
        received["sampling_parameters"] = sampling
        prefix = "" if inputs.get("exclude_input_in_output", False) else prompt
        described = json.dumps(received) if "describe the request" in prompt else "answer"
        texts = np.array([f"{prefix}{k % 3}{described}".encode() for k in range(sampling["n"])], object)
        tensors = [pb_utils.Tensor("text_output", texts)]
        if inputs.get("return_logprobs", False):
            top = [("A", 0.5), (" A", 0.125), (" B", 0.25), ("The", 0.0625), ("C.", 0.03), ("AB", 0.02)]
            tokens = {100 + i: {"logprob": math.log(p), "rank": i + 1, "decoded_token": t} for i, (t, p) in enumerate(top)}
            tokens[7] = {"logprob": -math.inf, "rank": 9, "decoded_token": "D"}
            text = "null" if "no logprobs" in prompt else json.dumps([tokens])
            tensors.append(pb_utils.Tensor("logprobs", np.array([text.encode()], object)))
        if "halves" in prompt:
            return [[pb_utils.Tensor("text_output", half)] for half in (texts[:1], texts[1:])]
        return [tensors]
