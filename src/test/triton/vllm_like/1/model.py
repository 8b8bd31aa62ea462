import json
import math

import numpy as np
import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL
MAX_MODEL_LEN = 2048
MAX_LOGPROBS = 20
ADAPTERS = ["rehearsal"]
KNOWN = {"n", "temperature", "top_p", "max_tokens", "stop", "seed", "logprobs", "lora_name"}


class TritonPythonModel:
    """Answers as Triton's vLLM backend of 2026 with vLLM 0.13 does; `VllmLikeTest` holds it against recorded answers.

    One message with the answer and the final flag. Of n > 1 texts those alone that ended in the last step, here three of
    four. Failures in words. It weighs letters badly behind a blank.

    Tokens are words. A text is the seed modulo 3, and what it received as JSON where the prompt says "describe the request". Where it says
    'Say one of ["..", ..]', it is the one of these that the seed chooses, up to a stop text and max_tokens words. The word
    "broken" in the prompt makes it fail each time, "silent" makes it end without an answer, "halves" makes it answer
    twice, and "deadly" ends the engine for good while the model stays ready. With "few logprobs" in it max_logprobs is 5.
    """

    def initialize(self, args: dict) -> None:
        self.dead = False

    def execute(self, requests: list) -> None:
        for request in requests:
            self._answer(request)

    def _answer(self, request: object) -> None:
        sender = request.get_response_sender()
        inputs = {tensor.name(): tensor.as_numpy().reshape(-1)[0] for tensor in request.inputs()}
        prompt = inputs["text_input"].decode()
        sampling = json.loads(inputs.get("sampling_parameters", b"{}"))
        self.dead |= "deadly" in prompt
        failure = self._failure(prompt, sampling)
        if failure:
            # A TritonError without a code, as the backend reports what vLLM raised.
            error = pb_utils.TritonError(failure)
            sender.send(pb_utils.InferenceResponse(output_tensors=[], error=error), flags=FINAL)
        elif "silent" in prompt:
            sender.send(flags=FINAL)
        else:
            wanted = set(request.requested_output_names())
            tensors = [tensor for tensor in self._outputs(prompt, sampling, inputs) if tensor.name() in wanted]
            if "halves" in prompt:
                sender.send(pb_utils.InferenceResponse(tensors))
            sender.send(pb_utils.InferenceResponse(tensors), flags=FINAL)

    def _failure(self, prompt: str, sampling: dict) -> str:
        adapter = sampling.get("lora_name")
        if adapter is not None and adapter not in ADAPTERS:
            return f"LoRA {adapter} is not supported, we currently support {ADAPTERS}"
        if sampling.get("temperature", 1) < 0 or not KNOWN.issuperset(sampling):
            return "Error generating stream: 'NoneType' object has no attribute 'lora_name'"
        if self.dead:
            return "Error generating stream: EngineCore encountered an issue. See stack trace (above) for the root cause."
        allowed = 5 if "few logprobs" in prompt else MAX_LOGPROBS
        if sampling.get("logprobs", 0) > allowed:
            return (
                f"Error generating stream: Requested sample logprobs of {sampling['logprobs']}, which is greater than max "
                f"allowed: {allowed}"
            )
        if not prompt:
            return "Error generating stream: The decoder prompt cannot be empty"
        length = len(prompt.split())
        if length > MAX_MODEL_LEN:
            return (
                f"Error generating stream: The decoder prompt (length {length}) is longer than the maximum model length of "
                f"{MAX_MODEL_LEN}. Make sure that `max_model_len` is no smaller than the number of text tokens."
            )
        return "Error generating stream: the engine is tired" if "broken" in prompt else ""

    @staticmethod
    def _outputs(prompt: str, sampling: dict, inputs: dict) -> list:
        received = {name: v.decode() if isinstance(v, bytes) else bool(v) for name, v in inputs.items()}
        received["sampling_parameters"] = sampling
        prefix = "" if inputs.get("exclude_input_in_output", False) else prompt
        described = json.dumps(received) if "describe the request" in prompt else "answer"
        count = sampling.get("n", 1)
        came = math.ceil(count * 3 / 4)
        seed = sampling.get("seed", 0)
        script = _script(prompt)
        answers = [script[(seed + k) % len(script)] if script else f"{(seed + k) % 3}{described}" for k in range(came)]
        if script:
            answers = [_ended(answer, sampling) for answer in answers]
        texts = np.array([f"{prefix}{answer}".encode() for answer in answers], object)
        tensors = [pb_utils.Tensor("text_output", texts)]
        if inputs.get("return_logprobs", False):
            tensors.append(pb_utils.Tensor("logprobs", np.array([_logprobs(prompt, sampling).encode()] * came, object)))
        if inputs.get("return_num_input_tokens", False):
            tensors.append(pb_utils.Tensor("num_input_tokens", np.asarray(len(prompt.split()), np.uint32)))
        if inputs.get("return_num_output_tokens", False):
            generated = [len(answer.split()) for answer in answers]
            tensors.append(pb_utils.Tensor("num_output_tokens", np.asarray(generated, np.uint32)))
        return tensors


def _script(prompt: str) -> list:
    start = prompt.rfind("Say one of ")
    return json.JSONDecoder().raw_decode(prompt, start + len("Say one of "))[0] if start >= 0 else []


def _ended(text: str, sampling: dict) -> str:
    for stop in sampling.get("stop", []):
        text = text.partition(stop)[0]
    return " ".join(text.split(" ")[: sampling.get("max_tokens", 16)])


def _logprobs(prompt: str, sampling: dict) -> str:
    if "logprobs" not in sampling or "no logprobs" in prompt:
        return "null"
    top = [("A", 0.5), (" A", 0.125), (" B", 0.25), ("The", 0.0625), ("C.", 0.03), ("AB", 0.02)]
    letters = 1 / 16 if prompt.endswith(" ") else 1
    tokens = {100 + i: {"logprob": math.log(p * letters), "rank": i + 1, "decoded_token": t} for i, (t, p) in enumerate(top)}
    tokens[7] = {"logprob": -math.inf, "rank": 9, "decoded_token": "D"}
    return json.dumps([tokens])
