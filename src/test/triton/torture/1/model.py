"""Stands in for a language model in the torture run: its answers depend on the request and its version alone.

A question names itself in its text, such as "torture question 17, edition 2". TORTURE_LOG names a file that gets one line when a
question is asked and one when it was answered: the word, nanoseconds since 1970, the version, the request's id, the
edition, a digest of all inputs. TORTURE_LATENCY_MS is the time between.
"""

import hashlib
import os
import queue
import re
import threading
import time

import numpy as np
import triton_python_backend_utils as pb_utils

NAME = re.compile(r"torture question \d+, edition (\d+)")


class TritonPythonModel:
    def initialize(self, args):
        self.version = args["model_version"]
        self.latency = float(os.environ["TORTURE_LATENCY_MS"]) / 1000
        # One write a line to a file that is only appended to: whole lines, and none is lost with this process.
        self.log = os.open(os.environ["TORTURE_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self.waiting = queue.SimpleQueue()
        threading.Thread(target=self._send, daemon=True).start()

    def execute(self, requests):
        for request in requests:
            inputs = {tensor.name(): tensor.as_numpy() for tensor in request.inputs()}
            *_, name = NAME.finditer(inputs["prompt"][0].decode())
            about = f"{self.version} {request.request_id()} {name[1]} {self._digest(inputs)}"
            self._tell("asked", about)
            due = time.monotonic() + self.latency
            self.waiting.put((due, about, request.get_response_sender(), self._answer(name[0], inputs)))

    def _send(self):
        while True:
            due, about, sender, response = self.waiting.get()
            time.sleep(max(0.0, due - time.monotonic()))
            sender.send(response, flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)
            self._tell("answered", about)

    def _tell(self, word, about):
        os.write(self.log, f"{word} {time.time_ns()} {about}\n".encode())

    def _answer(self, name, inputs):
        chance = hashlib.sha256(f"{self.version} {name}".encode()).digest()
        if "options" in inputs:
            weights = np.array([1 + byte % 8 for byte in chance[1 : 1 + len(inputs["options"])]], np.float64)
            # An odd sum: no option has exactly one half.
            weights[0] += 1 - weights.sum() % 2
            options = pb_utils.Tensor("option_probabilities", 0.9 * weights / weights.sum())
            return pb_utils.InferenceResponse([options, *self._tokens(inputs, 1)])
        right = [int(seed) % 10 < chance[0] % 11 for seed in inputs["seeds"]]
        samples = np.array([b"It is amber." if r else b"It is basalt." for r in right], np.object_)
        embeddings = np.array([[1.0, 0.0] if r else [0.0, 1.0] for r in right], np.float64)
        tensors = [pb_utils.Tensor("samples", samples), pb_utils.Tensor("embeddings", embeddings)]
        return pb_utils.InferenceResponse([*tensors, *self._tokens(inputs, 3 * len(right))])

    @staticmethod
    def _tokens(inputs, generated):
        counts = {"prompt_tokens": len(inputs["prompt"][0].split()), "generated_tokens": generated}
        return [pb_utils.Tensor(name, np.array([count], np.int64)) for name, count in counts.items()]

    @staticmethod
    def _digest(inputs):
        digest = hashlib.sha256()
        for name, values in sorted(inputs.items()):
            digest.update(f"{name} {values.tolist()}\n".encode())
        return digest.hexdigest()[:16]
