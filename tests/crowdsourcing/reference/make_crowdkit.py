"""Asks crowd-kit for its numbers and writes them beside this file as crowdkit.json: tests compare ours with them without crowd-kit.

It is 400 MB with what it needs, so it is no dependency of ours. In an environment of its own:

    pip install --no-deps crowd-kit==1.4.2 && pip install numpy pandas "scikit-learn<1.8" attrs tqdm nltk
    python tests/crowdsourcing/reference/make_crowdkit.py
"""
import json
import random
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from crowdkit.aggregation import DawidSkene, MajorityVote, OneCoinDawidSkene

HERE = Path(__file__).resolve().parent
# name -> (seed, items, workers, labels, votes an item, accuracy from, to, share of the first label, items with ground truth)
CASES = {
    "two answers, some guess": (1, 60, 12, "YN", (3, 5), (0.45, 0.95), 0.5, 0),
    "four answers, few votes": (2, 50, 9, "ABCD", (1, 4), (0.5, 0.95), 0.25, 0),
    "most are bad": (3, 60, 10, "GB", (2, 5), (0.6, 0.95), 0.15, 12),
    "many who mislead, with truth": (4, 50, 8, "YN", (3, 5), (0.1, 0.9), 0.5, 20),
}


def crowd(seed: int, items: int, workers: int, labels: str, votes: tuple[int, int], accuracy: tuple[float, float], first: float,
          truths: int) -> dict[str, Any]:
    """{"votes": item -> {worker: label}, "skills": worker -> 0..1, "truth": item -> label}"""
    dice = random.Random(seed)
    skill = {f"w{number:02}": round(dice.uniform(*accuracy), 3) for number in range(workers)}
    right = {f"t{number:02}": labels[0] if dice.random() < first else dice.choice(labels[1:]) for number in range(items)}
    said = {item: {worker: label if dice.random() < skill[worker] else dice.choice([other for other in labels if other != label])
                   for worker in sorted(dice.sample(sorted(skill), dice.randint(*votes)))} for item, label in right.items()}
    return {"votes": said, "skills": skill, "truth": dict(list(right.items())[:truths])}


def table(found: pd.DataFrame) -> dict[str, dict[str, float]]:
    return {str(item): {str(label): round(float(chance), 8) for label, chance in row.items()} for item, row in found.iterrows()}


def answers(case: dict[str, Any]) -> dict[str, Any]:
    """What crowd-kit makes of it: a table item -> label -> chance a method."""
    data = pd.DataFrame([(item, worker, label) for item, said in case["votes"].items() for worker, label in said.items()],
                        columns=["task", "worker", "label"])
    found = {
        "majority": MajorityVote().fit_predict_proba(data),
        "majority by skill": MajorityVote().fit_predict_proba(data, pd.Series(case["skills"])),
        "dawid_skene": DawidSkene(n_iter=100, tol=1e-5).fit_predict_proba(data),
        # All 20 rounds: its rule when to stop is another than ours.
        "one_coin": OneCoinDawidSkene(n_iter=20, tol=-1e9).fit_predict_proba(data),
    }
    if case["truth"]:
        found["dawid_skene with truth"] = DawidSkene(n_iter=100, tol=1e-5).fit_predict_proba(data, true_labels=pd.Series(case["truth"]))
    return {method: table(chances) for method, chances in found.items()}


def main() -> None:
    """Write crowdkit.json."""
    cases = {name: crowd(*numbers) for name, numbers in CASES.items()}
    found = {name: {**case, "found": answers(case)} for name, case in cases.items()}
    made = {"made_by": f"crowd-kit {version('crowd-kit')}", "cases": found}
    (HERE / "crowdkit.json").write_text(json.dumps(made, separators=(",", ":")).replace('},"t', '},\n"t') + "\n")


if __name__ == "__main__":
    main()
