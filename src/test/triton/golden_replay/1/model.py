"""Stands in for a language model: answers each question as its golden case says.

GOLDEN_CASES names the folder of the cases. A question is found by the request's id, and its text must be in the prompt.
What the client tries an adapter with is none of them.
"""

import json
import os
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils


def read_cases(folder: Path) -> dict[str, dict]:
    cases = {}
    for name in ("open_ended_cases.jsonl", "multiple_choice_cases.jsonl"):
        with open(folder / name, encoding="utf-8") as lines:
            for line in lines:
                case = json.loads(line)
                cases[case["question_id"]] = case
    return cases


class TritonPythonModel:
    def initialize(self, args):
        self.cases = read_cases(Path(os.environ["GOLDEN_CASES"]))

    def execute(self, requests):
        return [self.respond(request) for request in requests]

    def respond(self, request):
        prompt = pb_utils.get_input_tensor_by_name(request, "prompt").as_numpy()[0].decode()
        adapter = pb_utils.get_input_tensor_by_name(request, "adapter")
        role = "initial" if adapter is None else adapter.as_numpy()[0].decode()
        options = pb_utils.get_input_tensor_by_name(request, "options")
        case = self.cases.get(request.request_id())
        if request.request_id() == "trial":
            answers = [0.4] * len(options.as_numpy()) if options else [{"text": "a trial", "embedding": [1.0]}]
        elif case is None or case["question"] not in prompt or role not in case:
            error = pb_utils.TritonError(f"no golden case {request.request_id()!r} for this prompt and the role {role!r}")
            return pb_utils.InferenceResponse(error=error)
        else:
            answers = case[role]
        if options:
            probabilities = np.array(answers, dtype=np.float64)
            return pb_utils.InferenceResponse([pb_utils.Tensor("option_probabilities", probabilities)])
        samples = np.array([answer["text"].encode() for answer in answers], dtype=np.object_)
        embeddings = np.array([answer["embedding"] for answer in answers], dtype=np.float64)
        return pb_utils.InferenceResponse(
            [pb_utils.Tensor("samples", samples), pb_utils.Tensor("embeddings", embeddings)]
        )
