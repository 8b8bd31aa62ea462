"""Compiles the schemas of the repository into the package; all else is in pyproject.toml."""

import runpy
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).resolve().parent
# Without the package around it, whose libraries are not there yet.
compile_schemas = runpy.run_path(str(HERE / "craft_stream" / "_compile.py"))["compile_schemas"]


class WithSchemas(build_py):
    def run(self) -> None:
        super().run()
        target = Path(self.build_lib) / "craft_stream" / "schemas.binpb"
        target.write_bytes(compile_schemas(HERE.parents[1] / "proto"))


setup(cmdclass={"build_py": WithSchemas})
