"""Adapters in Triton's model repository, by the contract of their model."""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from craft_trainer.adapter import Adapter, GgufAdapters
from craft_trainer.errors import TrainerError
from craft_trainer.journal import replace_file, sync_folder
from craft_trainer.messages import Serving
from craft_trainer.settings import Triton

ADAPTERS = "adapters"


class Repository(Protocol):
    """The adapters of one version of a model."""

    def check(self, rank: int) -> None:
        """Raises TrainerError where an adapter of this rank can't be served."""

    def read(self, name: str) -> Adapter:
        """The adapter as it is served. Raises TrainerError."""

    def export(self, adapter: Adapter, name: str, folder: Path) -> None:
        """Writes what is to be placed into an empty folder."""

    def place(self, folder: Path, name: str, report: str) -> Path:
        """Puts what was exported where the server finds it when the model is loaded again, with a report beside it."""

    def remove(self, name: str) -> None:
        """Takes it back."""


def repository(settings: Triton, serving: Serving, model_config: Callable[[], Any]) -> Repository:
    """`model_config`: gives the base model's configuration."""
    model = Path(settings.repository) / serving.model_name
    if not model.is_dir():
        raise TrainerError(
            f"There is no folder {model} for the model {serving.model_name}. Set triton.repository to the server's model repository."
        )
    version = model / (serving.model_version or _newest(model))
    if not version.is_dir():
        raise TrainerError(f"There is no folder {version} for version {serving.model_version} of the model {serving.model_name}.")
    if serving.contract == "CONTRACT_VLLM":
        at_server = Path(settings.repository_at_server or Path(settings.repository).absolute())
        return VllmRepository(version, at_server / version.relative_to(settings.repository))
    if serving.contract == "CONTRACT_CRAFT":
        return CraftRepository(version, model_config)
    raise TrainerError(f"Models of the contract {serving.contract} are not served with adapters by this trainer.")


def _require_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK):
        raise TrainerError(f"{folder} can't be written to; give the trainer's user that permission.")


def _newest(model: Path) -> str:
    versions = [int(folder.name) for folder in model.iterdir() if folder.is_dir() and folder.name.isdigit()]
    if not versions:
        raise TrainerError(f"{model} holds no version of the model.")
    return str(max(versions))


class CraftRepository:
    """adapters/NAME.gguf in the version's folder."""

    def __init__(self, version: Path, model_config: Callable[[], Any]) -> None:
        self._folder = version / ADAPTERS
        self._model_config = model_config

    def check(self, rank: int) -> None:
        GgufAdapters(self._model_config())
        _require_writable(self._folder if self._folder.exists() else self._folder.parent)

    def read(self, name: str) -> Adapter:
        return GgufAdapters(self._model_config()).read(self._file(name))

    def export(self, adapter: Adapter, name: str, folder: Path) -> None:
        GgufAdapters(self._model_config()).write(adapter, folder / f"{name}.gguf", name)

    def place(self, folder: Path, name: str, report: str) -> Path:
        self._folder.mkdir(exist_ok=True)
        replace_file(self._folder / f"{name}.json", report.encode())
        replace_file(self._file(name), (folder / f"{name}.gguf").read_bytes())
        return self._file(name)

    def remove(self, name: str) -> None:
        self._file(name).unlink(missing_ok=True)
        (self._folder / f"{name}.json").unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.gguf"


class VllmRepository:
    """adapters/NAME in the version's folder, in PEFT's form, and its name in multi_lora.json."""

    def __init__(self, version: Path, at_server: Path) -> None:
        self._version, self._at_server = version, at_server

    def check(self, rank: int) -> None:
        file = self._version / "model.json"
        try:
            engine = json.loads(file.read_text())
        except (OSError, ValueError) as error:
            raise TrainerError(f"{file}, vLLM's settings, can't be read: {error}") from error
        if not engine.get("enable_lora"):
            raise TrainerError(f'vLLM takes no adapters. Set "enable_lora": true in {file} and load the model again.')
        most = engine.get("max_lora_rank", 16)
        if rank > most:
            raise TrainerError(
                f"An adapter of rank {rank} is more than the {most} of max_lora_rank in {file}. Raise that, or lower rank."
            )

    def read(self, name: str) -> Adapter:
        places = self._places()
        if name not in places:
            raise TrainerError(f"{self._places_file()} does not name the adapter {name}.")
        place = Path(places[name])
        if place.is_relative_to(self._at_server):
            place = self._version / place.relative_to(self._at_server)
        return Adapter.load(place)

    def export(self, adapter: Adapter, name: str, folder: Path) -> None:
        engine = json.loads((self._version / "model.json").read_text())
        adapter.save(folder / name, str(engine.get("model", "")))

    def place(self, folder: Path, name: str, report: str) -> Path:
        adapters = self._version / ADAPTERS
        adapters.mkdir(exist_ok=True)
        place, part = adapters / name, adapters / f".{name}.part"
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(folder / name, part)
        (part / "report.json").write_text(report)
        for file in part.iterdir():
            _sync(file)
        sync_folder(part)
        shutil.rmtree(place, ignore_errors=True)
        part.rename(place)
        sync_folder(adapters)
        with self._locked():
            self._write_places({**self._places(), name: str(self._at_server / ADAPTERS / name)})
        return place

    def remove(self, name: str) -> None:
        with self._locked():
            self._write_places({other: place for other, place in self._places().items() if other != name})
        shutil.rmtree(self._version / ADAPTERS / name, ignore_errors=True)

    def _places_file(self) -> Path:
        return self._version / "multi_lora.json"

    def _places(self) -> dict[str, str]:
        try:
            return json.loads(self._places_file().read_text())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise TrainerError(f"{self._places_file()} is not JSON: {error}") from error

    def _write_places(self, places: dict[str, str]) -> None:
        replace_file(self._places_file(), (json.dumps(places, indent=2) + "\n").encode())

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Of several trainers one at a time changes the file."""
        descriptor = os.open(self._version, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _sync(file: Path) -> None:
    with file.open("rb") as written:
        os.fsync(written.fileno())
