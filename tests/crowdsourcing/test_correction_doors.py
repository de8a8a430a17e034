"""Fix and accept over pages and REST."""
from typing import Any

import pytest

from annotation.models import Correction, Snapshot
from annotation.services import shapes
from crowdsourcing.models import Assignment, ProviderCommand
from crowdsourcing.services import corrections
from tests.crowdsourcing.crowd import Crowd
from tests.crowdsourcing.test_corrections import at, car, fixing, reviewer, waiting

__all__ = ["waiting"]
pytestmark = [pytest.mark.services, pytest.mark.django_db]


def page(signed_in: Any, assignment: Assignment) -> str:
    return signed_in.get(f"/jobs/{assignment.job_id}").content.decode()


def test_fix_opens_the_editor_and_the_bar_leads_on(signed_in: Any, waiting: Assignment, django_assert_max_num_queries: Any) -> None:
    job, address = waiting.job_id, f"/assignments/{waiting.pk}/fix"
    assert f'action="{address}"' in page(signed_in, waiting)
    opened = signed_in.post(address)
    assert opened.url == f"/jobs/{job}/editor?mode=correction"
    editor_page = signed_in.get(opened.url).content.decode()
    assert f'data-job-key="correction-{Correction.objects.get().pk}"' in editor_page
    token = editor_page.split('data-token="')[1].split('"')[0]
    headers = {"Authorization": f"Editor {token}"}
    work = signed_in.get("/api/editor/job", headers=headers).json()
    assert work["context"]["mode"] == "correction" and not work["context"]["can_submit"] and not work["job"]["read_only"]
    shape = {**work["annotations"]["frames"]["0"]["shapes"][0], "points": [100, 10, 150, 60]}
    saved = signed_in.patch("/api/editor/annotations", {"revision": 0, "frames": {"0": {"shapes": [shape]}}}, "application/json",
                          headers=headers)
    assert saved.json() == {"revision": 1}
    bar = page(signed_in, waiting)
    assert "You are fixing this work." in bar and "1 frame changed" in bar and f'href="{address}/accept"' in bar
    assert f'href="/assignments/{waiting.pk}/accept"' not in bar, "one way to accept at a time"
    # One more than of other versions: a draft is what is on the job, and what was changed over it.
    with django_assert_max_num_queries(11):
        compared = signed_in.get(f"/jobs/{job}/compare?a={waiting.snapshot_id}&b=correction").content.decode()
    assert "Correction, not kept yet" in compared and "moved" in compared


def test_the_dialogs_say_what_follows_and_do_it_once(signed_in: Any, crowd: Crowd, waiting: Assignment) -> None:
    fixing(crowd, waiting, crowd.owner)
    address = f"/assignments/{waiting.pk}/fix"
    assert "charged <strong>$0.05</strong>" in signed_in.get(f"{address}/accept").content.decode()
    assert signed_in.post(f"{address}/accept", {"comment": "x" * 3000}).status_code == 422
    assert signed_in.post(f"{address}/accept", {"comment": "Fine."}).status_code == 302
    again = signed_in.post(f"{address}/accept", {"comment": "Fine."})
    assert again.status_code == 422 and "still on its way" in again.content.decode()
    assert ProviderCommand.objects.filter(kind="accept_assignment").count() == 1 == Snapshot.objects.filter(reason="corrected").count()
    crowd.deliver_all()
    shown = page(signed_in, waiting)
    assert "Corrected by alice" in shown and "Exports hold the corrected version." in shown and ">Corrected</dt>" in shown


def test_keep_and_throw_away_on_the_page(signed_in: Any, crowd: Crowd, waiting: Assignment) -> None:
    address = f"/assignments/{waiting.pk}/fix"
    assert "Nobody is fixing this job" in signed_in.post(f"{address}/keep", follow=True).content.decode()
    fixing(crowd, waiting, crowd.owner)
    assert "The correction is kept" in signed_in.post(f"{address}/keep", follow=True).content.decode()
    assert signed_in.get(f"{address}/keep").status_code == 405
    assert "counts again" in signed_in.get(f"{address}/throw-away").content.decode() and at(shapes.frames_of(job=crowd.job())) == [100]
    assert "thrown away" in signed_in.post(f"{address}/throw-away", follow=True).content.decode()
    assert at(shapes.frames_of(job=crowd.job())) == [10]


