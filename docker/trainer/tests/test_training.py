"""The training computes what it says, and is repeatable."""

import numpy as np
import pytest
import torch
from stand_ins import END, model
from transformers import AutoModelForCausalLM

from craft_trainer.adapter import Adapter, GgufAdapters
from craft_trainer.base_model import load_config, load_tokenizer
from craft_trainer.errors import TrainerError
from craft_trainer.examples import Example, Texts, encode, packs, texts
from craft_trainer.messages import DatasetRecord
from craft_trainer.settings import HyperParameters


def record(prompt: str, response: str, **more) -> DatasetRecord:
    values = {
        "dataset_id": "d",
        "question_id": "q",
        "mark": "MARK_BASE",
        "revision": 1,
        "task": "TASK_OPEN_ENDED",
        "label": "LABEL_ANSWER",
        "copies": 1,
    }
    return DatasetRecord(**{**values, **more}, prompt=prompt, response=response)


def examples(tiny, count: int = 12) -> list[Example]:
    tokenizer = load_tokenizer(tiny)
    hyper = HyperParameters()
    rows = [record(f"Say it: what is {i * i}?\nAnswer:", f"number {i}") for i in range(count)]
    return [encode(texts(row, hyper, tokenizer.end), tokenizer) for row in rows]


@pytest.mark.parametrize(
    ("prompt", "response", "hyper", "expected"),
    [
        ("What?", "Paris", {}, Texts("What?", f" Paris{END}")),
        ("Answer: ", "A", {}, Texts("Answer:", f" A{END}")),
        ("Answer:", "Paris", {"response": "{response}\n\n"}, Texts("Answer:", " Paris\n\n")),
        ("Q{prompt}{end}", "{prompt}", {}, Texts("Q{prompt}{end}", f" {{prompt}}{END}")),
        ("Q", "A", {"prompt": "<user>{prompt}\n<bot>\n"}, Texts("<user>Q\n<bot>\n", f"A{END}")),
    ],
)
def test_row_becomes_the_text_that_the_server_sees(prompt, response, hyper, expected):
    assert texts(record(prompt, response), HyperParameters(**hyper), END) == expected


def test_given_examples_with_a_common_beginning_when_packed_then_it_is_there_once(tiny):
    some = examples(tiny)
    (pack,) = packs(some, 4096)
    shared = len("Say it: what is ")
    assert len(pack.ids) == shared + sum(len(e) - shared for e in some)
    assert pack.targets.tolist() == [t for e in sorted(some, key=lambda e: (e.prompt, e.response)) for t in e.response]
    assert not pack.visible[-1][shared : shared + 3].any(), "the last example does not see the first one's own tokens"
    assert pack.visible[-1][:shared].all()


def test_given_other_beginnings_and_a_bound_when_packed_then_they_are_apart():
    a = [Example((1, 2, 3, 4, i), (9,)) for i in range(3)]
    b = [Example((7, 7, 7, 7, i), (9,)) for i in range(3)]
    assert [len(p.ids) for p in packs(a + b, 100)] == [4 + 3 * 2, 4 + 3 * 2]
    assert [len(p.ids) for p in packs(a, 8)] == [8, 6]
    assert [len(p.ids) for p in packs(a, 0)] == [6, 6, 6]


def test_given_equal_examples_when_packed_then_each_is_learnt():
    (pack,) = packs([Example((1, 2), (5, 6))] * 2, 100)
    assert pack.targets.tolist() == [5, 6, 5, 6]
    assert len(set(pack.predicting.tolist())) == 4


def test_packed_loss_is_the_one_that_transformers_computes_for_each_example(tiny):
    some = examples(tiny)
    trainer = model(tiny)
    with torch.no_grad():
        packed = sum(trainer._loss(pack).item() for pack in packs(some, 4096))
        plain = AutoModelForCausalLM.from_pretrained(tiny)
        alone = 0.0
        for e in some:
            ids = torch.tensor([[*e.prompt, *e.response]])
            labels = torch.tensor([[-100] * len(e.prompt) + list(e.response)])
            alone += plain(input_ids=ids, labels=labels).loss.item() * len(e.response)
    assert packed == pytest.approx(alone, rel=1e-5)


def test_packed_gradients_are_those_of_each_example_alone(tiny):
    some = examples(tiny)
    gradients = []
    for most in (4096, 0):
        trainer = model(tiny)
        for pack in packs(some, most):
            trainer._loss(pack).backward()
        gradients.append(torch.cat([w.grad.flatten() for w in trainer._weights]))
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-5)


