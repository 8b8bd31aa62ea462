"""Adapters in vLLM's part of the model repository; llama.cpp's is in test_service."""

import json
from pathlib import Path

import numpy as np
import pytest

from craft_trainer.adapter import Adapter
from craft_trainer.errors import TrainerError
from craft_trainer.messages import Serving
from craft_trainer.repository import Repository, repository
from craft_trainer.settings import Triton

ADAPTER = Adapter(
    8, 16.0, ("q_proj",),
    {f"base_model.model.model.layers.0.self_attn.q_proj.lora_{part}.weight": np.ones((2, 2), np.float32) for part in "AB"},
)  # fmt: skip


def vllm(folder: Path, engine: dict | None = None, version: str = "", **settings) -> Repository:
    (folder / "llama" / "1").mkdir(parents=True, exist_ok=True)
    (folder / "llama" / "2").mkdir(exist_ok=True)
    if engine is not None:
        (folder / "llama" / "2" / "model.json").write_text(json.dumps(engine))
    serving = Serving("llama", version, "CONTRACT_VLLM", "minilm", "", "")
    return repository(Triton(repository=str(folder), **settings), serving, lambda: None)


def names(folder: Path) -> dict:
    return json.loads((folder / "llama" / "2" / "multi_lora.json").read_text())


def placed(place: Repository, folder: Path, name: str = "a") -> Path:
    export = folder / f"export-{name}"
    export.mkdir()
    place.export(ADAPTER, name, export)
    return place.place(export, name, '{"rows": 1}')


def test_an_adapter_is_placed_in_the_newest_version_under_its_name(tmp_path):
    models = tmp_path / "models"
    place = vllm(models, {"model": "/weights", "enable_lora": True}, repository_at_server="/models")
    (models / "llama" / "2" / "multi_lora.json").write_text('{"other": "/weights/other"}')
    folder = placed(place, tmp_path)
    assert names(models) == {"other": "/weights/other", "a": "/models/llama/2/adapters/a"}
    assert folder == models / "llama" / "2" / "adapters" / "a"
    assert json.loads((folder / "adapter_config.json").read_text())["base_model_name_or_path"] == "/weights"
    assert json.loads((folder / "report.json").read_text()) == {"rows": 1}
    read = place.read("a")
    assert (read.rank, read.alpha, read.projections) == (8, 16.0, ("q_proj",)) and read.weights.keys() == ADAPTER.weights.keys()


def test_given_it_is_there_already_when_placed_again_then_nothing_changes_and_nothing_is_left_over(tmp_path):
    models = tmp_path / "models"
    place = vllm(models, {"enable_lora": True})
    placed(place, tmp_path)
    before = names(models)
    place.place(tmp_path / "export-a", "a", "{}")
    assert names(models) == before == {"a": str(models / "llama" / "2" / "adapters" / "a")}
    assert [file.name for file in (models / "llama" / "2" / "adapters").iterdir()] == ["a"]


def test_given_it_is_taken_back_when_looked_for_then_the_others_stay(tmp_path):
    models = tmp_path / "models"
    place = vllm(models, {"enable_lora": True})
    placed(place, tmp_path), placed(place, tmp_path, "b")
    place.remove("a")
    assert list(names(models)) == ["b"] and not (models / "llama" / "2" / "adapters" / "a").exists()
    with pytest.raises(TrainerError, match="does not name the adapter a"):
        place.read("a")


@pytest.mark.parametrize(
    ("engine", "sentence"),
    [
        (None, "vLLM's settings, can't be read"),
        ({}, 'Set "enable_lora": true'),
        ({"enable_lora": True, "max_lora_rank": 4}, "rank 8 is more than the 4 of max_lora_rank"),
    ],
)
def test_given_an_engine_that_takes_no_such_adapter_when_checked_then_it_says_so(tmp_path, engine, sentence):
    with pytest.raises(TrainerError, match=sentence):
        vllm(tmp_path, engine).check(8)


def test_given_an_adapter_of_another_kind_when_read_then_it_says_so(tmp_path):
    models = tmp_path / "models"
    place = vllm(models, {"enable_lora": True})
    config = placed(place, tmp_path) / "adapter_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "use_dora": True}))
    with pytest.raises(TrainerError, match=r"is no plain LoRA \(use_dora\)"):
        place.read("a")
