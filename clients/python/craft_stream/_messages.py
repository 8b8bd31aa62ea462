"""The topics' messages, as proto/craftstream/v1 defines them, in either format of the job (kafka.format)."""

import functools
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.message import DecodeError

from craft_stream._compile import compile_schemas
from craft_stream._kafka import Record
from craft_stream.errors import CraftStreamError

Format = Literal["JSON", "PROTOBUF"]
_PACKAGE = "craftstream.v1."


class Codec:
    """Reads and writes messages in one format."""

    def __init__(self, format: Format) -> None:
        if format not in ("JSON", "PROTOBUF"):
            raise CraftStreamError(f"The format is {format}; JSON and PROTOBUF are allowed. It is the job's kafka.format.")
        self._format = format

    def read(self, record: Record, kind: str, *needed: str) -> Any:
        """Newer producers' fields are passed over."""
        message = _classes()[kind]()
        try:
            if self._format == "JSON":
                json_format.Parse((record.value or b"").decode(), message, ignore_unknown_fields=True)
            else:
                message.ParseFromString(record.value or b"")
        except (json_format.ParseError, DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self._unreadable(record, kind, str(error)) from error
        for name in needed:
            if not getattr(message, name):
                raise self._unreadable(record, kind, f"its {name} is missing")
        return message

    def write(self, kind: str, **fields: Any) -> bytes:
        message = _classes()[kind](**fields)
        if self._format == "PROTOBUF":
            written: bytes = message.SerializeToString()
            return written
        text: str = json_format.MessageToJson(message, preserving_proto_field_name=True, indent=None, ensure_ascii=False)
        return text.encode()

    def _unreadable(self, record: Record, kind: str, why: str) -> CraftStreamError:
        return CraftStreamError(
            f"The record at {record.topic}, partition {record.partition}, offset {record.offset} is no {kind} in {self._format}: "
            f"{why[:300]}. Check the format, which is the job's kafka.format."
        )


def constant(message: Any, field: str) -> str:
    """An enum's value as the schemas name it, without the type's name: ANSWER. A number where this version does not know it."""
    value = getattr(message, field)
    enum = message.DESCRIPTOR.fields_by_name[field].enum_type
    known = enum.values_by_number.get(value)
    if known is None:
        return str(value)
    prefix = enum.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return "" if value == 0 else str(known.name.removeprefix(prefix))


@functools.cache
def _classes() -> dict[str, Any]:
    """The message classes by their names."""
    built = resources.files("craft_stream") / "schemas.binpb"
    # In a clone that was not built the schemas lie beside it.
    data = built.read_bytes() if built.is_file() else compile_schemas(Path(__file__).resolve().parents[3] / "proto")
    descriptors = descriptor_pb2.FileDescriptorSet.FromString(data)
    pool = descriptor_pool.DescriptorPool()
    for file in descriptors.file:
        pool.Add(file)
    classes = message_factory.GetMessageClassesForFiles([file.name for file in descriptors.file], pool)
    return {name.removeprefix(_PACKAGE): cls for name, cls in classes.items()}
