"""Where the contract is played: a provider, the far side's workers, its faults. One stage for each provider."""
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from toloka.client.user_restriction import AllProjectsUserRestriction, ProjectUserRestriction

from crowdsourcing.providers.asking import AskingPoolSpec, AskingProjectSpec
from crowdsourcing.providers.base import PoolSpec, ProjectSpec, Provider
from crowdsourcing.providers.drawing import DrawingProjectSpec
from crowdsourcing.providers.errors import ProviderError, RateLimited, Unavailable
from crowdsourcing.providers.fake import FakePlatform, FakeProvider
from crowdsourcing.providers.toloka import TolokaProvider
from crowdsourcing.providers.toloka.webhooks import EVENTS
from tests.stack.sandbox import RequesterAccount, SandboxServer, TolokerAccount

DIGEST = "ab" * 32
# What a method is called at the far side: (HTTP method, path).
ROUTES = {
    "requester": ("GET", "/api/v1/requester$"),
    "ensure_project": ("POST", "/api/v1/projects$"),
    "update_project": ("PUT", "/api/v1/projects/"),
    "archive_project": ("POST", "/api/v1/projects/.*/archive"),
    "ensure_pool": ("POST", "/api/v1/pools$"),
    "update_pool": ("PUT", "/api/v1/pools/"),
    "open_pool": ("POST", "/api/v1/pools/.*/open"),
    "close_pool": ("POST", "/api/v1/pools/.*/close"),
    "archive_pool": ("POST", "/api/v1/pools/.*/archive"),
    "ensure_tasks": ("POST", "/api/v1/tasks$"),
    "ensure_asking_project": ("POST", "/api/v1/projects$"),
    "ensure_asking_pool": ("POST", "/api/v1/pools$"),
    "ensure_questions": ("POST", "/api/v1/tasks$"),
    "ensure_drawing_project": ("POST", "/api/v1/projects$"),
    "ensure_drawings": ("POST", "/api/v1/(tasks|task-suites)$"),
    "reissue_drawing": ("PATCH", "/api/v1/(tasks|task-suites)/"),
    "reissue": ("PATCH", "/api/v1/tasks/"),
    "accept": ("PATCH", "/api/v1/assignments/"),
    "reject": ("PATCH", "/api/v1/assignments/"),
    "ensure_skill": ("POST", "/api/v1/skills$"),
    "subscribe": ("PUT", "/api/v1/webhook-subscriptions$"),
    "unsubscribe": ("DELETE", "/api/v1/webhook-subscriptions/"),
}


class Stage(Protocol):
    provider: Provider

    def connect(self, key: str) -> Provider: ...

    def take(self, pool_id: str, worker: str) -> str:
        """The id of a new assignment for this worker."""

    def submit(self, assignment_id: str, worker: str, job_key: str) -> None: ...

    def skip(self, assignment_id: str, worker: str) -> None: ...

    def answer(self, pool_id: str, worker: str, answers: dict[str, str]) -> None:
        """One page of a verification pool: question's key -> answer."""

    def draw(self, assignment_id: str, worker: str, *regions: list[dict[str, Any]]) -> None:
        """Submit a job of the platform's own annotation: the regions of each image, by frame from 0."""

    def break_line(self, method: str, *, after: bool, times: int = 1) -> None: ...

    def slow_down(self, method: str) -> None: ...

    def projects(self) -> int: ...

    def give_skill(self, worker: str, skill_id: str, value: int) -> str:
        """The worker's id at the far side."""

    def take_skill(self, worker: str, skill_id: str) -> None: ...

    def ban(self, worker: str, *, project_id: str = "", comment: str = "", until: datetime | None = None) -> tuple[str, str]:
        """The ban's id and the worker's at the far side."""

    def lift(self, ban_id: str) -> None: ...

    def told(self, pool_id: str) -> set[str]:
        """The urls that are told of the pool's assignments."""

    def close(self) -> None: ...


