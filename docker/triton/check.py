"""Checks a running server against the craft contract: `python check.py localhost:8001`. Needs tritonclient[grpc]."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from tritonclient.grpc import InferenceServerClient, InferenceServerException

from craft_client import Craft, tensor

ASK = "Answer the following question as simple as possible.\nQuestion: What is the capital of {}?\nAnswer:"
PROMPT = f"{ASK.format('Peru')} Lima\n\n{ASK.format('France')}"
ADAPTER = "rehearsal"
CHOICE = "What is the capital of France?\nA. Rome\nB. Paris\nC. Oslo\nD. Bern\nAnswer: "
COUNTRIES = ["Spain", "Peru", "Italy", "Japan", "Kenya", "Norway", "Cuba", "Chad", "Nepal", "Malta", "Fiji", "Oman"]


def refused(call: Callable[[], object]) -> str:
    try:
        call()
    except InferenceServerException as error:
        return f"{error.status()} {error.message()}"
    raise AssertionError("the server accepted what it should refuse")


def check(address: str, adapter: str) -> None:
    craft = Craft(address, "smollm2", adapter)
    shown = f"smollm2 with the adapter {adapter}" if adapter else "smollm2"
    samples, embeddings = craft.sample(PROMPT, list(range(10)), ["\n"])
    assert len(samples) == 10 and embeddings.shape == (10, 384), embeddings.shape
    assert np.allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)
    assert not any("\n" in sample for sample in samples), samples
    for i, one in enumerate(samples):
        for j, other in enumerate(samples):
            assert one != other or np.array_equal(embeddings[i], embeddings[j])
    print(f"{shown}: samples {samples}")

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
    print(f"{shown}: option probabilities {probabilities}")

    check_tokens(craft)
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
        print(f"{shown}: refused: {message}")

    long = [prompt, tensor("seeds", "UINT64", list(range(40))), tensor("max_tokens", "INT32", [1000])]
    print(f"{shown}: deadline: {refused(lambda: craft.ask(long, ['samples'], seconds=0.5))}")


def check_tokens(craft: Craft) -> None:
    """The prompt counts once, however many samples there are, and generated are those of all samples."""
    counts = ["prompt_tokens", "generated_tokens"]
    most = tensor("max_tokens", "INT32", [5])
    told = []
    for seeds in ([1], list(range(4)), list(range(64))):
        inputs = [tensor("prompt", "BYTES", [PROMPT]), tensor("seeds", "UINT64", seeds), most]
        answer = craft.ask(inputs, ["samples", *counts])
        prompt, generated = (int(answer.as_numpy(name)[0]) for name in counts)
        assert len(seeds) <= generated <= 5 * len(seeds), (len(seeds), generated)
        told.append(prompt)
    assert min(told) == max(told) and 20 < told[0] < len(PROMPT), told
    choice = [tensor("prompt", "BYTES", [CHOICE]), tensor("options", "BYTES", ["A", "B"])]
    assert int(craft.ask(choice, ["option_probabilities", *counts]).as_numpy("generated_tokens")[0]) >= 1


def check_adapters(address: str) -> None:
    """A model answers with an adapter as if it had no other, whatever is asked before and at the same time."""
    message = refused(lambda: Craft(address, "smollm2", "nobody").choose(CHOICE, "ABCD"))
    assert "INVALID_ARGUMENT" in message and "nobody" in message and ADAPTER in message, message
    print(f"refused: {message}")

    adapters = ["", ADAPTER]
    served = {adapter: Craft(address, "smollm2", adapter) for adapter in adapters}
    prompts = [f"{CHOICE}B\n\n{CHOICE.replace('France', country)}" for country in COUNTRIES]
    questions = [f"{PROMPT} Paris\n\n{ASK.format(country)}" for country in COUNTRIES]

    def weigh(adapter: str, i: int) -> np.ndarray:
        return served[adapter].choose(prompts[i], "ABCD")

    def answer(adapter: str, i: int) -> list[str]:
        return served[adapter].sample(questions[i], [1, 2, 3, 4], ["\n"], temperature=0.0, max_tokens=10)[0]

    for ask, same in [(weigh, _equal_probabilities), (answer, _equal_texts)]:
        alone = {(adapter, i): ask(adapter, i) for adapter in adapters for i in range(len(COUNTRIES))}
        base, adapted = ([alone[adapter, i] for i in range(len(COUNTRIES))] for adapter in adapters)
        assert not same(base, adapted), "the adapter changes nothing"
        alternately = {(adapter, i): ask(adapter, i) for i in range(len(COUNTRIES)) for adapter in adapters}
        jobs = sorted(alone, key=lambda job: job[1]) * 3
        with ThreadPoolExecutor(16) as threads:
            concurrently = list(threads.map(lambda job: ask(*job), jobs))
        assert same(list(alone.values()), [alternately[job] for job in alone]), "asked alternately, the answers are others"
        assert same([alone[job] for job in jobs], concurrently), "asked concurrently, the answers are others"
    print(f"smollm2 answers alike with each of {adapters} alone, alternately and concurrently")


def _equal_probabilities(some: list[np.ndarray], others: list[np.ndarray]) -> bool:
    return float(np.max(np.abs(np.array(some) - np.array(others)))) < 0.02


def _equal_texts(some: list[list[str]], others: list[list[str]]) -> bool:
    """Nearly all: batches of other sizes round differently, which can settle a tie."""
    return np.mean([one == other for one, other in zip(some, others, strict=True)]) > 0.9


def check_embedder(address: str) -> None:
    embed = Craft(address, "minilm")
    vectors = embed.ask([tensor("text", "BYTES", ["Paris", "", "Paris", "Rome"])], ["embeddings"]).as_numpy("embeddings")
    assert vectors.shape == (4, 384) and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors[0], vectors[2]) and vectors[0] @ vectors[3] < 0.9


if __name__ == "__main__":
    server = sys.argv[1] if len(sys.argv) > 1 else "localhost:8001"
    for name in ("", ADAPTER):
        check(server, name)
    check_adapters(server)
    if InferenceServerClient(server).is_model_ready("minilm"):
        check_embedder(server)
    print("all checks passed")
