"""One simulated Toloker: looks for a pool, takes, works, submits or skips, and again."""
import html
import logging
import random
import re
import threading
from typing import Any

import httpx

from sandbox.robots import answers, views
from sandbox.robots.editor import CannotWork, annotate
from sandbox.robots.made_files import NewFile
from sandbox.robots.patience import Lobby, Patience
from sandbox.robots.temper import Temper

log = logging.getLogger(__name__)
_EDITOR = re.compile(r"""data-editor-base\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_HINTED = re.compile(r"solutions\.(\d+)$")
# A robot that is told to take long still answers within this part of the time that the page allows.
_PART_OF_TIME = 0.7
_SUBMITS = 3
# One answer that a robot cannot give weighs like so many lost races: skipping costs the pool a Toloker.
_CANNOT = 4


def editor_base(view_spec: dict[str, Any]) -> str | None:
    """The address of the external editor that a task page opens, if it opens one."""
    found = _EDITOR.search(view_spec.get("markup") or "")
    return html.unescape(found.group(1) or found.group(2) or "") or None if found else None


class RobotToloker:
    """`config` is a robot's row: token, accuracy, seconds, spam, skip, pools, truth, seed, number. `http` has the sandbox as its base."""

    def __init__(self, http: httpx.Client, config: dict[str, Any], lobby: Lobby) -> None:
        self.config = config
        self._stopped = threading.Event()
        self._http, self._lobby, self._patience = http, lobby, Patience()
        self._headers = {"Authorization": f"Toloker {config['token']}"}
        self._taken = 0
        # Something may be left from before this process started, or from before an answer was lost.
        self._may_have_unfinished = True
        self._knows_answers = True
        self._chance = random.Random(f"{config['seed']}:pools")
        self.thread = threading.Thread(target=self._live, daemon=True, name=f"robot-{config.get('name') or config['number']}")

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        """Ask; `Lobby.ring` wakes those who rest."""
        self._stopped.set()

    def _live(self) -> None:
        looks = 0
        while not self._stopped.is_set():
            if self._try_one():
                looks = 0
            else:
                self._lobby.wait(looks)
                looks += 1

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
        self._lobby.ring()
        self._taken += 1
        temper = Temper(self.config["seed"], self._taken, self.config["accuracy"], self.config["spam"])
        if self._stopped.wait(self._pause(page, temper)):
            return True
        if temper.of_page.random() < self.config["skip"]:
            self._post(f"assignments/{page['id']}/skip")
        else:
            self._finish(page, temper)
        return True

    def _pause(self, page: dict[str, Any], temper: Temper) -> float:
        """How long the page takes, in the machine's seconds; the robot was told the sandbox's."""
        seconds = float(temper.of_page.uniform(*self.config["seconds"]))
        return min(seconds, page["seconds_left"] * _PART_OF_TIME) / self._lobby.speed

    def _unfinished(self) -> dict[str, Any] | None:
        """What this robot still holds, if it may hold something."""
        if not self._may_have_unfinished:
            return None
        items = self._get("worker/v1/assignments", status="ACTIVE", limit=1)["items"]
        wanted = [item for item in items if self._wants(item["pool_id"])]
        return dict(self._get(f"worker/v1/assignments/{wanted[0]['id']}")) if wanted else None

    def _wants(self, pool_id: str) -> bool:
        return not self.config["pools"] or pool_id in self.config["pools"]

    def _next(self) -> dict[str, Any] | None:
        items = self._get("worker/v1/pools")["items"]
        pools = [item["pool_id"] for item in items if self._wants(item["pool_id"]) and self._patience.allows(item["pool_id"])]
        if not pools:
            return None
        pool_id = self._chance.choice(pools)
        answer = self._post(f"pools/{pool_id}/take")
        if answer.status_code != 201:
            self._patience.refused(pool_id)
            return None
        return dict(answer.json())

    def _finish(self, page: dict[str, Any], temper: Temper) -> None:
        try:
            solutions = self._solutions(page, temper)
            self._submit(page, solutions)
        except CannotWork as reason:
            log.info("%s skips %s: %s", self.thread.name, page["id"], reason)
            self._patience.refused(page["pool_id"], _CANNOT)
            self._post(f"assignments/{page['id']}/skip")

    def _solutions(self, page: dict[str, Any], temper: Temper) -> list[dict[str, Any]]:
        base = editor_base(page["view_spec"])
        if base is not None:
            return [self._edit(page, task["input_values"], base, temper) for task in page["tasks"]]
        view, known = views.read(page["view_spec"]), self._known([task["id"] for task in page["tasks"]])
        solutions = []
        for task in page["tasks"]:
            question = answers.Question(task["input_values"], page["output_spec"], view, known.get(task["id"], {}), page["input_spec"])
            solutions.append(self._uploaded(page, answers.solve(question, self.config["truth"], temper)))
        return solutions

    def _edit(self, page: dict[str, Any], inputs: dict[str, Any], base: str, temper: Temper) -> dict[str, Any]:
        if not isinstance(inputs.get("job_key"), str):
            raise CannotWork("the task has no job_key")
        return annotate(base, inputs["job_key"], page["id"], self.config["truth"], temper)

    def _known(self, task_ids: list[str]) -> dict[str, dict[str, Any]]:
        """What is certainly right of control and training tasks, by task. Nothing where the control API is off."""
        if not self._knows_answers:
            return {}
        answer = self._http.get("control/v1/known-solutions", params={"task_id": ",".join(task_ids)})
        if answer.status_code in (403, 404):
            self._knows_answers = False
            return {}
        items = answer.raise_for_status().json()["items"]
        best: dict[str, dict[str, Any]] = {
            item["task_id"]: max(item["known_solutions"], key=lambda one: one.get("correctness_weight") or 1, default={})
            for item in items}
        return {key: solution.get("output_values") or {} for key, solution in best.items()}

    def _uploaded(self, page: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
        """The values with attachments' ids in place of files."""
        return {name: [self._upload(page, one) for one in value] if isinstance(value, list) else self._upload(page, value)
                for name, value in values.items()}

    def _upload(self, page: dict[str, Any], value: Any) -> Any:
        if not isinstance(value, NewFile):
            return value
        answer = self._http.post(f"worker/v1/assignments/{page['id']}/attachments", params={"name": value.name}, content=value.content,
                                 headers={**self._headers, "Content-Type": value.media_type})
        if answer.status_code != 201:
            raise CannotWork(f"the file was not taken: {answer.status_code} {answer.text[:300]}")
        return answer.json()["id"]

    def _submit(self, page: dict[str, Any], solutions: list[dict[str, Any]]) -> None:
        """In a training the first wrong answers come back with hints, which tell what is right."""
        for _ in range(_SUBMITS):
            answer = self._post(f"assignments/{page['id']}/submit", {"solutions": [{"output_values": values} for values in solutions]})
            if answer.status_code != 400:
                self._patience.worked(page["pool_id"])
                return
            hinted = [int(found.group(1)) for path in answer.json().get("payload") or {} if (found := _HINTED.fullmatch(path))]
            if not hinted:
                break
            known = self._known([page["tasks"][index]["id"] for index in hinted])
            for index in hinted:
                solutions[index] = {**solutions[index], **known.get(page["tasks"][index]["id"], {})}
        log.warning("%s could not submit %s: %s", self.thread.name, page["id"], answer.text[:500])
        raise CannotWork("the answer was refused")

    def _get(self, path: str, **query: Any) -> Any:
        return self._http.get(path, params=query, headers=self._headers).raise_for_status().json()

    def _post(self, path: str, body: Any = None) -> httpx.Response:
        """Refusals (somebody was faster, the time is over) are part of the day; a broken server is not."""
        answer = self._http.post(f"worker/v1/{path}", json=body, headers=self._headers)
        if answer.status_code >= 500:
            answer.raise_for_status()
        return answer
