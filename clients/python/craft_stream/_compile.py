"""Compiles the .proto files of the repository."""

import tempfile
from pathlib import Path


def compile_schemas(proto: Path) -> bytes:
    """A serialised FileDescriptorSet. Needs grpcio-tools."""
    from grpc_tools import protoc

    files = sorted(str(file.relative_to(proto)) for file in (proto / "craftstream" / "v1").glob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "schemas.binpb"
        if not files or protoc.main(["protoc", f"-I{proto}", "--include_imports", f"--descriptor_set_out={out}", *files]) != 0:
            raise RuntimeError(f"The schemas in {proto} can't be compiled; build the package in a clone of the repository.")
        return out.read_bytes()
