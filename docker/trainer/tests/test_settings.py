"""Options are read strictly, and described truly."""

from pathlib import Path

import pytest
import yaml

from craft_trainer.settings import Kafka, Settings, SettingsError, plain

FILE = Path(__file__).resolve().parents[1] / "trainer.yaml"


def read(text: str, tmp_path, *overrides: str) -> Settings:
    file = tmp_path / "t.yaml"
    file.write_text(text)
    return Settings.read(file, overrides)


def test_the_file_of_defaults_says_what_they_are():
    named = yaml.safe_load(FILE.read_text())
    defaults = plain(Settings())
    for rule in defaults["train"]:
        rule["hyper-parameters"] = {}
    assert named == defaults
    assert Settings.read(FILE) == Settings.read(None)


def test_a_rule_has_the_hyper_parameters_of_its_kind_and_what_it_names(tmp_path):
    text = "tuning: {epochs: 7}\ntrain: [{kind: TRAINING, strategy: CRAFT, hyper-parameters: {rank: 2}}, {kind: REHEARSAL}]"
    tuned, rehearsed = read(text, tmp_path).train
    assert (tuned.hyper_parameters.rank, tuned.hyper_parameters.epochs) == (2, 7)
    assert (rehearsed.hyper_parameters.rank, rehearsed.hyper_parameters.response) == (8, "{response}\n\n")


def test_overrides_win(tmp_path):
    settings = read("kafka: {bootstrap-servers: a:1}", tmp_path, "kafka.bootstrap-servers=b:2", "tuning.learning-rate=1e-5",
                    "kafka.properties.security.protocol=SSL", "triton.repository=/models")  # fmt: skip
    assert settings.kafka == Kafka("b:2", properties={"security.protocol": "SSL"})
    assert settings.triton.repository == "/models"
    assert settings.train[1].hyper_parameters.learning_rate == 1e-5


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("kafka: {bootstrap-server: a}", "There is no option kafka.bootstrap-server. Is kafka.bootstrap-servers meant?"),
        ("kafka: {format: XML}", "kafka.format is 'XML'; JSON, PROTOBUF are allowed."),
        ("tuning: {rank: 0}", "tuning.rank is 0; at least 1 is allowed."),
        ("tuning: {rank: 1.5}", "tuning.rank is 1.5; a whole number is allowed."),
        ("tuning: {projections: [up]}", "tuning.projections.0 is 'up'"),
        ("tuning: {response: x}", "tuning.response is 'x'; a text with {response} is allowed."),
        ("train: [{kind: TRAINING}]", "train.0.strategy is ''; one is allowed for TRAINING."),
        ("train: [{strategy: CRAFT, seeds: [1, 2], checkpoint-id: x}]", "train.0.checkpoint-id is 'x'"),
        ("train: [{strategy: CRAFT, hyper-parameters: {epochs: 0}}]", "train.0.hyper-parameters.epochs is 0"),
        ("train: {}", "train is {}; a list is allowed."),
        ("- a", "is no list of options"),
        ("a: [", "can't be read"),
    ],
)
def test_given_a_mistake_when_read_then_it_names_the_option(text, sentence, tmp_path):
    with pytest.raises(SettingsError) as error:
        read(text, tmp_path)
    assert sentence in str(error.value)


def test_given_an_override_that_is_none_when_read_then_it_says_so(tmp_path):
    for override in ("kafka", "work-folder.x=1"):
        with pytest.raises(SettingsError, match="-D"):
            read("work-folder: w", tmp_path, override)


def test_secrets_come_from_the_environment(monkeypatch):
    kafka = Kafka(properties={"sasl.password": "${env:KAFKA_PASSWORD}"})
    monkeypatch.setenv("KAFKA_PASSWORD", "secret")
    assert kafka.client() == {"sasl.password": "secret"}
    monkeypatch.delenv("KAFKA_PASSWORD")
    with pytest.raises(SettingsError, match="KAFKA_PASSWORD, which is not set"):
        kafka.client()
