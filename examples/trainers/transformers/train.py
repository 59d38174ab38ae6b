"""Is a sentence of a review positive? A small DistilBERT, trained from nothing by the `Trainer` of Hugging Face Transformers.

Run it alone (`python train.py`), or let tunegate tune it (`tunegate run`). The lines for tunegate are marked.
"""

import csv
import os
import tempfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing is downloaded: model and tokenizer are made here

import numpy as np
import torch
import tunegate
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import DistilBertConfig, DistilBertForSequenceClassification, PrinterCallback, Trainer, TrainingArguments
from tunegate.transformers import TunegateCallback

LENGTH = 32  # tokens of a sentence

with open(Path(__file__).parent.parent / "text" / "snippets.csv", newline="", encoding="utf-8") as file:
    snippets = list(csv.DictReader(file))


def part(*remainders):
    """The snippets of every fifth review or so: those of one review are never in two splits."""
    rows = [row for row in snippets if int(row["review"]) % 5 in remainders]
    return [row["text"] for row in rows], np.array([int(row["positive"]) for row in rows])


(train, y_train), (validation, y_validation), (test, y_test) = part(2, 3, 4), part(1), part(0)

run = tunegate.run(  # tunegate: the levers with the script's own values, and what the script can do
    {"lr": 5e-5, "batch_size": 16, "weight_decay": 0.01, "dropout": 0.1},
    epochs=4,
    seed=1,
    supports={"range", "probe", "grad_norm", "predictions", "test"},
    rows={"train": len(train), "validation": len(validation), "test": len(test)},
    classes=2,
)
tunegate.seed_everything(run.seed)

# The words that the training rows have twice or more.
tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
tokenizer.normalizer = normalizers.BertNormalizer()
tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
words = trainers.WordLevelTrainer(min_frequency=2, special_tokens=["[PAD]", "[UNK]"], show_progress=False)
tokenizer.train_from_iterator(train, words)
tokenizer.enable_truncation(LENGTH)
tokenizer.enable_padding(length=LENGTH)


def rows_of(texts, labels):
    """What the trainer reads: one dictionary for each sentence."""
    return [
        {"input_ids": torch.tensor(one.ids), "attention_mask": torch.tensor(one.attention_mask), "labels": int(label)}
        for one, label in zip(tokenizer.encode_batch(texts), labels)
    ]


model = DistilBertForSequenceClassification(
    DistilBertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        max_position_embeddings=LENGTH,
        dim=64,
        hidden_dim=128,
        n_layers=2,
        n_heads=4,
        dropout=run.levers["dropout"],
        attention_dropout=run.levers["dropout"],
    )
)


def evaluated(prediction):
    """The trainer calls it after every epoch, with the logits of all validation rows."""
    logits, labels = prediction.predictions, prediction.label_ids
    # tunegate: predictions, from which it computes every metric
    run.save_predictions(logits, labels=labels, epoch=trainer.state.epoch)
    return {"accuracy": (logits.argmax(1) == labels).mean()}


trainer = Trainer(
    model=model,
    args=TrainingArguments(
        output_dir=tempfile.gettempdir(),
        num_train_epochs=run.epochs,
        learning_rate=run.levers["lr"],
        per_device_train_batch_size=run.levers["batch_size"],
        weight_decay=run.levers["weight_decay"],
        warmup_steps=20,
        seed=run.seed,
        data_seed=run.seeds.order,
        logging_steps=1,  # tunegate: the loss of every step
        eval_strategy="epoch",
        save_strategy="no",  # nothing lies in output_dir
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
    ),
    train_dataset=rows_of(train, y_train),
    eval_dataset=rows_of(validation, y_validation),
    compute_metrics=evaluated,
    callbacks=[TunegateCallback(evaluations=False)],  # tunegate: reports the steps
)
trainer.remove_callback(PrinterCallback)  # it would print every step
trainer.train()

last = [entry for entry in trainer.state.log_history if "eval_loss" in entry][-1]
print(f"validation: accuracy {last['eval_accuracy']:.4f}, nll {last['eval_loss']:.4f}")

if run.test:  # tunegate: only the last stage asks for test rows
    trainer.compute_metrics = None
    run.save_predictions(trainer.predict(rows_of(test, y_test)).predictions, labels=y_test, split="test")
run.end(weights_sha256=tunegate.weights_sha256(model))
