"""Aggregation of votes and boxes against crowd-kit and datumaro's IntersectMerge on the same data.

`python bench/aggregation.py [--peers PYTHON] [--share 1.0]`: PYTHON is one that has the peers; they are large, so they live in an
environment of their own (without them ours is timed alone, and the command that makes it is printed). Prints a line a method: our
seconds, the peer's and their ratio, and how often ours is right. Seconds are of processor time, which other work on the machine
disturbs least; nothing waits, so on a quiet machine they are the clock's. No database is asked.
Targets: 100,000 votes in under 1 s; 10,000 images x 3 people x 5 boxes in under 3 s.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
# The package beside ours has models, so Django must be set up; nothing of this is asked.
os.environ.update({"READ_ENV_FILES": "false", "DJANGO_SETTINGS_MODULE": "cvatoloka.settings", "SECRET_KEY": "bench",
                   "CREDENTIALS_KEYS": "bench", "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"})

import django  # noqa: E402

django.setup()

from crowdsourcing.quality.aggregation import Votes, consensus, dawid_skene, majority, one_coin, weighted  # noqa: E402

HOW = """peers are not measured. Make an environment that has them, about 800 MB:
  python3.11 -m venv /tmp/peers && /tmp/peers/bin/pip install datumaro numpy pandas "scikit-learn<1.8" attrs tqdm nltk
  /tmp/peers/bin/pip install --no-deps crowd-kit==1.4.2 && python bench/aggregation.py --peers /tmp/peers/bin/python"""


def crowd(labels: int, share: float) -> tuple[list[tuple[str, str, int]], dict[str, int]]:
    """(votes, truth): 20,000 items x 5 votes of 500 people, a tenth of whom guess."""
    dice = random.Random(labels)
    skill = [1 / labels if dice.random() < 0.1 else dice.uniform(0.55, 0.95) for _ in range(500)]
    truth = {f"t{number}": dice.randrange(labels) for number in range(int(20_000 * share))}
    rows = [(item, f"w{who}", right if dice.random() < skill[who] else dice.randrange(labels))
            for item, right in truth.items() for who in dice.sample(range(500), 5)]
    dice.shuffle(rows)
    return rows, truth


def drawings(share: float) -> list[list[list[list[float]]]]:
    """frame -> person -> [label, left, top, right, bottom]: 10,000 frames, 3 people, 5 boxes of which each misses one in twenty."""
    dice, frames = random.Random(1), []
    for _ in range(int(10_000 * share)):
        corners = [(dice.randrange(3), dice.uniform(0, 1700), dice.uniform(0, 900)) for _ in range(5)]
        truth = [(label, x, y, x + dice.uniform(40, 200), y + dice.uniform(40, 160)) for label, x, y in corners]
        frames.append([[[label, *(value + dice.gauss(0, 4) for value in box)] for label, *box in truth if dice.random() > 0.05]
                       for _ in range(3)])
    return frames


def best_of(work: Callable[[], Any], rounds: int = 3) -> tuple[float, Any]:
    """(seconds of the quickest round, its result)"""
    seconds, result = float("inf"), None
    for _ in range(rounds):
        start = time.process_time()
        result = work()
        seconds = min(seconds, time.process_time() - start)
    return seconds, result


def peers_of(python: str, what: str, data: Any) -> dict[str, float]:
    """Seconds by method; {} without peers."""
    if not python:
        return {}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(data, file)
        file.flush()
        done = subprocess.run([python, str(ROOT / "bench" / "aggregation_peers.py"), what, file.name], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{python} cannot measure the peers: {done.stderr.strip().splitlines()[-1]}\n{HOW}")
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def line(name: str, seconds: float, peer: float | None, note: str) -> None:
    beside = f"  peer {peer:7.2f} s  ratio {peer / seconds:6.1f}" if peer else ""
    print(f"{name:30} ours {seconds:6.3f} s{beside}  {note}")


def bench_votes(labels: int, share: float, python: str) -> None:
    rows, truth = crowd(labels, share)
    known = dict(list(truth.items())[:len(truth) // 20])
    skills: dict[Any, float | None] = {}
    # Ours begins with the rows as a query gives them; coding them is part of the time.
    methods: dict[str, Callable[[], Any]] = {
        "majority": lambda: majority(Votes.of(rows)), "weighted": lambda: weighted(Votes.of(rows), skills=skills),
        "one_coin": lambda: one_coin(Votes.of(rows)), "one_coin with truth": lambda: one_coin(Votes.of(rows), truth=known),
        "dawid_skene": lambda: dawid_skene(Votes.of(rows)),
    }
    peers = peers_of(python, "votes", rows)
    for name, method in methods.items():
        seconds, found = best_of(method)
        answers = found.answers
        right = sum(answers.get(item) == label for item, label in truth.items()) / len(truth)
        line(f"{name}, {labels} answers", seconds, peers.get(name), f"right {right:.4f}, undecided {1 - len(answers) / len(truth):.4f}")


def bench_boxes(share: float, python: str) -> None:
    frames = drawings(share)
    given = {number: {person: [{"type": "rectangle", "label_id": label, "points": box, "rotation": 0.0} for label, *box in mine]
                      for person, mine in enumerate(drawn)} for number, drawn in enumerate(frames)}
    seconds, found = best_of(lambda: consensus(given))
    agreed = sum(len(one.agreed) for one in found.values())
    line("boxes", seconds, peers_of(python, "boxes", frames).get("boxes"), f"agreed {agreed} of {5 * len(frames)} boxes")


def main() -> None:
    """Print a line a method."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default="", metavar="PYTHON")
    parser.add_argument("--share", type=float, default=1.0, help="of the data, for a quick look")
    given = parser.parse_args()
    if not given.peers:
        print(HOW, file=sys.stderr)
    for labels in (2, 10):
        bench_votes(labels, given.share, given.peers)
    bench_boxes(given.share, given.peers)


if __name__ == "__main__":
    main()
