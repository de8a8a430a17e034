"""Having the platform tell us what happens in a pool."""
from crowdsourcing.providers.errors import NotFound, Refused
from crowdsourcing.providers.toloka.connection import Connection

EVENTS = ("ASSIGNMENT_CREATED", "ASSIGNMENT_SUBMITTED", "ASSIGNMENT_SKIPPED", "ASSIGNMENT_EXPIRED", "ASSIGNMENT_APPROVED",
          "ASSIGNMENT_REJECTED", "POOL_CLOSED")
_PATH = "/v1/webhook-subscriptions"
_PAGE = 300


class Webhooks(Connection):
    def subscribe(self, pool_id: str, *, url: str, secret: str) -> None:
        answer = self.call("put", _PATH, json=[
            {"event_type": kind, "webhook_url": url, "pool_id": pool_id, "secret_key": secret} for kind in EVENTS])
        missing = len(EVENTS) - len(answer.get("items") or {})
        if answer.get("validation_errors") or missing:
            raise Refused(f"The platform does not tell {missing} of {len(EVENTS)} kinds of news to this address.", "VALIDATION_ERROR")

    def unsubscribe(self, pool_id: str, *, url: str) -> None:
        # All first: deleting moves nothing under a reader who goes by id, but a fresh list is cheaper to reason about.
        found = [item for _, items in self.pages(_PATH, {"pool_id": pool_id}, limit=_PAGE) for item in items]
        for item in found:
            if item["webhook_url"] == url:
                try:
                    self.call("delete", f"{_PATH}/{item['id']}", empty=True)
                except NotFound:
                    # An earlier try did it, and its answer was lost.
                    continue
