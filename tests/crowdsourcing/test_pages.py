"""Set-up, update and the verbs, as a requester's browser meets them. The platform is never called: a page writes an intent."""
import json
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from crowdsourcing.models import CrowdProject, Pool, ProviderCommand
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]

POOL = {
    "reward_per_assignment": "0.05", "use_project_description": "on", "public_description": "",
    "auto_close_after_complete_delay_seconds": "0",
    "assignment_max_duration_seconds": "600", "auto_accept_period_day": "14", "filter": "", "reissue_policy": "after_dispute",
    "will_expire": "2099-01-01T10:00",
}
GERMAN = {"and": [{"category": "profile", "key": "country", "operator": "EQ", "value": "DE"}]}


@pytest.fixture
def project(alice: Any) -> Any:
    return scene.project(alice)


@pytest.fixture
def pool(project: Any) -> Pool:
    return scene.pool(scene.task(project))


def text_of(response: Any) -> str:
    return response.content.decode()


def share(project: Any, user: Any, role: str = "reviewer") -> None:
    project.members.create(user=user, role=role)


# --- Setup crowdsourcing project ------------------------------------------------------------------------------------
def setup(signed_in: Any, project: Any, **fields: str) -> Any:
    values = {"provider": "toloka", "environment": "sandbox", "api_key": scene.KEY, "description": "Boxes, please."} | fields
    return signed_in.post(reverse("crowdsourcing:project_setup", args=[project.pk]), values)


def test_the_form_asks_for_provider_environment_key_and_description(signed_in: Any, project: Any) -> None:
    page = text_of(signed_in.get(reverse("crowdsourcing:project_setup", args=[project.pk])))
    for label in ("Provider", "Environment", "API key", "Project description"):
        assert label in page
    assert 'type="password"' in page and 'autocomplete="off"' in page
    assert page.index(">Sandbox (") < page.index(">Production (")


def test_submitting_asks_the_platform_and_shows_the_progress(signed_in: Any, project: Any) -> None:
    response = setup(signed_in, project)
    command = ProviderCommand.objects.get(kind="setup_project")
    assert command.actor.username == "alice" and command.status == "pending"
    page = text_of(signed_in.get(response.url))
    assert reverse("crowdsourcing:command_fragment", args=[command.pk]) in page
    assert scene.KEY not in page
    stored = CrowdProject.objects.get(project=project)
    assert stored.description == "Boxes, please." and scene.KEY.encode() not in bytes(stored.account.encrypted_key)


def test_a_server_that_is_not_allowed_cannot_be_chosen(signed_in: Any, project: Any) -> None:
    response = setup(signed_in, project, environment="https://evil.example.org")
    assert response.status_code == 422 and "Select a valid choice" in text_of(response)
    assert not CrowdProject.objects.exists()


def test_another_allowed_server_can_be_chosen(signed_in: Any, project: Any, settings: Any) -> None:
    settings.TOLOKA_ALLOWED_URLS = ["https://crowd.example.org"]
    setup(signed_in, project, environment="https://crowd.example.org")
    account = CrowdProject.objects.get().account
    assert (account.environment, account.base_url) == ("other", "https://crowd.example.org")


def test_a_key_with_spaces_is_a_field_error_and_is_not_sent_back(signed_in: Any, project: Any) -> None:
    response = setup(signed_in, project, api_key="secret key in words")
    assert response.status_code == 422
    assert "one word, no spaces" in text_of(response) and "secret key in words" not in text_of(response)


def test_a_key_that_the_platform_refuses_comes_back_as_the_fields_error(signed_in: Any, project: Any) -> None:
    crowd_project = scene.crowd_project(project, remote_id="", status="")
    scene.command(crowd_project, "setup_project", "failed", error_code="ACCESS_DENIED", error="The platform does not take this key.")
    page = text_of(signed_in.get(reverse("crowdsourcing:project_setup", args=[project.pk])))
    field = page[page.index('id="id_api_key"'):page.index('id="id_description"')]
    assert "The platform does not take this key." in field
    assert "Draw boxes around cars." in page and scene.KEY not in page


