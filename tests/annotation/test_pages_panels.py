"""`{% panels %}`: rooms above add to this room's pages, and every place named in extensions is really offered."""
import re
from pathlib import Path

import pytest
from django.template import Context, Engine, Template, TemplateDoesNotExist
from django.test import RequestFactory

from annotation import extensions

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@pytest.fixture
def empty_places(monkeypatch):
    """Panels registered in a test vanish with it."""
    from collections import defaultdict

    monkeypatch.setattr(extensions, "_panels", defaultdict(list))


def render(place: str, thing: object) -> str:
    template = Template("{% load panels %}{% panels place thing %}")
    return template.render(Context({"place": place, "thing": thing, "request": RequestFactory().get("/")}))


def test_panels_are_rendered_in_order_and_those_without_context_are_left_out(empty_places):
    empty = "annotation/_empty.html"
    extensions.register_panel("job.panels", empty, lambda request, job: {"title": f"second of {job}"}, order=20)
    extensions.register_panel("job.panels", empty, lambda request, job: {"title": f"first of {job}"}, order=10)
    extensions.register_panel("job.panels", empty, lambda request, job: None, order=5)
    html = render("job.panels", "<job>")
    assert html.index("first of &lt;job&gt;") < html.index("second of &lt;job&gt;")
    assert html.count("empty-title") == 2


def test_a_panel_whose_template_is_missing_is_not_swallowed(empty_places):
    extensions.register_panel("task.panels", "annotation/no_such_file.html", lambda request, task: {})
    with pytest.raises(TemplateDoesNotExist):
        render("task.panels", None)


def test_an_unknown_place_is_refused():
    with pytest.raises(ValueError, match="No such place"):
        render("task.panel", None)


def test_every_place_is_offered_by_a_template_of_this_room_and_no_other_is_used():
    files = [TEMPLATES / "base.html", *(TEMPLATES / "annotation").rglob("*.html")]
    used = {place for file in files for place in re.findall(r'{%\s*panels\s+"([^"]+)"', file.read_text())}
    assert used == set(extensions.PLACES)


def test_templates_of_this_room_compile():
    engine = Engine.get_default()
    for file in (TEMPLATES / "annotation").rglob("*.html"):
        engine.get_template(str(file.relative_to(TEMPLATES)))