class FakeStage:
    def __init__(self) -> None:
        self.platform = FakePlatform()
        self.provider: Provider = FakeProvider(self.platform)

    def connect(self, key: str) -> Provider:
        return FakeProvider(self.platform, key)

    def take(self, pool_id: str, worker: str) -> str:
        return self.platform.take(pool_id, worker)

    def submit(self, assignment_id: str, worker: str, job_key: str) -> None:
        self.platform.submit(assignment_id, {"job_key": job_key, "revision": 1, "digest": DIGEST})

    def skip(self, assignment_id: str, worker: str) -> None:
        self.platform.change(assignment_id, "SKIPPED")

    def answer(self, pool_id: str, worker: str, answers: dict[str, str]) -> None:
        self.platform.answer(pool_id, worker, answers)

    def draw(self, assignment_id: str, worker: str, *regions: list[dict[str, Any]]) -> None:
        self.platform.submit(assignment_id, {"frames": [{"frame": number, "result": one} for number, one in enumerate(regions)]})

    def break_line(self, method: str, *, after: bool, times: int = 1) -> None:
        self.platform.fail({"reissue_drawing": "reissue"}.get(method, method), Unavailable("The line broke."), after=after, times=times)

    def slow_down(self, method: str) -> None:
        self.platform.fail(method, RateLimited("Slower.", retry_after=60.0))

    def projects(self) -> int:
        return len(self.platform.projects)

    def give_skill(self, worker: str, skill_id: str, value: int) -> str:
        self.platform.give_skill(skill_id, worker, value)
        return worker

    def take_skill(self, worker: str, skill_id: str) -> None:
        del self.platform.user_skills[skill_id][worker]

    def ban(self, worker: str, *, project_id: str = "", comment: str = "", until: datetime | None = None) -> tuple[str, str]:
        return self.platform.ban(worker, project_id=project_id, comment=comment, until=until), worker

    def lift(self, ban_id: str) -> None:
        del self.platform.bans[ban_id]

    def told(self, pool_id: str) -> set[str]:
        return {url for pool, url in self.platform.subscriptions if pool == pool_id}

    def close(self) -> None:
        return None