def test_another_failure_is_shown_with_a_way_to_try_again(signed_in: Any, project: Any) -> None:
    crowd_project = scene.crowd_project(project, remote_id="", status="")
    command = scene.command(crowd_project, "setup_project", "failed", error_code="Unavailable", error="The platform gave no answer.")
    page = text_of(signed_in.get(reverse("crowdsourcing:project_setup", args=[project.pk])))
    retry = reverse("crowdsourcing:command_retry", args=[command.pk])
    assert "The platform gave no answer." in page and retry in page
    signed_in.post(retry)
    assert ProviderCommand.objects.filter(kind="setup_project", status="pending").count() == 1


def test_a_second_click_makes_no_second_command(signed_in: Any, project: Any) -> None:
    setup(signed_in, project)
    response = setup(signed_in, project)
    assert response.status_code == 422
    assert ProviderCommand.objects.count() == 1


def test_after_the_set_up_the_update_form_shows_both_ends_and_the_balance(signed_in: Any, project: Any) -> None:
    crowd_project = scene.crowd_project(project)
    scene.command(crowd_project, "setup_project", "done")
    response = signed_in.get(reverse("crowdsourcing:project_setup", args=[project.pk]))
    page = text_of(signed_in.get(response.url))
    assert "Toloka Project Created" in page and "Update project" in page and "$100.00" in page
    assert f"/requester/project/{crowd_project.remote_id}" in page and reverse("annotation:project_detail", args=[project.pk]) in page


def test_only_key_and_description_can_be_updated(signed_in: Any, project: Any) -> None:
    crowd_project = scene.crowd_project(project)
    address = reverse("crowdsourcing:project_update", args=[project.pk])
    assert scene.KEY not in text_of(signed_in.get(address))
    signed_in.post(address, {"description": "New words.", "api_key": "", "environment": "production"})
    crowd_project.refresh_from_db()
    assert crowd_project.description == "New words." and crowd_project.account.environment == "sandbox"
    assert ProviderCommand.objects.get().kind == "update_project"


def test_an_archived_projects_form_is_closed(signed_in: Any, project: Any) -> None:
    scene.crowd_project(project, status="ARCHIVED")
    page = text_of(signed_in.get(reverse("crowdsourcing:project_update", args=[project.pk])))
    assert "<fieldset disabled>" in page and "archived project cannot be changed" in page


# --- Create crowdsourcing task --------------------------------------------------------------------------------------
def test_the_pool_form_has_the_labels_of_the_page_it_mirrors(signed_in: Any, project: Any) -> None:
    scene.crowd_project(project)
    page = text_of(signed_in.get(reverse("crowdsourcing:pool_setup", args=[scene.task(project).pk])))
    for words in ("Create crowdsourcing task", "Price per job", "Use project description", "Description", "Sensible content",
                  "Accept solutions automatically", "Close pool after completion, sec", "Time per task suite, sec",
                  "Days for manual review by requester", "Audience", "What happens to a rejected job"):
        assert words in page


def test_submitting_writes_the_wanted_pool_and_one_suite_a_job(signed_in: Any, project: Any) -> None:
    scene.crowd_project(project)
    task = scene.task(project, jobs=3)
    response = signed_in.post(reverse("crowdsourcing:pool_setup", args=[task.pk]), POOL | {"filter": json.dumps(GERMAN)})
    assert response.status_code == 302, text_of(response)
    pool = Pool.objects.get(task=task)
    assert (pool.reward_per_assignment, pool.auto_accept_period_day, pool.filter) == (Decimal("0.050"), 14, GERMAN)
    assert pool.task_suites.count() == 3 and pool.remote_id == "" and pool.status == ""
    assert ProviderCommand.objects.get().kind == "setup_pool"


@pytest.mark.parametrize(("field", "value", "words"), [
    ("reward_per_assignment", "0.004", "0.005"), ("reward_per_assignment", "101", "100"), ("reward_per_assignment", "", "Name a price"),
    ("reward_per_assignment", "NaN", "number"), ("auto_close_after_complete_delay_seconds", "259201", "259200"),
    ("auto_close_after_complete_delay_seconds", "-1", "0"), ("auto_accept_period_day", "0", "1"), ("auto_accept_period_day", "22", "21"),
    ("assignment_max_duration_seconds", "4", "5"), ("will_expire", "2001-01-01T00:00", "future"), ("reissue_policy", "never",
        "valid choice"),
    ("filter", "{", "JSON"),
])
def test_values_out_of_range_are_errors_at_their_field(signed_in: Any, project: Any, field: str, value: str, words: str) -> None:
    scene.crowd_project(project)
    task = scene.task(project)
    response = signed_in.post(reverse("crowdsourcing:pool_setup", args=[task.pk]), POOL | {field: value})
    assert response.status_code == 422
    errors = response.context["form"].errors
    assert list(errors) == [field] and words in " ".join(errors[field])
    assert not Pool.objects.exists() and not ProviderCommand.objects.exists()


