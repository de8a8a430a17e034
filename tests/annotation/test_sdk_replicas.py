"""CVAT's own client, unmodified, where several people do each job."""
from typing import Any

import pytest
from cvat_sdk import models
from cvat_sdk.api_client import exceptions

from annotation.models import Job, Task
from tests.annotation.test_sdk_ground_truth import told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["initial_replicas", "consensus_replicas"])
def test_a_task_with_replicas_from_the_start_is_refused_with_the_way_there_is(sdk: Any, project: Any, name: str) -> None:
    with pytest.raises(exceptions.ApiException) as refusal:
        sdk.tasks.create({"name": "Thrice", "project_id": project.pk, name: 3})
    assert refusal.value.status == 400 and name in told(refusal) and "only where it is given to a crowd" in told(refusal)
    assert not Task.objects.exists()
    assert sdk.tasks.create({"name": "Once", "project_id": project.pk, name: 0}).initial_replicas == 0


def test_jobs_tell_how_many_replicas_they_have_and_replicas_their_parent(sdk: Any, fill: Any) -> None:
    task = fill(count=4, segment_size=2)
    parent, alone = task.jobs.order_by("pk")
    places = [Job.objects.create(task=task, parent_job=parent, type="consensus_replica", start_frame=parent.start_frame,
                                 stop_frame=parent.stop_frame) for _ in range(3)]
    assert [sdk.jobs.retrieve(job.pk).replicas_count for job in (parent, alone, places[0])] == [3, 0, 0]
    listed = {job.id: job for job in sdk.jobs.list()}
    assert {key: (job.replicas_count, job.parent_job_id) for key, job in listed.items()} == {
        parent.pk: (3, None), alone.pk: (0, None), **{place.pk: (0, parent.pk) for place in places}}


def test_cvats_own_merge_and_settings_say_where_they_are_here(sdk: Any, fill: Any) -> None:
    task = fill()
    api = sdk.api_client.consensus_api
    for ask in (lambda: api.create_merge(consensus_merge_create_request=models.ConsensusMergeCreateRequest(task_id=task.pk)),
                lambda: api.list_settings(task_id=task.pk), lambda: api.retrieve_settings(task.pk),
                lambda: api.partial_update_settings(
                    task.pk, patched_consensus_settings_request=models.PatchedConsensusSettingsRequest(iou_threshold=0.5))):
        with pytest.raises(exceptions.NotFoundException) as refusal:
            ask()
        assert "/api/crowdsourcing/task-suites/{id}/merge" in told(refusal)