class SandboxStage:
    """Toloka's provider against a real sandbox over HTTP."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.sandbox = sandbox
        self.requester: RequesterAccount = sandbox.create_requester()
        self.provider: Provider = self.connect(self.requester.token)
        self._tolokers: dict[str, TolokerAccount] = {}

    def connect(self, key: str) -> Provider:
        return TolokaProvider(key, self.sandbox.url, timeout=10.0)

    def _toloker(self, worker: str) -> TolokerAccount:
        if worker not in self._tolokers:
            self._tolokers[worker] = self.sandbox.create_toloker(worker)
        return self._tolokers[worker]

    def take(self, pool_id: str, worker: str) -> str:
        return str(self._toloker(worker).take(pool_id)["id"])

    def submit(self, assignment_id: str, worker: str, job_key: str) -> None:
        self._toloker(worker).submit(assignment_id, {"job_key": job_key, "revision": 1, "digest": DIGEST})

    def skip(self, assignment_id: str, worker: str) -> None:
        self._toloker(worker).skip(assignment_id)

    def answer(self, pool_id: str, worker: str, answers: dict[str, str]) -> None:
        page = self._toloker(worker).take(pool_id)
        said = [{"result": answers[task["input_values"]["assignment_id"]]} for task in page["tasks"]]
        self._toloker(worker).submit(page["id"], *said)

    def draw(self, assignment_id: str, worker: str, *regions: list[dict[str, Any]]) -> None:
        self._toloker(worker).submit(assignment_id, *({"result": one} for one in regions))

    def break_line(self, method: str, *, after: bool, times: int = 1) -> None:
        verb, path = ROUTES[method]
        self.sandbox.fault(path, "drop_after" if after else "drop_before", method=verb, times=times)

    def slow_down(self, method: str) -> None:
        verb, path = ROUTES[method]
        self.sandbox.fault(path, "status", method=verb, status=429, code="TOO_MANY_REQUESTS")

    def projects(self) -> int:
        return len(list(self.requester.client().get_projects()))

    def give_skill(self, worker: str, skill_id: str, value: int) -> str:
        user_id = str(self._toloker(worker).id)
        self.requester.client().set_user_skill(skill_id=skill_id, user_id=user_id, value=Decimal(value))
        return user_id

    def take_skill(self, worker: str, skill_id: str) -> None:
        client = self.requester.client()
        for row in client.get_user_skills(skill_id=skill_id, user_id=str(self._toloker(worker).id)):
            client.delete_user_skill(row.id)

    def ban(self, worker: str, *, project_id: str = "", comment: str = "", until: datetime | None = None) -> tuple[str, str]:
        user_id = str(self._toloker(worker).id)
        words = {"user_id": user_id, "private_comment": comment, "will_expire": until}
        made = self.requester.client().set_user_restriction(
            ProjectUserRestriction(project_id=project_id, **words) if project_id
            else AllProjectsUserRestriction(**words))
        return str(made.id), user_id

    def lift(self, ban_id: str) -> None:
        self.requester.client().delete_user_restriction(ban_id)

    def told(self, pool_id: str) -> set[str]:
        found = list(self.requester.client().get_webhook_subscriptions(pool_id=pool_id))
        # Every kind of news goes to each of them, once.
        assert len({(one.webhook_url, one.event_type.value) for one in found}) == len(found)
        by_url = Counter(one.webhook_url for one in found)
        assert set(by_url.values()) <= {len(EVENTS)}
        return set(by_url)

    def close(self) -> None:
        self.provider.close()
        self.sandbox.clear_faults()


def project_spec(mark: str = "mark-project", **changes: Any) -> ProjectSpec:
    fields = {"mark": mark, "name": "Streets", "description": "Cars and people", "instructions_html": "<p>Mark cars.</p>",
              "editor_base": "https://app.example/editor/"}
    return ProjectSpec(**{**fields, **changes})


def pool_spec(project_id: str, mark: str = "mark-pool", **changes: Any) -> PoolSpec:
    fields: dict[str, Any] = {
        "mark": mark, "project_id": project_id, "name": "First pool", "public_description": "Cars", "may_contain_adult_content": False,
        "reward_per_assignment": Decimal("0.05"), "assignment_max_duration_seconds": 600, "auto_accept_solutions": False,
        "auto_accept_period_day": 7, "auto_close_after_complete_delay_seconds": 0,
        # Whole milliseconds: what the platform keeps of a time.
        "will_expire": datetime.now(UTC).replace(microsecond=0) + timedelta(days=200)}
    return PoolSpec(**{**fields, **changes})


def asking_project_spec(mark: str = "mark-asking", **changes: Any) -> AskingProjectSpec:
    fields: dict[str, Any] = {"mark": mark, "name": "Are the cars outlined?", "description": "Look and say", "question": "Are they?",
                              "instructions_html": "<p>Look.</p>"}
    return AskingProjectSpec(**{**fields, **changes})


def drawing_project_spec(mark: str = "mark-drawing", **changes: Any) -> DrawingProjectSpec:
    fields: dict[str, Any] = {
        "mark": mark, "name": "Cars", "description": "Draw boxes", "instructions_html": "<p>Draw.</p>", "shapes": ("polygon", "rectangle"),
        "labels": (("car", "#3b82f6"), ("bus", "#c2185b"))}
    return DrawingProjectSpec(**{**fields, **changes})


def asking_pool_spec(project_id: str, skill_id: str, mark: str = "mark-asking-pool", **changes: Any) -> AskingPoolSpec:
    fields: dict[str, Any] = {
        "mark": mark, "project_id": project_id, "name": "Questions", "may_contain_adult_content": False,
        "reward_per_assignment": Decimal("0.01"), "assignment_max_duration_seconds": 600, "tasks_per_page": 2, "overlap": 2,
        "max_overlap": 3, "min_confidence": 0.8, "dynamic_overlap": False, "weight_skill_id": skill_id,
        "filter": {"and": [{"or": [{"category": "profile", "key": "languages", "operator": "IN", "value": "EN"}]}]},
        "will_expire": datetime.now(UTC).replace(microsecond=0) + timedelta(days=200)}
    return AskingPoolSpec(**{**fields, **changes})


def again(call: Callable[[], Any]) -> Any:
    """The call, repeated once after an error that says it may be."""
    try:
        return call()
    except ProviderError as error:
        assert error.retry, error.code
        return call()
