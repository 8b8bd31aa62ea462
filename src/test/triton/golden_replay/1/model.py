"""Stands in for a language model: answers each question as its golden case says.

GOLDEN_CASES names the folder of the cases. A question is found by the request's id, and its text must be in the prompt.
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
        self.role = {"1": "initial", "2": "rehearsal"}[args["model_version"]]
        self.cases = read_cases(Path(os.environ["GOLDEN_CASES"]))

    def execute(self, requests):
        return [self.respond(request) for request in requests]

    def respond(self, request):
        prompt = pb_utils.get_input_tensor_by_name(request, "prompt").as_numpy()[0].decode()
        case = self.cases.get(request.request_id())
        if case is None or case["question"] not in prompt:
            error = pb_utils.TritonError(f"no golden case {request.request_id()!r} for this prompt")
            return pb_utils.InferenceResponse(error=error)
        answers = case[self.role]
        if "options" in case:
            probabilities = np.array(answers, dtype=np.float64)
            return pb_utils.InferenceResponse([pb_utils.Tensor("option_probabilities", probabilities)])
        samples = np.array([answer["text"].encode() for answer in answers], dtype=np.object_)
        embeddings = np.array([answer["embedding"] for answer in answers], dtype=np.float64)
        return pb_utils.InferenceResponse(
            [pb_utils.Tensor("samples", samples), pb_utils.Tensor("embeddings", embeddings)]
        )
