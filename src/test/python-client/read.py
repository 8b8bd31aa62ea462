"""Reads with the Python client what a test has written, and prints it as JSON, one object a line.

    python read.py rows ADDRESS PREFIX FORMAT DATASET_ID
    python read.py instructions ADDRESS PREFIX FORMAT COUNT
    python read.py announce ADDRESS PREFIX FORMAT
"""

import json
import sys

from craft_stream import CraftStream, CraftStreamError


def main(what: str, address: str, prefix: str, format: str, *more: str) -> None:
    client = CraftStream(address, topic_prefix=prefix, format=format)
    if what == "rows":
        print(json.dumps(list(client.manifests())))
        for as_of in ("manifest", "now"):
            dataset = client.dataset(more[0], as_of=as_of, timeout=20)
            for form in ("chat", "completion", "kto", "preference"):
                print(json.dumps(list(dataset.as_rows(form, messages=as_of == "manifest"))))
            figures = [[r.question_id, r.knowledge_flow, r.sureness, r.fall_probability, r.rise_probability] for r in dataset]
            print(json.dumps(figures, ensure_ascii=False))
        client.dataset("other", timeout=0)
    elif what == "instructions":
        changes = client.instructions()
        for _ in range(int(more[0])):
            change = next(changes)
            print(json.dumps([change.question_id, change.instruction and change.instruction.response]), flush=True)
        changes.close()
    elif what == "announce":
        serving = dict(model="smollm2", contract="CRAFT", model_version="1")
        print(
            json.dumps(
                [
                    client.announce("base", role="INITIAL", **serving),
                    client.announce("r", role="REHEARSAL", base="base", adapter="r-é", **serving),
                    client.announce("r", role="REHEARSAL", base="base", adapter="r-é", **serving),
                    client.announce("r", role="REHEARSAL", base="base", adapter="moved", **serving),
                ]
            )
        )


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except CraftStreamError as error:
        print(json.dumps({"error": str(error)}))
