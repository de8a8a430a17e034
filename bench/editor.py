"""How fast is the editor? In a real Chromium, beside Annotorious with the same picture and the same shapes in the same run.

    python bench/editor.py [--shapes 300 1000 5000] [--boxes 2000] [--frames 100] [--rounds 7] [--no-8k] [--no-peer] [--json FILE]

1. A 1920x1080 photograph with so many shapes (three of five are boxes, the others polygons of 12 corners), and one with `boxes` boxes:
   time to the first shape visible, frame times and the main thread's work while a box is drawn, a box and a polygon's corner are dragged;
   from the input to the frame that shows its result for each action. Goal: at most 50 ms an action with up to 2,000.
2. A job of `frames` pictures: first frame visible (goal: 1 s), next frame that was fetched ahead (goal: 100 ms), memory on the way.
3. A picture of 7680x4320.

Starts PostgreSQL, Redis, the web server and Chromium itself, installs Annotorious (pinned) into bench/editing/peer/node_modules, and stops
and removes what it started. Input is real: mouse events 60 times a second through the browser's own door. "work a move" is processor time
of the page's main thread; all other times are by the clock, so other programs on the machine count. Chromium draws without a GPU, as in
the tests: numbers compare within one run only. Annotorious shows no list of objects, no zoom and one picture: it has less to do.
Exit code 1 when a goal is missed.
"""
import argparse
import json
import signal
import statistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.editing import peer  # noqa: E402
from bench.editing.hands import chromium  # noqa: E402
from bench.editing.measures import Row, crowded, large, long_job, p95  # noqa: E402
from bench.editing.world import world  # noqa: E402


def measure(options: argparse.Namespace) -> Iterator[Row]:
    """Rows as they come."""
    compare = not options.no_peer
    with world() as here, chromium() as browser:
        steps: list[Callable[[], list[Row]]] = [
            lambda count=count: crowded(browser, here, count, rounds=options.rounds, compare=compare)  # type: ignore[misc]
            for count in options.shapes]
        if options.boxes:
            steps.append(lambda: crowded(browser, here, options.boxes, boxes=1, rounds=options.rounds, compare=compare))
        if options.frames > 1:
            steps.append(lambda: long_job(browser, here, options.frames))
        if not options.no_8k:
            steps.append(lambda: large(browser, here, compare=compare))
        for step in steps:
            yield from step()


def line(row: Row) -> str:
    """One line of the table."""
    def numbers(values: list[float]) -> str:
        middle = f"{statistics.median(values):8.1f}"
        return middle + (f" {p95(values):8.1f}" if len(values) > 1 else " " * 9)

    theirs = f"{numbers(row.theirs)} {row.ratio:7.2f}" if row.theirs and row.ratio is not None else f"{row.why:>25}"
    goal = "" if row.goal is None else f"  goal {row.goal:.0f}{' MISSED' if row.missed else ''}"
    return f"  {row.name:<32}{row.unit:>3} {numbers(row.ours)} | {theirs}{goal}"


def report(rows: Iterator[Row]) -> list[Row]:
    """Prints while it goes."""
    seen: list[Row] = []
    for row in rows:
        if not seen or seen[-1].scene != row.scene:
            print(f"\n{row.scene:<37} {'median':>8} {'p95':>8} | {'Annot.':>8} {'p95':>8} {'ratio':>7}", flush=True)
        print(line(row), flush=True)
        seen.append(row)
    return seen


def stopped(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", type=int, nargs="*", default=[300, 1000, 5000])
    for name, default in (("boxes", 2000), ("frames", 100), ("rounds", 7)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--no-8k", action="store_true", help="leave the largest picture out")
    parser.add_argument("--no-peer", action="store_true", help="leave Annotorious out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there as well")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, stopped)
    try:
        if not options.no_peer:
            peer.install()
        rows = report(measure(options))
    except KeyboardInterrupt:
        print("\nbench/editor.py: stopped; everything it started is gone.", file=sys.stderr)
        return 130
    except peer.NoPeer as error:
        print(f"bench/editor.py: {error}", file=sys.stderr)
        return 2
    if options.json:
        options.json.write_text(json.dumps([row.as_json() for row in rows], indent=1) + "\n")
    missed = [row for row in rows if row.missed]
    print(f"\n{len(rows)} measures, {sum(row.goal is not None for row in rows)} with a goal, {len(missed)} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