def test_without_the_projects_description_the_pool_needs_its_own(signed_in: Any, project: Any) -> None:
    scene.crowd_project(project)
    values = {name: value for name, value in POOL.items() if name != "use_project_description"}
    response = signed_in.post(reverse("crowdsourcing:pool_setup", args=[scene.task(project).pk]), values)
    assert "public_description" in response.context["form"].errors


def test_a_fault_of_the_audience_comes_back_with_its_path_and_what_was_sent(signed_in: Any, project: Any) -> None:
    scene.crowd_project(project)
    sent = {"and": [{"or": [GERMAN["and"][0] | {"value": "Deutschland"}]}]}
    response = signed_in.post(reverse("crowdsourcing:pool_setup", args=[scene.task(project).pk]), POOL | {"filter": json.dumps(sent)})
    problems = json.loads(response.context["form"].filter_problems)
    assert list(problems) == ["and.0.or.0.value"]
    assert "Deutschland" in text_of(response)


def test_without_a_crowd_project_the_task_says_what_to_do_first(signed_in: Any, project: Any) -> None:
    task = scene.task(project)
    assert "Set the project up for crowdsourcing first" in text_of(signed_in.get(reverse("annotation:task_detail", args=[task.pk])))
    response = signed_in.post(reverse("crowdsourcing:pool_setup", args=[task.pk]), POOL)
    assert response.status_code == 422 and not Pool.objects.exists()


def test_after_the_set_up_the_update_form_says_that_nobody_sees_it_yet(signed_in: Any, pool: Pool) -> None:
    scene.command(pool, "setup_pool", "done")
    response = signed_in.get(reverse("crowdsourcing:pool_setup", args=[pool.task_id]))
    page = text_of(signed_in.get(response.url))
    assert "Toloka task was created" in page and "Update pool" in page and "not visible to Tolokers until" in page
    assert f"/pool/{pool.remote_id}" in page


def test_an_open_pools_settings_are_to_read_only(signed_in: Any, project: Any) -> None:
    pool = scene.pool(scene.task(project), status="OPEN", filter=GERMAN)
    address = reverse("crowdsourcing:pool_update", args=[pool.task_id])
    page = text_of(signed_in.get(address))
    assert "Stop it first" in page and "Tolokers who live in Germany." in page and 'name="reward_per_assignment"' not in page
    response = signed_in.post(address, POOL | {"reward_per_assignment": "9"})
    pool.refresh_from_db()
    assert response.status_code == 422 and pool.reward_per_assignment == Decimal("0.05")


def test_a_set_up_that_broke_off_half_way_can_be_tried_again(signed_in: Any, project: Any) -> None:
    pool = scene.pool(scene.task(project))
    pool.task_suites.filter(pk=pool.task_suites.first().pk).update(remote_task_id="")
    scene.command(pool, "setup_pool", "failed", error="The platform gave no answer.")
    address = reverse("crowdsourcing:pool_setup", args=[pool.task_id])
    assert "Create crowdsourcing task" in text_of(signed_in.get(address))
    assert signed_in.post(address, POOL).status_code == 302
    assert ProviderCommand.objects.filter(kind="setup_pool", status="pending").count() == 1


# --- verbs ----------------------------------------------------------------------------------------------------------
def verb(pool: Pool, name: str) -> str:
    return reverse("crowdsourcing:pool_verb", args=[pool.task_id, name])


def test_start_shows_the_money_that_may_be_spent(signed_in: Any, pool: Pool) -> None:
    page = text_of(signed_in.get(verb(pool, "start"), HTTP_HX_REQUEST="true"))
    assert "<dialog" in page and "$0.15" in page and "$0.195" in page and "$100.00" in page
    assert not ProviderCommand.objects.exists()
    assert "<dialog class=\"crowd-dialog\"" not in text_of(signed_in.get(verb(pool, "start")))


