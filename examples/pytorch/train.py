"""Trains a small network on the digits of scikit-learn (1,797 images of 8 x 8 points).

An ordinary training script. The two lines with `stage` are the only ones that know of tonne, and without them its epochs
would be found all the same, in the lines it prints.
"""

import argparse
import os
import sys

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "clients", "python"))
from tonne.marks import stage


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--width", type=int, default=256, help="neurons in each hidden layer")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=3e-4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True)

    digits = load_digits()
    stage("prepare", data_in=digits.data)
    train_x, test_x, train_y, test_y = train_test_split(
        digits.data / 16.0, digits.target, test_size=0.25, stratify=digits.target, random_state=arguments.seed
    )
    train_x = torch.tensor(train_x, dtype=torch.float32)
    test_x = torch.tensor(test_x, dtype=torch.float32)
    train_y, test_y = torch.tensor(train_y), torch.tensor(test_y)

    stage("train", data_in=train_x)
    width = arguments.width
    model = nn.Sequential(
        nn.Linear(64, width), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(width, width), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(width, width), nn.ReLU(),
        nn.Linear(width, 10),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=arguments.learning_rate)
    loss_of = nn.CrossEntropyLoss()
    for epoch in range(1, arguments.epochs + 1):
        model.train()
        total = right = 0.0
        for batch in torch.randperm(len(train_x)).split(arguments.batch):
            optimizer.zero_grad()
            answers = model(train_x[batch])
            loss = loss_of(answers, train_y[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
            right += (answers.argmax(1) == train_y[batch]).sum().item()
        model.eval()
        with torch.no_grad():
            answers = model(test_x)
            test_loss = loss_of(answers, test_y).item()
            test_accuracy = (answers.argmax(1) == test_y).float().mean().item()
        print(
            f"Epoch {epoch}/{arguments.epochs} loss={total / len(train_x):.4f} acc={right / len(train_x):.4f}"
            f" val_loss={test_loss:.4f} val_acc={test_accuracy:.4f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
