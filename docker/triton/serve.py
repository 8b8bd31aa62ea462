"""Starts tritonserver from the Python environment that runs this file, and becomes it.

    <venv>/bin/python serve.py --load smollm2 --grpc-port 8001

Needs the standard library and, installed in the environment, requirements.txt or requirements-server.txt. Arguments that it
does not know go to tritonserver as they are.
"""

import argparse
import os
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path


def backend_directory(triton: Path, parent: Path) -> Path:
    """A folder with the Python backend and the stub process built for this Python. The same at every start."""
    stub = triton / "python_backend_stubs" / f"{sys.version_info.major}.{sys.version_info.minor}" / "triton_python_backend_stub"
    if not stub.exists():
        sys.exit(f"tritonserver has no stub for Python {sys.version_info.major}.{sys.version_info.minor}: {stub} is missing")
    backends = parent / "backends"
    shutil.copytree(triton / "backends" / "python", backends / "python", dirs_exist_ok=True)
    link = backends / "python" / stub.name
    link.unlink(missing_ok=True)
    link.symlink_to(stub)
    return backends


def main() -> None:
    parser = argparse.ArgumentParser(description="Starts tritonserver on the CPU.", allow_abbrev=False)
    parser.add_argument("--repository", type=Path, default=Path(__file__).resolve().parent, help="model repository")
    parser.add_argument("--load", action="append", help="model to load, may be repeated (default: smollm2)")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--grpc-port", default="8001")
    parser.add_argument("--http-port", default="8000")
    parser.add_argument("--metrics-port", default="8002")
    parser.add_argument("--work", type=Path, help="folder for the assembled backend (default: a new temporary one)")
    args, rest = parser.parse_known_args()

    packages = Path(sysconfig.get_path("platlib"))
    triton = packages / "pytriton" / "tritonserver"
    work = args.work or Path(tempfile.mkdtemp(prefix="craft-triton-"))
    backends = backend_directory(triton, work)
    libraries = [packages / "nvidia_pytriton.libs", Path(sysconfig.get_config_var("LIBDIR"))]
    environment = {
        **os.environ,
        # The stub finds this environment's packages through PATH. PYTHONPATH is not read.
        "PATH": f"{Path(sys.prefix) / 'bin'}:{os.environ.get('PATH', '')}",
        "LD_LIBRARY_PATH": ":".join(map(str, libraries)),
    }
    server = triton / "bin" / "tritonserver"
    command = [
        str(server),
        f"--model-repository={args.repository}",
        f"--backend-directory={backends}",
        "--model-control-mode=explicit",
        *(f"--load-model={name}" for name in args.load or ["smollm2"]),
        "--disable-auto-complete-config",
        f"--grpc-address={args.address}",
        f"--http-address={args.address}",
        f"--metrics-address={args.address}",
        f"--grpc-port={args.grpc_port}",
        f"--http-port={args.http_port}",
        f"--metrics-port={args.metrics_port}",
        "--exit-timeout-secs=5",
        *rest,
    ]
    os.execve(server, command, environment)


if __name__ == "__main__":
    main()
