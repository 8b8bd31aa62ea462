"""Writes the descriptor of the inference protocol's file to the file that is named."""

import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

# The package's own __init__ wants gRPC, which messages alone do not need.
package = ModuleType("tritonclient.grpc")
package.__path__ = [str(Path(find_spec("tritonclient").origin).parent / "grpc")]
sys.modules[package.__name__] = package

from tritonclient.grpc import service_pb2  # noqa: E402

Path(sys.argv[1]).write_bytes(service_pb2.DESCRIPTOR.serialized_pb)
