"""The quick ways of the API say what the slow ones say."""
import json
import subprocess
import sys
from typing import Any

import pytest
from django.core.paginator import EmptyPage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIRequestFactory

from annotation import reach, rows, selectors
from annotation.api.base import ApiView
from annotation.api.json import JSONRenderer
from annotation.api.negotiation import LONGEST, Negotiation
from annotation.api.pagination import ShortPaginator
from annotation.api.serializers.projects import LabelSerializer
from annotation.api.serializers.tasks import JobSerializer
from annotation.api.views.tasks import JobView
from annotation.models import Frame, Issue, Job, Organization, OrganizationMember, ProjectMember
from annotation.shapes import Vocabulary

pytestmark = pytest.mark.django_db


def test_a_job_of_a_list_is_what_its_serializer_says(alice: Any, fill: Any) -> None:
    task = fill(count=6, segment_size=2)
    first, second, _ = task.jobs.all()
    Job.objects.filter(pk=first.pk).update(stage="acceptance", state="completed", assignee=alice)
    Job.objects.filter(pk=second.pk).update(stage="validation", updated_date=timezone.now().replace(microsecond=0))
    Issue.objects.create(job=first, frame=0, position=[1, 1], owner=alice)
    request = APIRequestFactory().get("/api/jobs")
    request.user = alice
    view = JobView(action="list", request=request)
    for zone in ("UTC", "Asia/Tokyo"):
        with timezone.override(zone):
            for job in view.get_queryset():
                serializer = JobSerializer(context={"request": request})
                assert serializer.plain(job) == dict(ModelSerializer.to_representation(serializer, job))
                assert list(JobSerializer.Meta.fields) == [name for name in JobSerializer.Meta.fields if name in serializer.plain(job)]


def test_the_labels_of_a_list_are_what_their_serializer_says(alice: Any, fill: Any, django_assert_num_queries: Any) -> None:
    project = fill().project
    labels = list(project.labels.all())
    with django_assert_num_queries(1):
        rows = LabelSerializer(labels, many=True).data
    assert rows == [json.loads(json.dumps(LabelSerializer(label).data)) for label in labels] and any(row["attributes"] for row in rows)


