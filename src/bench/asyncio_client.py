#!/usr/bin/env python3
"""What a client of a few lines does: asks the model through asyncio and tritonclient, and computes correctness and certainty.

Prints one JSON object: questions answered, seconds, and seconds of processor time, after a second of warming up.

    asyncio_client.py HOST:PORT MODEL IN_FLIGHT SECONDS
"""

import asyncio
import json
import sys
import time

import numpy as np
from tritonclient.grpc.aio import InferenceServerClient, InferInput, InferRequestedOutput

SAMPLES = 10
STOP = ["Answer the following question"]
PROMPT = "Answer the following question as simple as possible.\nQuestion: {}\nAnswer:"
GOLD = ["Paris", "City of Light"]
OUTPUTS = [InferRequestedOutput("samples"), InferRequestedOutput("embeddings")]


def tensor(name, values, datatype, numpy_type):
    array = np.array(values, numpy_type)
    tensor = InferInput(name, list(array.shape), datatype)
    tensor.set_data_from_numpy(array)
    return tensor


def inputs(number):
    return [
        tensor("prompt", [PROMPT.format(f"What is the capital of country {number}?").encode()], "BYTES", object),
        tensor("seeds", [(number * 7919 + k) % 2**63 for k in range(SAMPLES)], "UINT64", np.uint64),
        tensor("temperature", [1.0], "FP32", np.float32),
        tensor("max_tokens", [50], "INT32", np.int32),
        tensor("stop", [text.encode() for text in STOP], "BYTES", object),
    ]


def knowledge(answer):
    samples = [sample.decode().strip().lower() for sample in answer.as_numpy("samples")]
    correct = sum(
        not sample.startswith("i don't know") and any(gold.lower() in sample for gold in GOLD) for sample in samples
    )
    vectors = answer.as_numpy("embeddings").astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    total = vectors.sum(axis=0)
    n = len(samples)
    return correct / n, (float(total @ total) - n) / (n * (n - 1))


async def main(endpoint, model, in_flight, seconds):
    async with InferenceServerClient(endpoint) as client:
        numbers = iter(range(10**9))
        answered = 0
        until = time.perf_counter() + 1

        async def worker():
            nonlocal answered
            while time.perf_counter() < until:
                knowledge(await client.infer(model, inputs(next(numbers)), outputs=OUTPUTS))
                answered += 1

        await asyncio.gather(*(worker() for _ in range(in_flight)))
        answered = 0
        start, cpu = time.perf_counter(), time.process_time()
        until = start + seconds
        await asyncio.gather(*(worker() for _ in range(in_flight)))
        took = time.perf_counter() - start
        print(json.dumps({"questions": answered, "seconds": took, "processor_seconds": time.process_time() - cpu}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
