#!/usr/bin/env python3
"""What a client of a few lines does with the vLLM backend: the requests of VllmBenchmark, by asyncio and tritonclient.

Open-ended questions only: ten streams of one sample each, then one request to the embedding model; prints questions/s.

    pip install 'tritonclient[grpc]' && python vllm_peer.py localhost:8001 smollm2 minilm 8 200
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import grpc
import numpy as np
from tritonclient.grpc import service_pb2 as pb
from tritonclient.grpc import service_pb2_grpc

SHOTS = "Answer the following question as simple as possible.\n"
PASSAGE = "The following is a question of general knowledge. "


def bytes_tensor(request, name, texts):
    contents = request.inputs.add(name=name, datatype="BYTES", shape=[len(texts)]).contents
    contents.bytes_contents.extend(text.encode() for text in texts)


def prompt(question):
    shots = json.loads(Path("src/main/resources/prompts/shots.json").read_text())
    shots = shots.get("open_ended", shots.get("openEnded", []))
    lines = [f"{SHOTS}Question: {shot['question']}\nAnswer: {shot['answer']}\n\n" for shot in shots]
    return "".join(lines) + f"{SHOTS}Question: {question}\nAnswer:"


async def one_request(text):
    yield text


async def sample(stub, model, text, seed):
    request = pb.ModelInferRequest(model_name=model)
    bytes_tensor(request, "text_input", [text])
    request.inputs.add(name="stream", datatype="BOOL", shape=[1]).contents.bool_contents.append(False)
    request.inputs.add(name="exclude_input_in_output", datatype="BOOL", shape=[1]).contents.bool_contents.append(True)
    sampling = {"temperature": 1.0, "top_p": 1, "max_tokens": 20, "stop": ["\n", SHOTS.strip()], "seed": seed}
    bytes_tensor(request, "sampling_parameters", [json.dumps(sampling)])
    request.outputs.add(name="text_output")
    async for answer in stub.ModelStreamInfer(one_request(request)):
        if answer.error_message:
            raise RuntimeError(answer.error_message)
        return answer.infer_response.raw_output_contents[0][4:].decode()


async def ask(stub, model, embedder, text, number):
    samples = await asyncio.gather(*(sample(stub, model, text, number * 10 + k) for k in range(10)))
    distinct = list(dict.fromkeys(samples))
    request = pb.ModelInferRequest(model_name=embedder)
    bytes_tensor(request, "text", distinct)
    request.outputs.add(name="embeddings")
    answer = await stub.ModelInfer(request)
    rows = np.frombuffer(answer.raw_output_contents[0], np.float32).reshape(len(distinct), -1)
    vectors = np.stack([rows[distinct.index(text)] for text in samples])
    total = vectors.sum(0)
    return (total @ total - 10) / 90


async def main(address, model, embedder, in_flight, count):
    file = Path("src/main/resources/demo/questions.jsonl")
    known = [json.loads(line) for line in file.read_text().splitlines()]
    texts = [q["openEnded"]["question"] for q in known if "openEnded" in q]
    prompts = [
        prompt((PASSAGE * (i % 60) if i % 10 == 0 else "") + texts[i % len(texts)]) for i in range(count)
    ]
    async with grpc.aio.insecure_channel(address) as channel:
        stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        slots = asyncio.Semaphore(in_flight)

        async def slot(number):
            async with slots:
                return await ask(stub, model, embedder, prompts[number], number)

        start = time.monotonic()
        certainties = await asyncio.gather(*(slot(i) for i in range(count)))
        seconds = time.monotonic() - start
    print(f"open-ended       {in_flight:3d} in flight: {len(certainties)} answered; {count / seconds:.2f}/s", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])))
