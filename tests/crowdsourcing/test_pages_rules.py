"""The rules' builder and the skills' page, as a requester's browser meets them."""
import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import reverse

from crowdsourcing.models import Pool, ProviderCommand, Skill
from crowdsourcing.rules import presets
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]


class _Form(HTMLParser):
    """The fields of the builder's form, as a browser would send them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.inside, self.select = False, ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("id") == "rules"
        if not self.inside:
            return
        if tag == "select":
            self.select = given["name"]
        if tag == "option" and self.select and self.select not in self.fields:
            self.fields[self.select] = [given["value"]]
        if tag == "option" and self.select and "selected" in given:
            self.fields[self.select] = [given["value"]]
        if tag == "input" and "name" in given and (given.get("type") != "checkbox" or "checked" in given):
            self.fields.setdefault(given["name"], []).append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        if tag == "form":
            self.inside = False


@pytest.fixture
def pool(alice: Any) -> Pool:
    return scene.pool(scene.task(scene.project(alice)))


@pytest.fixture
def skill(pool: Pool) -> Skill:
    return Skill.objects.create(account=pool.crowd_project.account, remote_id="100024", name="Road signs")


def address(pool: Pool) -> str:
    return reverse("crowdsourcing:pool_rules", args=[pool.pk])


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def press(signed_in: Any, pool: Pool, page: Any, do: str, **fields: str) -> Any:
    """A button of the form that `page` shows, with some fields typed over."""
    data = _Form(page.content.decode()).fields | {name.replace("_", "-", 1) if name[0] == "r" else name: [value]
                                                   for name, value in fields.items()}
    return signed_in.post(address(pool), data | {"do": do})


def built(signed_in: Any, pool: Pool, *verbs: str) -> Any:
    page = signed_in.get(address(pool))
    for verb in verbs:
        page = press(signed_in, pool, page, verb)
    return page


def test_the_four_ready_made_rules_are_one_click_each_and_saved_as_the_platforms(signed_in: Any, pool: Pool, skill: Skill) -> None:
    page = built(signed_in, pool, *(f"preset:{key}" for key in presets.PRESETS))
    assert "set the Toloker’s skill “Road signs” to 1." in text_of(page) and "Not saved yet." in text_of(page)
    assert Pool.objects.get().quality_rules == []
    answer = press(signed_in, pool, page, "save")
    assert (answer.status_code, answer.url) == (302, address(pool) + "?saved=1")
    saved = Pool.objects.get()
    assert (saved.quality_rules, saved.reissue_policy) == (presets.example_rules("100024"), "at_once")
    assert ProviderCommand.objects.get().kind == "update_pool"


def test_the_page_shows_what_is_stored_and_saving_it_changes_nothing(signed_in: Any, pool: Pool, skill: Skill) -> None:
    stored = [*presets.example_rules("100024"), {"collector_config": {"type": "INCOME", "uuid": "a" * 32}, "rules": [
        {"conditions": [{"key": "income_sum_for_last_24_hours", "operator": "GTE", "value": 2.5}],
         "action": {"type": "REJECT_ALL_ASSIGNMENTS", "parameters": {"public_comment": "“Enough” & more"}}},
        {"conditions": [{"key": "income_sum_for_last_24_hours", "operator": "LT", "value": 1}], "action": {"type": "CLEAN_COLLECTOR"}}]}]
    Pool.objects.update(quality_rules=stored, reissue_policy="at_once")
    press(signed_in, pool, signed_in.get(address(pool)), "save")
    assert Pool.objects.get().quality_rules == stored


def test_only_what_goes_together_is_offered(signed_in: Any, pool: Pool, skill: Skill) -> None:
    page = built(signed_in, pool, "add:ASSIGNMENTS_ASSESSMENT")
    offered = re.search(r'<select[^>]* name="r0-action".*?</select>', text_of(page))
    assert offered is not None and re.findall(r'value="(\w+)"', offered[0]) == ["CHANGE_OVERLAP"]
    page = press(signed_in, pool, page, "refresh", r0_collector="MAJORITY_VOTE")
    offered = re.search(r'<select[^>]* name="r0-action".*?</select>', text_of(page))
    assert offered is not None and "SET_SKILL_FROM_OUTPUT_FIELD" in offered[0] and "CHANGE_OVERLAP" not in offered[0]
    assert 'name="r0-p-answer_threshold" value="2"' in text_of(page)
    page = press(signed_in, pool, page, "refresh", r0_action="SET_SKILL_FROM_OUTPUT_FIELD")
    shares = re.search(r'<select[^>]* name="r0-a-from_field".*?</select>', text_of(page))
    assert shares is not None and re.findall(r'value="(\w+)"', shares[0]) == ["correct_answers_rate", "incorrect_answers_rate"]


def test_conditions_come_and_go(signed_in: Any, pool: Pool) -> None:
    page = built(signed_in, pool, "preset:often_rejected", "condition:0")
    assert 'id="r0-c2-key"' in text_of(page) and re.search(r'id="r0-c2-key"[^>]*autofocus', text_of(page))
    page = press(signed_in, pool, page, "uncondition:0.0")
    assert "When a Toloker has more than 35 % rejected jobs and more than 80 % accepted jobs:" in text_of(page)
    page = press(signed_in, pool, page, "remove:0")
    assert "No rules yet" in text_of(page)


def test_what_is_wrong_stands_at_its_field_and_nothing_is_saved(signed_in: Any, pool: Pool) -> None:
    page = built(signed_in, pool, "preset:often_rejected", "preset:completed")
    page = press(signed_in, pool, page, "save", **{"r0_c1-value": "135", "r0_a-duration": ""})
    assert page.status_code == 422
    text = text_of(page)
    assert "Rejected jobs: give per cent, from 0 to 100." in text and 'value="135"' in text
    assert "For how long? Give a number" in text and "Skill: choose a skill, or make one first." in text
    assert Pool.objects.get().quality_rules == [] and not ProviderCommand.objects.exists()


def test_a_skill_that_is_not_the_accounts_is_refused_above_the_rules(signed_in: Any, pool: Pool, skill: Skill) -> None:
    page = press(signed_in, pool, built(signed_in, pool, "preset:completed"), "save", **{"r0_a-skill_id": "999"})
    assert page.status_code == 422 and "Rule 1: this account has no skill with the id 999." in text_of(page)
    assert "number 999, not among this account’s skills" in text_of(page)


def test_the_preview_names_who_would_have_been_hit_before_anything_is_saved(signed_in: Any, pool: Pool, skill: Skill) -> None:
    bad = scene.assignment(pool.task.jobs.first(), "REJECTED", age=timedelta(hours=9))
    for job in pool.task.jobs.all()[1:]:
        other = scene.assignment(job, "REJECTED")
        type(other).objects.filter(pk=other.pk).update(toloker=bad.toloker)
    page = built(signed_in, pool, "preset:often_rejected", "preset:reissue", "add:GOLDEN_SET", "preview")
    text = text_of(page)
    assert "<strong>1 Toloker</strong> in the 3 attempts so far." in text and bad.toloker.user_id[-8:] in text
    assert "3 reviewed jobs, 100 % rejected jobs" in text and "banned from all your projects for 15 days" in text
    assert "<strong>3 jobs</strong> in the 3 attempts so far." in text
    assert "That cannot be known here: answers to control tasks are compared by the platform only." in text
    assert Pool.objects.get().quality_rules == []


def test_an_open_pool_shows_its_rules_to_read_with_a_preview(signed_in: Any, pool: Pool) -> None:
    Pool.objects.update(status="OPEN", quality_rules=[presets.too_fast()])
    text = text_of(signed_in.get(address(pool) + "?preview=1"))
    assert "The pool is open. Stop it first." in text and "It would have hit nobody in the 0 attempts so far." in text
    assert "<select" not in text.split('id="content"')[1]
    answer = signed_in.post(address(pool), {"do": "save"})
    assert answer.status_code == 422 and "Stop it first" in text_of(answer)
    assert Pool.objects.get().quality_rules == [presets.too_fast()]


def test_reviewers_read_and_strangers_find_nothing(client: Any, pool: Pool, bob: Any) -> None:
    client.force_login(bob)
    assert client.get(address(pool)).status_code == 404
    pool.task.project.members.create(user=bob, role="reviewer")
    assert "you see the rules, its owner changes them" in text_of(client.get(address(pool)))
    assert client.post(address(pool), {"do": "save"}).status_code == 403
    skills = reverse("crowdsourcing:project_skills", args=[pool.task.project_id])
    assert client.get(skills).status_code == 200
    assert client.post(skills, {"name": "Mine"}).status_code == 403


def test_a_page_of_many_rules_and_attempts_costs_few_queries(signed_in: Any, pool: Pool, skill: Skill,
                                                             django_assert_max_num_queries: Any) -> None:
    Pool.objects.update(quality_rules=presets.example_rules("100024") * 20, reissue_policy="at_once")
    for job in pool.task.jobs.all():
        scene.assignment(job, "ACCEPTED")
    with django_assert_max_num_queries(10):
        signed_in.get(address(pool) + "?preview=1")


# --- skills -----------------------------------------------------------------------------------------------------------
def test_a_skill_is_asked_for_with_its_descriptions(signed_in: Any, pool: Pool) -> None:
    here = reverse("crowdsourcing:project_skills", args=[pool.task.project_id])
    assert "No skills yet" in text_of(signed_in.get(here))
    more = signed_in.post(here, {"name": "Signs", "hidden": "on", "language": ["EN"], "text": ["Signs"], "do": "language"})
    assert text_of(more).count('name="text"') == 2 and "required" not in text_of(more).split("New skill")[0]
    answer = signed_in.post(here, {"name": "Signs", "language": ["EN", "ES", "FR"], "text": ["Signs", "Señales", " "]})
    assert answer.status_code == 302
    command = ProviderCommand.objects.get()
    assert (command.kind, command.payload) == ("ensure_skill", {
        "name": "Signs", "hidden": False, "public_requester_description": {"EN": "Signs", "ES": "Señales"}})
    assert "Make skill" in text_of(signed_in.get(here))


def test_a_skill_without_a_name_or_with_two_texts_of_one_language_is_refused(signed_in: Any, pool: Pool, skill: Skill) -> None:
    here = reverse("crowdsourcing:project_skills", args=[pool.task.project_id])
    for fields, words in (({"name": ""}, "Give the skill a name."), ({"name": "Road signs"}, "has a skill of this name"),
                          ({"name": "x", "language": ["EN", "EN"], "text": ["a", "b"]}, "Each language has one description")):
        answer = signed_in.post(here, fields)
        assert answer.status_code == 422 and words in text_of(answer)
    assert not ProviderCommand.objects.exists()
    scene.command(pool.crowd_project, "ensure_skill", "done")
    assert "The skill is there." in text_of(signed_in.get(f"{here}?made=1"))
    refused = text_of(signed_in.post(f"{here}?made=1", {"name": "Road signs"}))
    assert "has a skill of this name" in refused and "The skill is there." not in refused


def test_a_skill_that_is_gone_is_told_where_it_is_used(signed_in: Any, pool: Pool, skill: Skill) -> None:
    Pool.objects.update(quality_rules=[presets.completed("100024")])
    skill.gone_at = pool.created_at
    skill.save()
    assert "The skill “Road signs” of rule 1 is gone at the platform." in text_of(signed_in.get(address(pool)))
    assert "gone at the platform" in text_of(signed_in.get(reverse("crowdsourcing:project_skills", args=[pool.task.project_id])))
