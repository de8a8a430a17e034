"""What every page owes to a keyboard, a screen reader and a strict content security policy."""
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytestmark = pytest.mark.django_db
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
OWN = [TEMPLATES / "base.html", *(file for file in (TEMPLATES / "annotation").glob("*.html") if file.name != "editor.html")]
NO_LABEL_NEEDED = {"hidden", "submit", "button"}


class Page(HTMLParser):
    """Ids, references, controls and headings of one page; a <template> is read like the rest, it becomes the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.labelled: set[str] = set()
        self.controls: list[dict] = []
        self.headings: list[int] = []
        self.nameless: list[str] = []
        self.open_labels = 0
        self.waiting: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if a.get("id"):
            self.ids.append(a["id"])
        for name in ("aria-labelledby", "aria-controls"):
            self.references += (a.get(name) or "").split()
        if tag == "label":
            self.open_labels += 1
            self.labelled.add(a.get("for", ""))
        if tag in ("input", "select", "textarea") and a.get("type") not in NO_LABEL_NEEDED:
            self.controls.append({**a, "tag": tag, "inside": self.open_labels > 0})
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img" and "alt" not in a:
            self.nameless.append(f"img {a.get('src')}")
        if tag in ("a", "button"):
            self.waiting.append((tag, a.get("aria-label") or ("hidden" if a.get("aria-hidden") else "")))

    def handle_data(self, data):
        if data.strip():
            self.waiting = [(tag, name + data.strip()) for tag, name in self.waiting]

    def handle_endtag(self, tag):
        if tag == "label":
            self.open_labels -= 1
        if tag in ("a", "button") and self.waiting:
            kind, name = self.waiting.pop()
            if not name:
                self.nameless.append(kind)

    def without_label(self) -> list[dict]:
        return [c for c in self.controls if not (c["inside"] or c.get("aria-label") or c.get("id") in self.labelled)]


@pytest.fixture
def addresses(alice, project, fill):
    """Every page, each with something on it."""
    from annotation.models import Request
    from annotation.services import members, tokens
    from tests.cast import person

    task = fill(count=3, segment_size=2)
    members.share_project(actor=alice, project=project, user=person("rita2"), role="reviewer")
    tokens.create_token(owner=alice, name="one")
    request = Request.objects.create(owner=alice, action="export", task=task, status="started", progress=0.5)
    job = task.jobs.first()
    of_project = [f"/projects/{project.pk}{page}" for page in ("", "/edit", "/guide", "/delete", "/export", "/tasks/create")]
    of_task = [f"/tasks/{task.pk}{page}" for page in ("", "/edit", "/delete", "/export")]
    return [
        "/projects", "/projects/create", *of_project, "/tasks", *of_task, f"/jobs/{job.pk}", "/requests", f"/requests/{request.pk}",
        "/tokens", "/profile", "/password-change", "/no-such-page",
    ]


def test_every_page_names_its_controls_and_keeps_its_ids_unique(client, alice, addresses):
    client.force_login(alice)
    for address in addresses:
        html = client.get(address).content.decode()
        page = Page(html)
        assert page.without_label() == [], address
        assert page.nameless == [], address
        assert len(page.ids) == len(set(page.ids)), (address, [i for i in page.ids if page.ids.count(i) > 1])
        assert set(page.references) <= set(page.ids), address
        assert page.headings.count(1) == 1, address
        assert '<html lang="en">' in html
        assert "<title>" in html and "<title> ·" not in html, address


def test_pages_before_logging_in_are_no_worse(client):
    for address in ("/login", "/signup", "/password-reset", "/password-reset/sent", "/password-reset/x/y"):
        page = Page(client.get(address).content.decode())
        assert page.without_label() == [], address
        assert page.nameless == [], address
        assert page.headings == [1], address


def test_a_field_with_an_error_points_at_its_sentence(client):
    html = client.post("/signup", {"username": "x"}).content.decode()
    field = re.search(r'<input[^>]*name="email"[^>]*>', html).group(0)
    assert 'aria-invalid="true"' in field
    for name in re.search(r'aria-describedby="([^"]+)"', field).group(1).split():
        assert f'id="{name}"' in html


@pytest.mark.parametrize("file", OWN, ids=lambda file: file.name)
def test_no_template_needs_inline_script_or_style(file):
    text = file.read_text()
    assert not re.search(r"<[^>{]*\son[a-z]+=", text), "an inline handler"
    assert not re.search(r"<[^>{]*\sstyle=", text), "an inline style"
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text), "an inline script"
    assert "javascript:" not in text
    assert "hx-on" not in text, "htmx would have to evaluate text"


@pytest.mark.parametrize("file", OWN, ids=lambda file: file.name)
def test_every_post_form_carries_the_token_against_forgery(file):
    for form in re.findall(r'<form[^>]*method="post".*?</form>', file.read_text(), re.S):
        assert "{% csrf_token %}" in form


def test_what_is_not_undone_is_asked_first(client, alice, addresses, project):
    """A POST that takes something away has its own page before it or a question on its form."""
    client.force_login(alice)
    asked = re.compile(r'<form[^>]*action="[^"]*/(?:remove|revoke)"[^>]*>')
    forms = [form for address in addresses for form in asked.findall(client.get(address).content.decode())]
    assert forms
    assert all("data-confirm=" in form for form in forms)


def test_the_page_of_a_crash_needs_nothing_and_tells_the_next_step(rf):
    from django.views.defaults import server_error

    text = server_error(rf.get("/")).content.decode()
    assert "Something broke on our side" in text
    assert "/static/" not in text


def test_a_form_without_the_token_gets_a_page_that_says_what_to_do(alice):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post("/projects/create", {"name": "x"})
    assert answer.status_code == 403
    assert "This page was open too long" in answer.content.decode()