def test_a_colleague_is_named_and_asked_before_one_takes_over(client: Any, crowd: Crowd, waiting: Assignment) -> None:
    fixing(crowd, waiting, crowd.owner)
    client.force_login(reviewer(crowd))
    shown, address = page(client, waiting), f"/assignments/{waiting.pk}/fix"
    assert "alice is fixing this work." in shown and f'href="{address}"' in shown and f'action="{address}/keep"' not in shown
    assert "alice is fixing this job" in client.post(address, follow=True).content.decode()
    assert 'name="take_over"' in client.get(address).content.decode()
    assert client.post(address, {"take_over": "yes"}).url.endswith("mode=correction")
    assert Correction.objects.get().owner.get_username() == "rita"  # type: ignore[union-attr]


def test_strangers_get_404_everywhere(client: Any, waiting: Assignment, stranger: Any) -> None:
    client.force_login(stranger)
    for end in ("", "/keep", "/accept", "/throw-away"):
        assert client.post(f"/assignments/{waiting.pk}/fix{end}").status_code == 404
        assert client.post(f"/api/crowdsourcing/assignments/{waiting.pk}/fix{end}").status_code == 404
    assert client.get(f"/jobs/{waiting.job_id}/editor?mode=correction").status_code == 404
    assert not Correction.objects.exists()


def test_rest_fixes_keeps_and_says_which_version_counts(signed_in: Any, crowd: Crowd, waiting: Assignment) -> None:
    base = f"/api/crowdsourcing/assignments/{waiting.pk}"
    opened = signed_in.post(f"{base}/fix")
    assert opened.status_code == 201 and opened.json()["revision"] == 0
    headers = {"Authorization": f"Editor {opened.json()['token']}"}
    body = {"revision": 0, "frames": {"0": {"shapes": [car(crowd, 100)]}}}
    assert signed_in.patch("/api/editor/annotations", body, "application/json", headers=headers).json() == {"revision": 1}
    assert signed_in.get(base).json()["correction"] is None
    kept = signed_in.post(f"{base}/fix/keep").json()["snapshot"]
    assert signed_in.post(f"{base}/fix/keep").json() == {"snapshot": kept}
    for answer in (signed_in.get(base).json(), signed_in.get(f"/api/jobs/{crowd.job().pk}").json()):
        assert (answer["correction"]["snapshot"], answer["correction"]["author"]) == (kept, "alice")
    listed = signed_in.get(f"/api/jobs/{crowd.job().pk}/snapshots").json()["results"]
    assert [(one["reason"], one["author"]) for one in listed] == [("corrected", "alice"), ("submitted", None)]
    late = signed_in.patch("/api/editor/annotations", {**body, "revision": 1}, "application/json", headers=headers)
    assert late.status_code == 409 and late.json()["code"] == "read_only"
    assert signed_in.post(f"{base}/fix/throw-away").status_code == 204
    assert signed_in.get(base).json()["correction"] is None


def test_rest_refuses_with_409_and_accepts_with_202(signed_in: Any, crowd: Crowd, waiting: Assignment) -> None:
    base = f"/api/crowdsourcing/assignments/{waiting.pk}/fix"
    corrections.begin_fix(actor=reviewer(crowd), assignment=waiting)
    refused = signed_in.post(base)
    assert refused.status_code == 409 and refused.json()["code"] == "being_corrected" and "rita" in refused.json()["detail"]
    assert signed_in.post(base, {"take_over": "perhaps"}, "application/json").status_code == 400
    assert signed_in.post(base, {"take_over": True}, "application/json").status_code == 201
    asked = signed_in.post(f"{base}/accept", {"comment": "Fine."}, "application/json")
    assert asked.status_code == 202 and asked.json()["kind"] == "accept_assignment"
    busy = signed_in.post(base)
    assert busy.status_code == 409 and busy.json()["code"] == "busy"


def test_the_bar_links_to_the_earlier_attempt_and_the_ground_truth(signed_in: Any, crowd: Crowd, waiting: Assignment) -> None:
    from annotation.models import ImportedFrame
    from crowdsourcing.services import assignments
    from tests.crowdsourcing.test_corrections import submitted

    assert "Compare with" not in page(signed_in, waiting)
    ImportedFrame.objects.create(task=crowd.task, kind="ground truth", frame=0)
    crowd.reject(waiting)
    crowd.deliver(assignments.reissue_job(actor=crowd.owner, task_suite=crowd.suite()))
    second = submitted(crowd, "boris")
    shown, compare = page(signed_in, second), f"/jobs/{crowd.job().pk}/compare"
    for first in (waiting.snapshot_id, "ground-truth"):
        assert f'href="{compare}?a={first}&amp;b={second.snapshot_id}"' in shown