@pytest.mark.parametrize(("name", "status", "kind"), [
    ("start", "CLOSED", "start_pool"), ("stop", "OPEN", "stop_pool"), ("sync", "OPEN", "sync_pool"), ("sync", "ARCHIVED", "sync_pool")])
def test_a_verb_is_asked_once_however_often_it_is_clicked(signed_in: Any, project: Any, name: str, status: str, kind: str) -> None:
    pool = scene.pool(scene.task(project), status=status)
    signed_in.post(verb(pool, name))
    page = text_of(signed_in.post(verb(pool, name), follow=True))
    assert [command.kind for command in ProviderCommand.objects.all()] == [kind]
    assert "still on its way" in page


def test_archiving_says_that_it_is_final(signed_in: Any, project: Any) -> None:
    pool = scene.pool(scene.task(project, jobs=1))
    scene.assignment(pool.task.jobs.get(), "ACCEPTED")
    page = text_of(signed_in.get(verb(pool, "archive")))
    assert "This is final" in page
    signed_in.post(verb(pool, "archive"))
    assert ProviderCommand.objects.get().kind == "archive_pool"


@pytest.mark.parametrize("status", ["SUBMITTED", "REJECTED", "ACTIVE"])
def test_what_stands_in_the_way_of_archiving_is_said(signed_in: Any, pool: Pool, status: str) -> None:
    scene.assignment(pool.task.jobs.first(), status)
    page = text_of(signed_in.get(verb(pool, "archive")))
    assert "1 assignment is" in page and "<form method=\"post\" action=\"" + verb(pool, "archive") not in page
    follow = text_of(signed_in.post(verb(pool, "archive"), follow=True))
    assert "1 assignment is" in follow and not ProviderCommand.objects.exists()


def test_a_project_with_open_pools_is_not_archived(signed_in: Any, pool: Pool) -> None:
    address = reverse("crowdsourcing:project_verb", args=[pool.task.project_id, "archive"])
    assert "All pools must be archived first" in text_of(signed_in.get(address))
    signed_in.post(address)
    assert not ProviderCommand.objects.exists()


def test_unknown_verbs_are_404(signed_in: Any, pool: Pool) -> None:
    assert signed_in.get(verb(pool, "explode")).status_code == 404


def test_progress_is_polled_until_the_command_is_finished(signed_in: Any, pool: Pool) -> None:
    command = scene.command(pool, "start_pool", "in flight", step="Opening the pool")
    address = reverse("crowdsourcing:command_fragment", args=[command.pk])
    response = signed_in.get(address)
    assert "Opening the pool" in text_of(response) and "HX-Refresh" not in response
    ProviderCommand.objects.filter(pk=command.pk).update(status="failed", error="No money. Top up.", finished_at=timezone.now())
    response = signed_in.get(address)
    assert response["HX-Refresh"] == "true" and "No money. Top up." in text_of(response)
    assert "No money. Top up." in text_of(signed_in.get(reverse("annotation:task_detail", args=[pool.task_id])))


def test_a_failed_command_is_not_tried_again_once_something_newer_was_asked(signed_in: Any, pool: Pool) -> None:
    old = scene.command(pool, "start_pool", "failed")
    scene.command(pool, "sync_pool", "done")
    page = text_of(signed_in.post(reverse("crowdsourcing:command_retry", args=[old.pk]), follow=True))
    assert "was asked for since" in page and ProviderCommand.objects.filter(status="pending").count() == 0


# --- who may --------------------------------------------------------------------------------------------------------
def addresses(pool: Pool) -> list[str]:
    project_id, task_id = pool.task.project_id, pool.task_id
    return [reverse("crowdsourcing:project_setup", args=[project_id]), reverse("crowdsourcing:project_update", args=[project_id]),
            reverse("crowdsourcing:project_verb", args=[project_id, "sync"]), reverse("crowdsourcing:pool_setup", args=[task_id]),
            reverse("crowdsourcing:pool_update", args=[task_id]), verb(pool, "start")]


def test_a_stranger_finds_nothing(client: Any, stranger: Any, pool: Pool) -> None:
    command = scene.command(pool, "start_pool")
    assignment = scene.assignment(pool.task.jobs.first())
    client.force_login(stranger)
    for address in [*addresses(pool), reverse("crowdsourcing:command_fragment", args=[command.pk]),
                    reverse("crowdsourcing:assignment_accept", args=[assignment.pk]),
                    reverse("crowdsourcing:reissue", args=[assignment.task_suite_id])]:
        assert client.get(address).status_code == 404, address
    assert client.post(verb(pool, "stop")).status_code == 404
    assert "Nothing waits" in text_of(client.get(reverse("crowdsourcing:review_queue")))


