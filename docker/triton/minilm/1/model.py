import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from craft_serving.embedding_model import EmbeddingModel as TritonPythonModel  # noqa: E402, F401
