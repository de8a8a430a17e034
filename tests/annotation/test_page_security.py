"""What pages let a browser do, links in mails, logging in from elsewhere; and the project page without the crowd's room."""
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from annotation.models import Project
from tests.annotation.conftest import Fill
from tests.cast import PASSWORD

ROOT = Path(__file__).resolve().parent.parent.parent


def policy(answer: Any) -> dict[str, str]:
    parts = (part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    return {part[0]: part[1] for part in parts}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/login", "/projects", "/tasks", "/requests", "/tokens", "/profile", "/no-such-page"])
def test_pages_run_their_own_scripts_only_and_are_framed_by_nobody(client: Client, alice: Any, address: str) -> None:
    if address != "/login":
        client.force_login(alice)
    rules = policy(client.get(address))
    assert rules["default-src"] == "'self'"
    assert "unsafe" not in str(rules)
    assert (rules["object-src"], rules["base-uri"], rules["frame-ancestors"]) == ("'none'", "'none'", "'none'")
    # Guides may show pictures of the web.
    assert rules["img-src"].split() == ["'self'", "data:", "blob:", "https:", "http:"]


@pytest.mark.django_db
def test_pages_with_a_policy_of_their_own_keep_it_and_foreign_pages_have_none(client: Client, ada: Any, fill: Fill) -> None:
    client.force_login(ada)
    job = fill().jobs.get()
    assert "nonce-" in client.get(f"/jobs/{job.pk}/editor").headers["Content-Security-Policy"]
    assert "sandbox" in client.get(f"/frames/{job.task.frames.first().pk}/original").headers["Content-Security-Policy"]
    for address in ("/admin/", "/api/swagger", "/api/docs", "/api/projects"):
        assert "Content-Security-Policy" not in client.get(address).headers


@pytest.mark.django_db
def test_a_reset_link_leads_to_our_own_address_whatever_host_the_request_named(client: Client, alice: Any, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.PUBLIC_URL = "https://annotate.example.org:8443"
    client.post("/password-reset", {"email": "alice@example.org"}, headers={"Host": "evil.example"})
    assert "evil" not in mail.outbox[0].subject + mail.outbox[0].body
    assert re.search(r"https://annotate\.example\.org:8443/password-reset/\S+", mail.outbox[0].body)


@pytest.mark.django_db
@pytest.mark.parametrize(("origin", "status"), [
    ("https://evil.example", 403), ("null", 403), ("http://testserver", 200), ("https://annotate.example.org", 200), (None, 200)])
def test_other_sites_cannot_log_a_browser_in(alice: Any, settings: Any, origin: str | None, status: int) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://annotate.example.org"]
    headers = {"Origin": origin} if origin else {}
    answer = Client(enforce_csrf_checks=True).post("/api/auth/login", {"username": "alice", "password": PASSWORD}, headers=headers)
    assert answer.status_code == status
    assert ("sessionid" in answer.cookies) == (status == 200)


@pytest.mark.django_db
def test_guesses_at_passwords_are_counted_by_address_not_by_what_the_guesser_writes(settings: Any) -> None:
    from django.core.cache import cache

    cache.clear()
    client = Client()
    statuses = [client.post("/api/auth/login", {"username": "alice", "password": "no"}, headers={"X-Forwarded-For": f"10.0.0.{number}"}
                            ).status_code for number in range(70)]
    cache.clear()
    assert 429 in statuses


@pytest.mark.django_db
def test_the_way_back_after_logging_in_keeps_the_whole_address(client: Client) -> None:
    answer = client.get("/login?next=/x", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/tasks?search=a&page=2"})
    assert answer["HX-Redirect"] == "/login?next=/tasks%3Fsearch%3Da%26page%3D2"


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_logging_in_never_leads_to_another_site(client: Client, alice: Any, target: str) -> None:
    answer = client.post("/login", {"username": "alice", "password": PASSWORD, "next": target})
    assert answer.url == "/projects"


WITHOUT_THE_CROWD = """
import sys
import django
django.setup()
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
settings.ALLOWED_HOSTS = ["*"]
client = Client()
client.force_login(get_user_model().objects.get(username="alice"))
for address in sys.argv[1:]:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    assert "crowdsourcing" not in answer.content.decode().lower(), address
assert not any(name.split(".")[0] == "crowdsourcing" for name in sys.modules)
"""


@pytest.mark.django_db(transaction=True)
def test_every_page_of_a_project_works_without_the_room_of_the_crowd(alice: Any, project: Project, fill: Fill) -> None:
    from django.db import connection

    job = fill().jobs.get()
    pages = ["/projects", f"/projects/{project.pk}", f"/projects/{project.pk}/edit", "/tasks", f"/tasks/{job.task_id}", f"/jobs/{job.pk}",
             f"/projects/{project.pk}/export", f"/projects/{project.pk}/delete"]
    address = re.sub(r"/[^/?]+(\?|$)", f"/{connection.settings_dict['NAME']}\\1", os.environ["DATABASE_URL"], count=1)
    environment = os.environ | {"CROWDSOURCING_ENABLED": "false", "DATABASE_URL": address}
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_CROWD, *pages], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
