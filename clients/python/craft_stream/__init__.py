"""Reads what a craft-stream job curates, for trainers."""

from craft_stream.client import Change, CraftStream
from craft_stream.dataset import Dataset, Form, Row
from craft_stream.errors import CraftStreamError

__all__ = ["Change", "CraftStream", "CraftStreamError", "Dataset", "Form", "Row"]
