"""Writes what the job and its users write into the topics."""

import json

from craft_trainer.log import Log


def manifest(log: Log, dataset_id: str, kind: str = "REHEARSAL", task: str = "OPEN_ENDED", questions: int = 0, **more) -> None:
    value = {
        "dataset_id": dataset_id,
        "kind": f"DATASET_KIND_{kind}",
        "task": f"TASK_{task}",
        "strategy": "" if kind == "REHEARSAL" else "CRAFT",
        "initial_checkpoint_id": "base",
        "complete": True,
        "answer": {"candidates": str(questions), "questions": str(questions), "records": str(questions)},
        "refusal": {"candidates": "0", "questions": "0"},
        "model_time": "1",
        **more,
    }
    log.append("dataset-manifests", dataset_id.encode(), json.dumps(value).encode())


def row(log: Log, dataset_id: str, question_id: str, topic: str = "rehearsal-sets", mark: str = "BASE", **more) -> None:
    value = {
        "dataset_id": dataset_id,
        "question_id": question_id,
        "mark": f"MARK_{mark}",
        "revision": 1,
        "task": "TASK_OPEN_ENDED",
        "label": "LABEL_ANSWER",
        "prompt": f"What is {question_id}?",
        "response": f"It is {question_id}",
        "copies": 1,
        **more,
    }
    log.append(topic, f"{dataset_id}\n{question_id}".encode(), json.dumps(value).encode())


def remove(log: Log, dataset_id: str, question_id: str) -> None:
    log.append("rehearsal-sets", f"{dataset_id}\n{question_id}".encode(), None)


def announce(log: Log, checkpoint_id: str, role: str = "INITIAL", base: str = "", **serving) -> None:
    value = {
        "checkpoint_id": checkpoint_id,
        "announcement": {
            "role": f"ROLE_{role}",
            "base_checkpoint_id": base,
            "serving": {"model_name": "tiny", "contract": "CONTRACT_CRAFT", **serving},
        },
    }
    log.append("model-checkpoints", checkpoint_id.encode(), json.dumps(value).encode())


def retire(log: Log, checkpoint_id: str) -> None:
    log.append(
        "model-checkpoints", checkpoint_id.encode(), json.dumps({"checkpoint_id": checkpoint_id, "retirement": {}}).encode()
    )
