"""A second look at the few tests of browsers and real processes that failed while several workers shared the machine (docs/decisions).

    python -m tests.stack.second_look

Reads what the last run wrote down. Runs those tests once more, alone; 0 when all of them pass then, and says which were unstable.
Anything else that failed, or more than a few, is not looked at again: 1.
"""
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FAILED = Path("test-results/failed.json")
MOST = 4
# Rings whose tests depend on how fast several processes are.
RINGS = frozenset(("journey", "http"))
_ASIDE = ("-n", "0", "-p", "no:cacheprovider", "-q")


def write_down(reports: Iterable[Any]) -> None:
    """Tests whose call or setup failed, each with its markers."""
    failed = {report.nodeid: sorted(set(report.keywords)) for report in reports}
    FAILED.parent.mkdir(exist_ok=True)
    FAILED.write_text(json.dumps(failed))


def worth_it(failed: dict[str, list[str]]) -> bool:
    """Whether a second look may tell more than the first."""
    return 0 < len(failed) <= MOST and all(RINGS & set(words) for words in failed.values())


def main() -> int:
    """The exit code for bin/test."""
    failed = json.loads(FAILED.read_text()) if FAILED.exists() else {}
    if not worth_it(failed):
        return 1
    print(f"\nbin/test: a second look, alone, at {len(failed)} of the browser's and processes' tests", flush=True)
    if subprocess.run([sys.executable, "-m", "pytest", *_ASIDE, *failed]).returncode:
        return 1
    print("bin/test: UNSTABLE, passed only when run alone (each is a mistake of the test's or of the product's; see its report above):")
    for name in failed:
        print(f"  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
