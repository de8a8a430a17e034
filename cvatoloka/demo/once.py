"""`bin/demo --once`: start everything on free ports over fresh data, do the main job, print what held, end."""
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cvatoloka.demo import room
from cvatoloka.demo.addresses import Addresses
from cvatoloka.demo.client import Application, SandboxControl
from cvatoloka.demo.main_job import MainJob
from cvatoloka.demo.progress import Progress
from cvatoloka.demo.stack import Stack
from cvatoloka.demo.supervisor import end_leftovers
from cvatoloka.embedded import EmbeddedServices


class Report:
    """What was done and how long it took; the last line of --once is its JSON."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.started = time.monotonic()
        self.steps: list[dict[str, Any]] = []

    def run(self, name: str, do: Callable[[], Any]) -> bool:
        """One step: its line, its time, whether it held."""
        started = time.monotonic()
        entry: dict[str, Any] = {"step": name, "ok": True}
        try:
            do()
        except Exception as error:  # whatever it is, the step did not hold, and the summary has to say so
            entry |= {"ok": False, "error": f"{type(error).__name__}: {error}"}
        entry["seconds"] = round(time.monotonic() - started, 2)
        self.steps.append(entry)
        self.progress.say(f"{'ok    ' if entry['ok'] else 'FAILED'} {entry['seconds']:6.2f} s  {name}"
                          + (f": {entry['error']}" if not entry["ok"] else ""))
        return bool(entry["ok"])

    def summary(self, **more: Any) -> str:
        """One line of JSON: ok, seconds, steps, and what else is worth knowing."""
        ok = bool(self.steps) and all(step["ok"] for step in self.steps)
        return json.dumps({"ok": ok, "seconds": round(time.monotonic() - self.started, 1), **more, "steps": self.steps})


def run(addresses: Addresses, directory: Path, *, photographs_directory: Path) -> int:
    """0 when every step held, 1 otherwise; the first failed step ends the job, its logs stay in `directory`/logs."""
    report = Report(Progress())
    if directory.exists():
        with EmbeddedServices(directory).exclusive():  # refuses while another --once is at work there
            end_leftovers(directory)
            shutil.rmtree(directory)
    room.require(directory)
    stack = Stack(addresses, directory, Progress(), photographs_directory=photographs_directory)
    found: dict[str, Any] = {}
    job: MainJob | None = None
    try:
        if report.run("start everything", lambda: found.update(stack.start(with_sample=False))):
            job = MainJob(Application(addresses.app), SandboxControl(addresses.sandbox_api, found["toloka_token"]),
                          found["users"]["requester"], stack.photographs)
            for name, do in job.steps():
                if not report.run(name, do):
                    break
    finally:
        report.run("stop everything", stack.stop)
    ok = all(step["ok"] for step in report.steps)
    if ok:
        shutil.rmtree(directory, ignore_errors=True)
    print(report.summary(jobs=len(job.jobs) if job else 0, exported_shapes=job.exported if job else 0,
                         logs=None if ok else str(directory / "logs")), flush=True)
    return 0 if ok else 1
