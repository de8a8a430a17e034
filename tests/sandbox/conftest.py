"""A requester with a project, quickly; and the running sandbox from tests/stack."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.stack.sandbox import Refused, RequesterAccount, SandboxServer, TolokerAccount

FAR = "2060-01-01T00:00:00"
OUTPUT = {"result": {"type": "string", "allowed_values": ["OK", "BAD"]}}


@dataclass
class Shop:
    """A requester's project on the sandbox; `ask` calls the requester API."""

    sandbox: SandboxServer
    requester: RequesterAccount
    project: dict[str, Any]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        return self.requester.call(method, f"/api/v1{path}", body)

    def pool(self, *, overlap: int = 1, per_page: int = 1, reject_gives_back: bool = False, **fields: Any) -> str:
        """Id of a new CLOSED pool that waits for review, unless `fields` say otherwise."""
        body: dict[str, Any] = {
            "project_id": self.project["id"], "private_name": "pool", "may_contain_adult_content": False, "will_expire": FAR,
            "reward_per_assignment": 0.05, "assignment_max_duration_seconds": 600, "auto_accept_solutions": False,
            "auto_accept_period_day": 7, "defaults": {"default_overlap_for_new_task_suites": overlap},
            "mixer_config": {"real_tasks_count": per_page}, **fields}
        if reject_gives_back:
            body["quality_control"] = {"configs": [REISSUE]}
        return self.ask("POST", "/pools", body)["id"]

    def tasks(self, pool_id: str, count: int = 1, query: str = "allow_defaults=true", **fields: Any) -> list[str]:
        """Ids of new tasks."""
        body = [{"pool_id": pool_id, "input_values": {"image": f"https://example.com/{n}.png"}, **fields} for n in range(count)]
        items = self.ask("POST", f"/tasks?{query}", body)["items"]
        return [items[str(n)]["id"] for n in range(count)]

    def open_pool(self, count: int = 1, **fields: Any) -> str:
        """Id of a new OPEN pool with that many tasks."""
        pool_id = self.pool(**fields)
        self.tasks(pool_id, count, "allow_defaults=true&open_pool=true")
        return pool_id

    def toloker(self, **profile: Any) -> TolokerAccount:
        return self.sandbox.create_toloker(profile=profile)

    def submitted(self, pool_id: str, result: str = "OK") -> tuple[TolokerAccount, str]:
        """A new Toloker who takes and submits one page; and the assignment's id."""
        toloker = self.toloker()
        page = toloker.take(pool_id)
        toloker.submit(page["id"], *({"result": result} for _ in page["tasks"]))
        return toloker, page["id"]

    def review(self, assignment_id: str, status: str, comment: str = "because") -> dict[str, Any]:
        return self.ask("PATCH", f"/assignments/{assignment_id}", {"status": status, "public_comment": comment})

    def assignment(self, assignment_id: str) -> dict[str, Any]:
        return self.ask("GET", f"/assignments/{assignment_id}")

    def status(self, pool_id: str) -> str:
        return self.ask("GET", f"/pools/{pool_id}")["status"]

    def balance(self) -> float:
        return self.ask("GET", "/requester")["balance"]


REISSUE = {
    "collector_config": {"type": "ASSIGNMENTS_ASSESSMENT"},
    "rules": [{"conditions": [{"key": "assessment_event", "operator": "EQ", "value": "REJECT"}],
               "action": {"type": "CHANGE_OVERLAP", "parameters": {"delta": 1, "open_pool": True}}}],
}


def project_form(**fields: Any) -> dict[str, Any]:
    return {"public_name": "Boxes", "public_description": "Draw boxes", "public_instructions": "<p>Draw</p>",
            "task_spec": {"input_spec": {"image": {"type": "url"}}, "output_spec": OUTPUT,
                          "view_spec": {"type": "classic", "markup": "<div></div>", "script": "", "styles": ""}}, **fields}


@pytest.fixture()
def new_shop(sandbox: SandboxServer) -> Callable[..., Shop]:
    """A maker of shops: `new_shop(balance="1.00", max_active_assignments_count=2)`."""

    def make(balance: str = "1000.00", **project: Any) -> Shop:
        requester = sandbox.create_requester(balance=balance)
        return Shop(sandbox, requester, requester.call("POST", "/api/v1/projects", project_form(**project)))

    return make


@pytest.fixture()
def shop(new_shop: Callable[..., Shop]) -> Shop:
    return new_shop()


def refused(code: str, status: int = 409) -> Any:
    """`with refused("EMPTY_POOL") as refusal:`: the call inside is answered with this code and status."""
    return _Expected(code, status)


class _Expected:
    def __init__(self, code: str, status: int) -> None:
        self.code, self.status = code, status
        self.payload: Any = None
        self._raises = pytest.raises(Refused)

    def __enter__(self) -> "_Expected":
        self._caught = self._raises.__enter__()
        return self

    def __exit__(self, *details: Any) -> bool | None:
        done = self._raises.__exit__(*details)
        error = self._caught.value
        assert (error.status, error.code) == (self.status, self.code), error.body
        assert error.body["request_id"] and error.body["message"]
        self.payload = error.payload
        return done