def test_a_reviewer_may_look_but_not_change(client: Any, rita: Any, pool: Pool) -> None:
    share(pool.task.project, rita)
    client.force_login(rita)
    for address in addresses(pool):
        assert client.get(address).status_code == 403, address
    assert client.post(verb(pool, "start")).status_code == 403
    page = text_of(client.get(reverse("annotation:task_detail", args=[pool.task_id])))
    assert "Toloka pool" in page and verb(pool, "start") not in page
    assert not ProviderCommand.objects.exists()


def test_a_shared_requester_may_do_what_the_owner_may(client: Any, bob: Any, pool: Pool) -> None:
    share(pool.task.project, bob, "requester")
    client.force_login(bob)
    client.post(verb(pool, "start"))
    assert ProviderCommand.objects.get().actor == bob


def test_who_is_not_logged_in_is_sent_to_the_door(client: Any, pool: Pool) -> None:
    for address in addresses(pool):
        assert client.get(address).status_code == 302


# --- what the other room's pages show -------------------------------------------------------------------------------
@pytest.mark.parametrize(("status", "color", "words"), [("OPEN", "green", "open"), ("CLOSED", "gray", "closed"), ("ARCHIVED", "dark",
    "archived")])
def test_the_pools_dot_has_its_colour_and_its_word(signed_in: Any, project: Any, status: str, color: str, words: str) -> None:
    pool = scene.pool(scene.task(project), status=status)
    page = text_of(signed_in.get(reverse("annotation:task_detail", args=[pool.task_id])))
    assert f'<span class="dot dot-{color}"></span>Toloka: {words}</span>' in page


@pytest.mark.parametrize(("status", "color", "words"), [("ACTIVE", "green", "active"), ("ARCHIVED", "dark", "archived")])
def test_the_projects_dot_has_its_colour_and_its_word(signed_in: Any, project: Any, status: str, color: str, words: str) -> None:
    scene.crowd_project(project, status=status)
    for address in (reverse("annotation:project_list"), reverse("annotation:project_detail", args=[project.pk])):
        assert f'<span class="dot dot-{color}"></span>Toloka: {words}</span>' in text_of(signed_in.get(address))


def test_menu_items_that_cannot_be_used_say_why(signed_in: Any, project: Any) -> None:
    pool = scene.pool(scene.task(project), status="OPEN")
    page = text_of(signed_in.get(reverse("annotation:task_detail", args=[pool.task_id])))
    assert verb(pool, "stop") in page and f'href="{verb(pool, "archive")}"' not in page
    assert "Archive Toloka pool<small>The pool is open. Stop it first.</small>" in page


def test_the_panel_counts_jobs_and_money_and_names_the_next_step(signed_in: Any, project: Any) -> None:
    pool = scene.pool(scene.task(project, jobs=4), status="OPEN")
    first, second, third, _ = pool.task.jobs.all()
    scene.assignment(first, "ACCEPTED")
    waiting = scene.assignment(second, "SUBMITTED")
    scene.assignment(third, "REJECTED")
    page = text_of(signed_in.get(reverse("annotation:task_detail", args=[pool.task_id])))
    panel = page[page.index('id="crowd-pool"'):page.index('id="jobs-title"')]
    assert "1 accepted" in panel and "1 to review" in panel and "1 rejected attempt" in panel
    assert "1 job waits for your review" in panel and reverse("annotation:job_detail", args=[waiting.job_id]) in panel
    assert all(amount in panel for amount in ("$0.20", "$0.05", "$0.10"))


def test_what_has_a_twin_is_not_deleted(signed_in: Any, pool: Pool) -> None:
    for name, key in (("task_delete", pool.task_id), ("project_delete", pool.task.project_id)):
        page = text_of(signed_in.get(reverse(f"annotation:{name}", args=[key])))
        assert "archive it there instead" in page
        signed_in.post(reverse(f"annotation:{name}", args=[key]))
    assert Pool.objects.filter(pk=pool.pk).exists()
