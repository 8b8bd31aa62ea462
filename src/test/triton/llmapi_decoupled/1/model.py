import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location(
    "llmapi_like", Path(__file__).resolve().parents[2] / "llmapi_like/1/model.py"
)
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)

TritonPythonModel = _module.TritonPythonModel
