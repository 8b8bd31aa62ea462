import json
import os

import numpy as np
import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL
MAX_NUM_TOKENS = 2048
DEFAULT_MAX_TOKENS = 32


class TritonPythonModel:
    """Answers as the llmapi model of TensorRT-LLM's Triton backend does by its published config and code; it was not held
    against a running one.

    One response a request, decoupled or not. Failures in words, beside the text "N/A". It repeats the prompt unless it is
    told not to, is greedy without a top_p, and fails on stop texts, which come to its tokenizer as bytes.

    A text is the seed modulo 3, or "greedy ", and what it received as JSON where the prompt says "describe the request".
    Where it says 'Say one of ["..", ..]', it is the one of these that the seed chooses, up to max_tokens words. The word
    "broken" in the prompt makes it fail each time, and "deadly" ends the engine for good while the model stays ready.
    """

    def initialize(self, args: dict) -> None:
        self.decoupled = json.loads(args["model_config"])["model_transaction_policy"]["decoupled"]
        self.dead = False

    def execute(self, requests: list) -> None:
        for request in requests:
            sender = request.get_response_sender()
            inputs = {tensor.name(): tensor.as_numpy() for tensor in request.inputs()}
            prompt = inputs["text_input"][0].decode()
            self.dead |= "deadly" in prompt
            failure = self._failure(prompt, inputs)
            text = "N/A" if failure else self._text(prompt, inputs)
            tensors = [pb_utils.Tensor("text_output", np.array([text.encode()], object))]
            error = pb_utils.TritonError(f"Error generating request: {failure}") if failure else None
            sender.send(pb_utils.InferenceResponse(output_tensors=tensors, error=error), flags=FINAL)

    def _failure(self, prompt: str, inputs: dict) -> str:
        for name, values in inputs.items():
            if values.size != 1 and name != "sampling_param_stop":
                return f"Expected a scalar tensor for tensor {name}"
        if inputs.get("streaming", [False])[0] and not self.decoupled:
            return "Streaming is only supported in decoupled mode."
        lora = [name in inputs for name in ("lora_id", "lora_name", "lora_path")]
        if any(lora) and not all(lora):
            return "lora_id, lora_name, and lora_path must all be provided together"
        if all(lora) and not os.path.exists(inputs["lora_path"][0].decode()):
            path = inputs["lora_path"][0].decode()
            return f"lora_path does not exist on the Triton server's filesystem: {path}"
        if self.dead:
            return "Executor worker died during initialization"
        if "sampling_param_stop" in inputs:
            return "TextEncodeInput must be Union[TextInputSequence, Tuple[InputSequence, InputSequence]]"
        if inputs.get("sampling_param_temperature", [1])[0] <= 0:
            return "Assertion failed: SamplingConfig: temperature must be above 0"
        length = len(prompt.split())
        if length > MAX_NUM_TOKENS:
            return f"The sum of prompt length ({length}.0), query length (0) should not exceed max_num_tokens ({MAX_NUM_TOKENS})"
        return "the engine is tired" if "broken" in prompt else ""

    @staticmethod
    def _text(prompt: str, inputs: dict) -> str:
        received = {name: values[0].decode() if values.dtype == object else values[0].item() for name, values in inputs.items()}
        prefix = "" if received.get("sampling_param_exclude_input_from_output", False) else prompt
        seed = received.get("sampling_param_seed", 0)
        start = prompt.rfind("Say one of ")
        if start >= 0:
            script = json.JSONDecoder().raw_decode(prompt, start + len("Say one of "))[0]
            words = script[seed % len(script)].split(" ")
            return prefix + " ".join(words[: received.get("sampling_param_max_tokens", DEFAULT_MAX_TOKENS)])
        greedy = received.get("sampling_param_top_k", 1) == 1 and not received.get("sampling_param_top_p")
        described = json.dumps(received) if "describe the request" in prompt else "answer"
        return f"{prefix}{'greedy ' if greedy else seed % 3}{described}"
