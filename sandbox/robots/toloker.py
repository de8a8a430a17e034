"""One simulated Toloker: looks for a pool, takes, works, submits or skips, and again."""
import html
import logging
import random
import re
import threading
from typing import Any

import httpx

from sandbox.robots import answers
from sandbox.robots.editor import CannotWork, annotate
from sandbox.robots.temper import Temper

log = logging.getLogger(__name__)
# Pauses between looks while there is nothing to do: short at first, for nobody should wait long for a robot.
IDLE_SECONDS, LONGEST_IDLE_SECONDS = 0.4, 2.0
_EDITOR = re.compile(r"""data-editor-base\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def editor_base(view_spec: dict[str, Any]) -> str | None:
    """The address of the external editor that a task page opens, if it opens one."""
    found = _EDITOR.search(view_spec.get("markup") or "")
    return html.unescape(found.group(1) or found.group(2) or "") or None if found else None


class RobotToloker:
    """`config` is a robot's row: token, accuracy, seconds, spam, skip, pools, truth, seed, number."""

    def __init__(self, base: str, config: dict[str, Any]) -> None:
        self.config = config
        self._stopped = threading.Event()
        self._http = httpx.Client(base_url=f"{base}/worker/v1/", timeout=60, headers={"Authorization": f"Toloker {config['token']}"})
        self._taken = 0
        # Something may be left from before this process started, or from before an answer was lost.
        self._may_have_unfinished = True
        self._chance = random.Random(f"{config['seed']}:pools")
        self.thread = threading.Thread(target=self._live, daemon=True, name=f"robot-{config['number']}")

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def _live(self) -> None:
        idle = IDLE_SECONDS
        while not self._stopped.is_set():
            if self._try_one():
                idle = IDLE_SECONDS
            else:
                self._stopped.wait(idle)
                idle = min(idle * 1.5, LONGEST_IDLE_SECONDS)
        self._http.close()

    def _try_one(self) -> bool:
        try:
            busy = self._one_assignment()
            self._may_have_unfinished = False
            return busy
        except httpx.TransportError as error:
            log.info("%s: %s; trying again", self.thread.name, error)
        except Exception:
            # A robot that cannot go on with one assignment is still there for the next.
            log.exception("%s stumbled", self.thread.name)
        self._may_have_unfinished = True
        return False

    def _one_assignment(self) -> bool:
        """Whether there was something to do."""
        page = self._unfinished() or self._next()
        if page is None:
            return False
        self._taken += 1
        temper = Temper(self.config["seed"], self._taken, self.config["accuracy"], self.config["spam"])
        if self._stopped.wait(temper.of_page.uniform(*self.config["seconds"])):
            return True
        if temper.of_page.random() < self.config["skip"]:
            self._post(f"assignments/{page['id']}/skip")
        else:
            self._finish(page, temper)
        return True

    def _unfinished(self) -> dict[str, Any] | None:
        """What this robot still holds, if it may hold something."""
        if not self._may_have_unfinished:
            return None
        items = self._http.get("assignments", params={"status": "ACTIVE", "limit": 1}).raise_for_status().json()["items"]
        wanted = [item for item in items if self._wants(item["pool_id"])]
        return self._http.get(f"assignments/{wanted[0]['id']}").raise_for_status().json() if wanted else None

    def _wants(self, pool_id: str) -> bool:
        return not self.config["pools"] or pool_id in self.config["pools"]

    def _next(self) -> dict[str, Any] | None:
        items = self._http.get("pools").raise_for_status().json()["items"]
        pools = [item["pool_id"] for item in items if self._wants(item["pool_id"])]
        if not pools:
            return None
        answer = self._post(f"pools/{self._chance.choice(pools)}/take")
        return answer.json() if answer.status_code == 201 else None

    def _finish(self, page: dict[str, Any], temper: Temper) -> None:
        base = editor_base(page["view_spec"])
        try:
            solutions = [self._solve(page, task["input_values"], base, temper) for task in page["tasks"]]
        except CannotWork as reason:
            log.info("%s skips %s: %s", self.thread.name, page["id"], reason)
            self._post(f"assignments/{page['id']}/skip")
            return
        body = {"solutions": [{"output_values": values} for values in solutions]}
        answer = self._post(f"assignments/{page['id']}/submit", body)
        if answer.status_code == 400:
            log.warning("%s could not submit %s: %s", self.thread.name, page["id"], answer.text)
            self._post(f"assignments/{page['id']}/skip")

    def _solve(self, page: dict[str, Any], inputs: dict[str, Any], base: str | None, temper: Temper) -> dict[str, Any]:
        if base is None:
            return answers.solve(page["output_spec"], inputs, self.config["truth"], temper)
        if not isinstance(inputs.get("job_key"), str):
            raise CannotWork("the task has no job_key")
        return annotate(base, inputs["job_key"], page["id"], self.config["truth"], temper)

    def _post(self, path: str, body: Any = None) -> httpx.Response:
        """Refusals (somebody was faster, the time is over) are part of the day; a broken server is not."""
        answer = self._http.post(path, json=body)
        if answer.status_code >= 500:
            answer.raise_for_status()
        return answer