def test_given_the_same_seed_when_trained_again_then_the_adapter_is_the_same(tiny, tmp_path):
    def train(name: str, **more):
        trainer = model(tiny, epochs=2, batch=5, **more)
        state = trainer.train(examples(tiny), tmp_path / name)
        return trainer.weights().weights, state

    (first, state), (again, _), (other, _) = train("a"), train("b"), train("c", learning_rate=2e-3)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not all(np.array_equal(first[name], other[name]) for name in first)
    assert state.step == 6 and state.losses[-1] < state.losses[0]
    assert state.cost.computed_tokens < state.cost.example_tokens, "a common beginning is computed once"


@pytest.mark.parametrize("at", [1, 2, 3, 5])
def test_given_a_training_that_was_killed_when_it_goes_on_then_the_adapter_is_the_same(tiny, tmp_path, at):
    hyper = {"epochs": 2, "batch": 5, "save_every": 2, "dropout": 0.1}
    whole = model(tiny, **hyper)
    whole.train(examples(tiny), tmp_path / "whole")

    class Killed(BaseException):
        pass

    broken = model(tiny, **hyper)
    step, done = broken._step, []

    def dying_step(*args):
        if len(done) == at:
            raise Killed
        done.append(1)
        return step(*args)

    broken._step = dying_step
    with pytest.raises(Killed):
        broken.train(examples(tiny), tmp_path / "broken")
    resumed = model(tiny, **hyper)
    state = resumed.train(examples(tiny), tmp_path / "broken")
    assert state.step == 6 and len(state.losses) == 6
    expected, weights = whole.weights().weights, resumed.weights().weights
    assert all(np.array_equal(weights[name], expected[name]) for name in expected)


def test_adapter_survives_both_forms(tiny, tmp_path):
    trainer = model(tiny, rank=4, alpha=6.0, projections=("q_proj", "k_proj", "down_proj"))
    trainer.train(examples(tiny), tmp_path / "state")
    adapter = trainer.weights()
    adapter.save(tmp_path / "peft", "base")
    loaded = Adapter.load(tmp_path / "peft")
    assert (loaded.rank, loaded.alpha, loaded.projections) == (4, 6.0, ("down_proj", "k_proj", "q_proj"))
    assert all(np.array_equal(loaded.weights[name], value) for name, value in adapter.weights.items())

    forms = GgufAdapters(load_config(tiny))
    forms.write(adapter, tmp_path / "a.gguf", "a")
    read = forms.read(tmp_path / "a.gguf")
    assert (read.rank, read.alpha, read.projections) == (4, 6.0, loaded.projections)
    assert read.weights.keys() == adapter.weights.keys()
    assert all(np.array_equal(read.weights[name], value.astype(np.float16)) for name, value in adapter.weights.items())


def test_gguf_adapter_has_the_rows_of_queries_and_keys_where_llama_cpp_looks(tiny, tmp_path):
    import gguf

    adapter = model(tiny, rank=1, projections=("q_proj",)).weights()
    for value in adapter.weights.values():
        value[:] = np.arange(value.size).reshape(value.shape)
    GgufAdapters(load_config(tiny)).write(adapter, tmp_path / "a.gguf", "a")
    tensors = {t.name: t.data for t in gguf.GGUFReader(tmp_path / "a.gguf").tensors}
    # Heads of 8 rows: transformers pairs row i with row i + 4, llama.cpp row 2 i with row 2 i + 1.
    assert tensors["blk.0.attn_q.weight.lora_b"].ravel()[:10].tolist() == [0, 4, 1, 5, 2, 6, 3, 7, 8, 12]
    assert tensors["blk.0.attn_q.weight.lora_a"].ravel()[:4].tolist() == [0, 1, 2, 3]


def test_given_an_adapter_to_start_from_when_trained_then_it_goes_on_from_there(tiny, tmp_path):
    first = model(tiny, rank=4)
    first.train(examples(tiny), tmp_path / "first")
    adapter = first.weights()
    second = model(tiny, adapter, rank=8)
    same = second.weights()
    assert same.rank == 4 and all(np.array_equal(same.weights[name], value) for name, value in adapter.weights.items())
    second.train(examples(tiny), tmp_path / "second")
    assert not np.array_equal(*(a.weights[next(iter(a.weights))] for a in (adapter, second.weights())))


def test_given_a_loss_that_is_no_number_when_trained_then_it_says_so(tiny, tmp_path):
    with pytest.raises(TrainerError, match="Lower learning-rate"):
        model(tiny, learning_rate=1e30, epochs=5, warm_up=0).train(examples(tiny), tmp_path / "state")


def test_given_a_gguf_family_that_is_not_built_in_when_made_then_it_says_so(tiny):
    config = load_config(tiny)
    config.model_type = "mamba"
    with pytest.raises(TrainerError, match="Serve this one with vLLM"):
        GgufAdapters(config)
