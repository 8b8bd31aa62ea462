"""Checks a running server against the craft contract: `python check.py localhost:8001`. Needs tritonclient[grpc]."""

import sys
from collections.abc import Callable

import numpy as np
from tritonclient.grpc import InferenceServerClient, InferenceServerException

from craft_client import Craft, tensor

ASK = "Answer the following question as simple as possible.\nQuestion: What is the capital of {}?\nAnswer:"
PROMPT = f"{ASK.format('Peru')} Lima\n\n{ASK.format('France')}"
CHOICE = "What is the capital of France?\nA. Rome\nB. Paris\nC. Oslo\nD. Bern\nAnswer: "


def refused(call: Callable[[], object]) -> str:
    try:
        call()
    except InferenceServerException as error:
        return f"{error.status()} {error.message()}"
    raise AssertionError("the server accepted what it should refuse")


def check(address: str, version: str) -> None:
    craft = Craft(address, "smollm2", version)
    samples, embeddings = craft.sample(PROMPT, list(range(10)), ["\n"])
    assert len(samples) == 10 and embeddings.shape == (10, 384), embeddings.shape
    assert np.allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)
    assert not any("\n" in sample for sample in samples), samples
    for i, one in enumerate(samples):
        for j, other in enumerate(samples):
            assert one != other or np.array_equal(embeddings[i], embeddings[j])
    print(f"version {version}: samples {samples}")

    again, other = (craft.sample(PROMPT, list(range(k, k + 64)), ["\n"])[0] for k in (0, 2**40 + 7))
    assert len(again) == 64 and set(again) != set(other), "other seeds, other samples"
    greedy, _ = craft.sample(PROMPT, [1, 2], ["\n"], temperature=0.0)
    assert greedy[0] == greedy[1], greedy
    first, second = (craft.sample(PROMPT, [5] * 10, ["\n"])[0] for _ in range(2))
    same = sum(one == other for one, other in zip(first, second, strict=True))
    assert same >= 8, f"only {same} of 10 samples are the same when asked again, is the server busy?"

    probabilities = craft.choose(CHOICE, "ABCD")
    assert probabilities.shape == (4,) and 0 < probabilities.sum() <= 1.0001 and (probabilities > 0).all(), probabilities
    assert np.allclose(probabilities, craft.choose(CHOICE.rstrip(), "ABCD"), atol=0.01)
    many = craft.choose(CHOICE, "".join(chr(65 + i) for i in range(26)))
    assert np.isfinite(many).all() and np.allclose(many[:4], probabilities, atol=0.01)
    print(f"version {version}: option probabilities {probabilities}")

    prompt = tensor("prompt", "BYTES", [PROMPT])
    seeds, options = tensor("seeds", "UINT64", [1]), tensor("options", "BYTES", ["A", "B"])
    for inputs, outputs in [
        ([prompt], ["samples"]),
        ([prompt, seeds, options], ["samples"]),
        ([prompt, seeds], ["option_probabilities"]),
        ([prompt, tensor("seeds", "UINT64", list(range(65)))], ["samples"]),
        ([prompt, tensor("options", "BYTES", ["A"])], ["option_probabilities"]),
        ([prompt, tensor("options", "BYTES", ["A", "7"])], ["option_probabilities"]),
        ([tensor("prompt", "BYTES", ["word " * 20_000]), seeds], ["samples"]),
    ]:
        message = refused(lambda: craft.ask(inputs, outputs))
        assert "INVALID_ARGUMENT" in message, message
        print(f"version {version}: refused: {message}")

    long = [prompt, tensor("seeds", "UINT64", list(range(40))), tensor("max_tokens", "INT32", [1000])]
    print(f"version {version}: deadline: {refused(lambda: craft.ask(long, ['samples'], seconds=0.5))}")


def check_embedder(address: str) -> None:
    embed = Craft(address, "minilm", "1")
    vectors = embed.ask([tensor("text", "BYTES", ["Paris", "", "Paris", "Rome"])], ["embeddings"]).as_numpy("embeddings")
    assert vectors.shape == (4, 384) and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors[0], vectors[2]) and vectors[0] @ vectors[3] < 0.9


if __name__ == "__main__":
    server = sys.argv[1] if len(sys.argv) > 1 else "localhost:8001"
    for served in ("1", "2"):
        check(server, served)
    if InferenceServerClient(server).is_model_ready("minilm"):
        check_embedder(server)
    print("all checks passed")
