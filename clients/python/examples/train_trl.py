"""Trains a model on a dataset of a craft-stream job, with TRL.

    pip install ./clients/python trl peft
    python clients/python/examples/train_trl.py craft-open-ended-2 HuggingFaceTB/SmolLM2-135M trained
"""

import argparse

import torch
from craft_stream import CraftStream
from peft import LoraConfig
from trl import SFTConfig, SFTTrainer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", help="its id; ./craft export --list names those that there are")
    parser.add_argument("model", help="a folder, or a name on the Hugging Face Hub")
    parser.add_argument("out", help="where the adapter goes")
    parser.add_argument("--bootstrap-servers", default="localhost:9092")
    parser.add_argument("--topic-prefix", default="")
    parser.add_argument("--format", default="JSON", choices=["JSON", "PROTOBUF"])
    parser.add_argument("--chat", action="store_true", help="the model is a chat model, and the job asks it as one")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=8)
    chosen = parser.parse_args()

    client = CraftStream(chosen.bootstrap_servers, topic_prefix=chosen.topic_prefix, format=chosen.format)
    dataset = client.dataset(chosen.dataset, as_of="manifest")
    gpu = torch.cuda.is_available()
    trainer = SFTTrainer(
        chosen.model,
        args=SFTConfig(
            output_dir=chosen.out,
            # A stream does not tell how long it is.
            max_steps=max(1, chosen.epochs * len(dataset) // chosen.batch),
            per_device_train_batch_size=chosen.batch,
            report_to="none",
            bf16=gpu,
            use_cpu=not gpu,
        ),
        train_dataset=dataset.hugging_face("completion", messages=chosen.chat).shuffle(seed=1, buffer_size=len(dataset)),
        peft_config=LoraConfig(task_type="CAUSAL_LM", target_modules="all-linear"),
    )
    trainer.train()
    trainer.save_model(chosen.out)


if __name__ == "__main__":
    main()
