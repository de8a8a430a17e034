"""The peers' part of bench/aggregation.py, run in the Python that has them: crowd-kit on votes, datumaro's IntersectMerge on boxes.

`python bench/aggregation_peers.py votes|boxes FILE`: reads the same data as ours, prints {"method": seconds of processor time} as
JSON; only the peer's own work is timed, its data are in its own shape before.
"""
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def timed(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def votes(rows: list[list[Any]]) -> dict[str, float]:
    """`rows`: [item, worker, label]."""
    import pandas as pd
    from crowdkit.aggregation import DawidSkene, MajorityVote, OneCoinDawidSkene

    data = pd.DataFrame(rows, columns=["task", "worker", "label"])
    return {
        "majority": timed(lambda: MajorityVote().fit_predict(data)), "dawid_skene": timed(lambda: DawidSkene(100).fit_predict(data)),
        "one_coin": timed(lambda: OneCoinDawidSkene(100).fit_predict(data)),
    }


def boxes(frames: list[list[list[list[float]]]]) -> dict[str, float]:
    """`frames`: frame -> person -> [label, left, top, right, bottom]."""
    from datumaro.components.annotation import Bbox
    from datumaro.components.dataset import Dataset
    from datumaro.components.dataset_base import DatasetItem
    from datumaro.components.merge.intersect_merge import IntersectMerge

    def one(person: int) -> Any:
        items = [DatasetItem(id=str(number), annotations=[
            Bbox(left, top, right - left, bottom - top, label=int(label)) for label, left, top, right, bottom in drawn[person]])
            for number, drawn in enumerate(frames)]
        return Dataset.from_iterable(items, categories=["a", "b", "c"])

    people = [one(person) for person in range(len(frames[0]))]
    merge = IntersectMerge(conf=IntersectMerge.Conf(pairwise_dist=0.5, quorum=2))
    return {"boxes": timed(lambda: list(merge(*people)))}


if __name__ == "__main__":
    what, path = sys.argv[1:]
    print(json.dumps({"votes": votes, "boxes": boxes}[what](json.loads(Path(path).read_text()))))
