"""One of everything on a sandbox, for tests that walk through all addresses."""
from dataclasses import dataclass
from typing import Any

from tests.sandbox.conftest import OUTPUT, Shop, project_form
from tests.stack.sandbox import SandboxServer, TolokerAccount

SPEC = {**project_form()["task_spec"], "output_spec": {**OUTPUT, "file": {"type": "file", "required": False}}}
# Nobody listens here.
CLOSED = "http://127.0.0.1:9/hook"


@dataclass
class World:
    """One of everything, owned by the requester and the Toloker who ask."""

    sandbox: SandboxServer
    shop: Shop
    toloker: TolokerAccount
    document: dict[str, Any]
    ids: dict[str, str]

    @property
    def headers(self) -> dict[str, dict[str, str]]:
        return {"api": {"Authorization": self.shop.requester.authorization}, "worker": {"Authorization": self.toloker.authorization},
                "control": {}}

    def id_for(self, path: str) -> str | None:
        """The object that an address with `{id}` is about."""
        if path.startswith("/worker/v1/assignments/") and path.rpartition("/")[2] in ("submit", "skip", "attachments"):
            return self.ids["active"]
        noun = next((part for part in reversed(path.split("/")) if part in self.ids), None)
        return None if noun is None else self.ids[noun]


def make_world(sandbox: SandboxServer) -> World:
    requester = sandbox.create_requester(balance="1000000")
    shop = Shop(sandbox, requester, requester.call("POST", "/api/v1/projects", project_form(task_spec=SPEC)))
    toloker = sandbox.create_toloker()
    document = requester.call("GET", "/api/openapi.json")
    return World(sandbox, shop, toloker, document, _one_of_everything(shop, toloker))


def _one_of_everything(shop: Shop, toloker: TolokerAccount) -> dict[str, str]:
    """An id of each noun, by the last word of its address."""
    pool = shop.open_pool(20, overlap=3)
    page = toloker.take(pool)
    uploaded = toloker.upload(page["id"], b"x")
    toloker.submit(page["id"], {"result": "OK", "file": uploaded["id"]})
    shop.review(page["id"], "REJECTED")
    toloker.appeal(page["id"], "No")
    manual = shop.ask("POST", "/pools", {key: value for key, value in shop.ask("GET", f"/pools/{pool}").items() if key != "mixer_config"})
    suite = shop.ask("POST", "/task-suites?allow_defaults=true", {
        "pool_id": manual["id"], "tasks": [{"input_values": {"image": "https://example.com/1.png"}}]})
    training = shop.ask("POST", "/trainings", {
        "project_id": shop.project["id"], "private_name": "t", "inherited_instructions": True, "assignment_max_duration_seconds": 60,
        "training_tasks_in_task_suite_count": 1})
    skill = shop.ask("POST", "/skills", {"name": "s"})
    value = shop.ask("PUT", "/user-skills", {"skill_id": skill["id"], "user_id": toloker.id, "value": 50})
    ban = shop.ask("PUT", "/user-restrictions", {"scope": "PROJECT", "project_id": shop.project["id"], "user_id": toloker.id})
    bonus = shop.ask("POST", "/user-bonuses", {"user_id": toloker.id, "amount": 0.01, "without_message": True})
    hook = shop.ask("PUT", "/webhook-subscriptions", {"event_type": "POOL_CLOSED", "webhook_url": CLOSED, "pool_id": pool})
    batch = shop.ask("POST", "/tasks?async_mode=true&allow_defaults=true", [{"pool_id": pool, "input_values": {}}])
    found = shop.ask("POST", "/aggregated-solutions/aggregate-by-pool", {
        "type": "WEIGHTED_DYNAMIC_OVERLAP", "pool_id": pool, "fields": [{"name": "result"}]})
    # The restriction would hide everything from him.
    shop.ask("DELETE", f"/user-restrictions/{ban['id']}")
    ban = shop.ask("PUT", "/user-restrictions", {"scope": "POOL", "pool_id": manual["id"], "user_id": toloker.id})
    active = toloker.take(pool)
    return {
        "active": active["id"], "projects": shop.project["id"], "pools": pool, "trainings": training["id"], "tasks": page["tasks"][0]["id"],
        "task-suites": suite["id"], "assignments": page["id"], "attachments": uploaded["id"], "operations": batch["id"],
        "aggregated-solutions": found["id"], "skills": skill["id"], "user-skills": value["id"], "user-restrictions": ban["id"],
        "user-bonuses": bonus["id"], "user-metadata": toloker.id, "message-threads": shop.ask("GET", "/message-threads")["items"][0]["id"],
        "manual": manual["id"], "webhook-subscriptions": hook["id"], "messages": shop.ask("GET", "/message-threads")["items"][0]["id"]}