def test_labels_of_a_job_are_told_to_who_sees_the_job(alice: Any, stranger: Any, fill: Any) -> None:
    def login(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    job = fill().jobs.get()
    assert login(alice).get(f"/api/labels?job_id={job.pk}").json()["count"] == job.task.project.labels.count()
    assert login(alice).get(f"/api/labels?job_id={job.pk}&name=nothing").json()["count"] == 0
    for nobodys in (job.pk + 1, 2**70):
        assert login(alice).get(f"/api/labels?job_id={nobodys}").json()["results"] == []
    assert login(stranger).get(f"/api/labels?job_id={job.pk}").json()["results"] == []


@pytest.mark.parametrize(("size", "page", "shown", "queries"), [(10, 1, 3, 1), (3, 1, 3, 1), (2, 1, 2, 2), (2, 2, 1, 2)])
def test_a_page_counts_only_where_it_must(
        alice: Any, fill: Any, django_assert_num_queries: Any, size: int, page: int, shown: int, queries: int) -> None:
    jobs = fill(count=6, segment_size=2).jobs.all()
    with django_assert_num_queries(queries):
        given = ShortPaginator(jobs, size).page(page)
        assert len(list(given)) == shown and given.paginator.count == 3
        assert (given.has_previous(), given.has_next()) == (page > 1, page * size < 3)
    with pytest.raises(EmptyPage):
        ShortPaginator(jobs, size).page(9)


def test_an_empty_list_has_one_empty_page(alice: Any) -> None:
    given = ShortPaginator(Job.objects.none(), 10).page(1)
    assert list(given) == [] and given.paginator.count == 0 and not given.has_next()


def test_who_is_alone_sees_the_same_list_as_by_all_the_rules(alice: Any, bob: Any, stranger: Any, ada: Any, fill: Any) -> None:
    job = fill().jobs.get()
    for user in (alice, bob, stranger, ada):
        for given, rules in ((False, selectors.jobs_for), (True, selectors.jobs_open_to)):
            assert list(reach.jobs_seen(user, given=given)) == list(rules(user))
    ProjectMember.objects.create(project=job.task.project, user=bob, role="reviewer")
    assert list(reach.jobs_seen(bob, given=False)) == [job]
    alice.is_active = False
    assert not reach.jobs_seen(alice, given=True).exists()


def test_who_sees_a_job_at_once_sees_it_in_the_list(
        alice: Any, bob: Any, rita: Any, ada: Any, stranger: Any, fill: Any, django_assert_num_queries: Any) -> None:
    task = fill()
    job = task.jobs.get()
    ProjectMember.objects.create(project=task.project, user=rita, role="reviewer")
    for user, sees in ((alice, True), (rita, True), (ada, True), (bob, False), (stranger, False)):
        for given in (False, True):
            assert (reach.job_seen(user, job.pk, given=given) == job) is sees, user
        assert (reach.task_seen(user, task.pk) == task) is sees, user
    with django_assert_num_queries(1):
        seen = reach.job_seen(alice, job.pk, given=False)
        assert seen is not None and (seen.task.project.owner_id, seen.task.name) == (alice.pk, "Monday")
    assert reach.job_seen(ada, 2**70, given=True) is reach.task_seen(ada, 2**70) is None
    # Its owner has left the organization that the project is in.
    team = Organization.objects.create(slug="team", owner=bob)
    task.project.organization = team
    task.project.save()
    assert reach.job_seen(alice, job.pk, given=True) is None and reach.task_seen(alice, task.pk) is None
    OrganizationMember.objects.create(organization=team, user=stranger, role="worker")
    Job.objects.filter(pk=job.pk).update(assignee=stranger)
    assert reach.job_seen(stranger, job.pk, given=True) == job and reach.job_seen(stranger, job.pk, given=False) is None
    alice.is_active = False
    assert reach.job_seen(alice, job.pk, given=True) is None


def test_a_save_answers_what_is_there_then(alice: Any, fill: Any) -> None:
    job = fill().jobs.get()
    client = Client()
    client.force_login(alice)
    label = job.task.project.labels.first()
    path = f"/api/jobs/{job.pk}/annotations/"
    shapes = [{"type": "rectangle", "frame": number % 3, "label_id": label.pk, "points": [1, 2.5, 30.125, 40], "rotation": 0,
               "attributes": [{"spec_id": label.attributes.get(name="doors").pk, "value": "3"}]} for number in range(5)]
    shapes.append({"type": "ellipse", "frame": 2, "label_id": label.pk, "points": [50, 40, 60, 30], "rotation": 30.5, "attributes": []})
    tags = [{"frame": 1, "label_id": project_label.pk} for project_label in job.task.project.labels.filter(name="night")]

    def sent(method: str, query: str, body: dict[str, Any]) -> Any:
        answer = getattr(client, method)(f"{path}{query}", body, content_type="application/json")
        assert answer.status_code == 200, answer.content
        return answer.json()

    assert sent("put", "", {"shapes": shapes, "tags": tags}) == client.get(path).json()
    made = sent("patch", "?action=create", {"shapes": shapes[:1]})
    assert [shape["id"] for shape in made["shapes"]] == [8]
    there = client.get(path).json()
    assert made["shapes"][0] in there["shapes"] and made["version"] == there["version"]
    assert sent("put", "", {"shapes": there["shapes"][1:], "tags": []}) == client.get(path).json()
    assert sent("put", "", {"shapes": [], "tags": []})["shapes"] == client.get(path).json()["shapes"] == []


def test_what_decides_whether_a_shape_fits_is_read_at_once(alice: Any, project: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        vocabulary = Vocabulary.of_project(project.pk)
    for label in project.labels.prefetch_related("attributes"):
        assert (vocabulary.labels[label.pk].name, vocabulary.labels[label.pk].type) == (label.name, label.type)
        assert {a.pk: (a.name, a.input_type, a.values) for a in label.attributes.all()} == {
            key: (a.name, a.input_type, a.values) for key, a in vocabulary.attributes[label.pk].items()}


@pytest.mark.parametrize("accept", [
    None, "*/*", "application/json", "application/vnd.cvat+json; version=2.0", "application/*;q=0.5", "text/html,application/json;q=0.9",
    "text/csv", "", f"text/csv,{' ' * LONGEST}application/json"])
def test_who_is_answered_how_is_remembered_and_not_changed(accept: str | None) -> None:
    def chosen(negotiation: Any) -> Any:
        asked = Request(APIRequestFactory().get("/api/jobs", headers={} if accept is None else {"accept": accept}))
        try:
            renderer, media_type = negotiation.select_renderer(asked, [kind() for kind in ApiView.renderer_classes])
        except NotAcceptable:
            return None
        return type(renderer), media_type

    for _ in range(2):
        assert chosen(Negotiation()) == chosen(DefaultContentNegotiation())
    assert (chosen(Negotiation()) is None) is (accept in ("text/csv", ""))


def test_names_of_an_answer_may_be_numbers() -> None:
    assert JSONRenderer().render({"jobs": {7: timezone.now().date(), "a": None}}).startswith(b'{"jobs":{"7":"2')
    assert JSONRenderer().render(None) == b""
    with pytest.raises(TypeError):
        JSONRenderer().render({"what": object()})


def test_rows_that_are_copied_in_are_what_the_instances_hold(fill: Any) -> None:
    task = fill(count=1)
    known = {"task": task, "width": 3, "height": 4, "media_type": "image/png", "byte_size": 2**40, "sha256": "", "thumbnail": "t"}
    names = ["a\tb\\.\n", "\\N", "\\.", "„ü\u2028\U0001f600“\r", "'\"%s{}"]
    frames = [Frame(number=number, name=name, original=f"tasks/{name}", needs_work_copy=number % 2 == 0,
                    honeypot_of=None if number % 2 else 0, **known) for number, name in enumerate(names, 1)]
    assert frames[0].original.name  # a file's object by now
    rows.insert(frames)
    rows.insert([])
    fields = [field.attname for field in Frame._meta.concrete_fields if not field.primary_key]
    assert list(Frame.objects.filter(task=task, number__gt=0).order_by("number").values_list(*fields)) == [
        tuple(str(value) if name == "original" else value for name, value in ((name, vars(frame)[name]) for name in fields))
        for frame in frames]


@pytest.mark.parametrize("guide", ["", "# Draw"])
def test_a_guide_is_not_read_to_tell_of_a_job(alice: Any, fill: Any, guide: str) -> None:
    job = fill().jobs.get()
    job.task.project.guide = guide
    job.task.project.save()
    client = Client()
    client.force_login(alice)
    with CaptureQueriesContext(connection) as asked:
        told = client.get(f"/api/jobs/{job.pk}").json()
        assert client.get(f"/api/jobs/{job.pk}/annotations/").status_code == 200
    assert told["guide_id"] == (job.task.project_id if guide else None)
    assert not [query for query in asked if '"guide"' in query["sql"]]


def test_the_collector_leaves_alone_what_a_server_loaded_at_its_start() -> None:
    told = ("import gc, cvatoloka.wsgi; from annotation.api import urls; gc.collect();"
            "print(gc.get_freeze_count() > 50_000, len(gc.get_objects()) < 10_000)")
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, timeout=120)
    assert ran.stdout.split() == ["True", "True"], ran.stderr
