"""`python -m craft_trainer`: see --help."""

import argparse
import io
import json
import os
import sys
import threading
from pathlib import Path

from craft_trainer.dataset import REHEARSAL, TRAINING, DatasetReader
from craft_trainer.errors import TrainerError
from craft_trainer.kafka import KafkaLog
from craft_trainer.messages import Codec
from craft_trainer.service import Service
from craft_trainer.settings import Settings, SettingsError
from craft_trainer.triton import TritonServer

DEFAULTS = Path(__file__).resolve().parents[1] / "trainer.yaml"


def main() -> int:
    parser = argparse.ArgumentParser(prog="craft_trainer", description=__doc__, allow_abbrev=False)
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("--config", type=Path, default=DEFAULTS, help="file of options (default: %(default)s)")
    options.add_argument(
        "-D", dest="set", action="append", default=[], metavar="KEY=VALUE", help="sets an option, such as -D triton.address=.."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser(
        "run", parents=[options], allow_abbrev=False,
        help="train what manifests and rules say, and announce it; goes on where it was stopped",
    )  # fmt: skip
    run.add_argument("--once", action="store_true", help="end when each rule has announced a model checkpoint, or failed to")
    run.add_argument(
        "--end-with-stdin", action="store_true", help="end at once when standard input ends, as with the process that started this one"
    )
    rows = commands.add_parser(
        "rows", parents=[options], allow_abbrev=False,
        help="print a dataset as it would be trained on, as JSON lines like those of ./craft export --as-of manifest --format chat",
    )  # fmt: skip
    rows.add_argument("dataset", help="its id")
    rows.add_argument("--rehearsal", action="store_true", help="it is a rehearsal set")
    args = parser.parse_args()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        settings = Settings.read(args.config, args.set)
        log = KafkaLog(settings.kafka)
        if args.command == "run":
            if args.end_with_stdin:
                threading.Thread(target=_end_with_stdin, daemon=True).start()
            return Service(settings, log, TritonServer(settings.triton)).serve(args.once)
        reader = DatasetReader(log, Codec(settings.kafka.format), settings.kafka.topic_prefix)
        for row in reader.collect([args.dataset], REHEARSAL if args.rehearsal else TRAINING)[0].rows():
            turns = [{"role": "user", "content": row.prompt}, {"role": "assistant", "content": row.response}]
            print(json.dumps({"messages": turns}, ensure_ascii=False))
        return 0
    except (SettingsError, TrainerError) as error:
        print(f"craft_trainer: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _end_with_stdin() -> None:
    """Whatever is under way is done again from the journal."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # The Kafka client's and PyTorch's threads need not be waited for.
    os._exit(status)
