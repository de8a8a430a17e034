"""CVAT's own client, unmodified: guides and their pictures. And who else may see them."""
import io
import uuid
from typing import Any

import pytest
from cvat_sdk import models
from cvat_sdk.api_client import exceptions
from django.core.files.base import ContentFile
from django.test import Client as Browser

from annotation.errors import Refused
from annotation.guides import picture_address, render_guide
from annotation.models import Asset, GuideVersion
from annotation.services import guides, projects
from tests.annotation.filling import stored_files
from tests.annotation.pictures import picture

pytestmark = pytest.mark.django_db


def file_of(content: bytes, name: str = "car.png") -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def test_a_guide_with_a_picture(sdk: Any, fill: Any) -> None:
    project = sdk.projects.create({"name": "Streets", "labels": [{"name": "car"}]})
    assert project.guide_id is None
    guide, _ = sdk.api_client.guides_api.create(annotation_guide_write_request=models.AnnotationGuideWriteRequest(
        project_id=project.id, markdown="# Cars"))
    project.fetch()
    assert (project.guide_id, guide.id, guide.markdown, guide.project_id) == (guide.id, guide.id, "# Cars", project.id)
    content = picture(30, 20, form="PNG")
    asset, _ = sdk.api_client.assets_api.create(guide_id=guide.id, file=file_of(content))
    assert (asset.filename, asset.guide_id, asset.owner.username) == ("car.png", guide.id, "alice")
    text = f"# Cars\n\n![a car](/api/assets/{asset.uuid})"
    sdk.api_client.guides_api.partial_update(
        guide.id, patched_annotation_guide_write_request=models.PatchedAnnotationGuideWriteRequest(markdown=text))
    again, _ = sdk.api_client.guides_api.retrieve(guide.id)
    assert again.markdown == text
    _, answer = sdk.api_client.assets_api.retrieve(asset.uuid, _parse_response=False)
    assert (answer.data, answer.headers["Content-Type"]) == (content, "image/png")
    with pytest.raises(exceptions.ApiException) as refused:
        sdk.api_client.assets_api.destroy(asset.uuid)
    assert refused.value.status == 409
    sdk.api_client.guides_api.destroy(guide.id)
    sdk.api_client.assets_api.destroy(asset.uuid)
    assert stored_files("guides") == [] and not Asset.objects.exists()
    # A task shares its project's guide.
    task = sdk.tasks.retrieve(fill(count=1).pk)
    assert (task.guide_id, task.get_jobs()[0].guide_id) == (task.project_id, task.project_id)


def test_each_change_of_the_text_is_a_version(alice: Any, project: Any) -> None:
    def versions() -> list[tuple[int, str]]:
        return list(GuideVersion.objects.filter(project=project).values_list("number", "markdown"))

    assert versions() == [(1, "# Boxes")]
    projects.update_project(actor=alice, project=project, guide="# Boxes", name="Roads")
    projects.update_project(actor=alice, project=project, guide="# Masks")
    projects.update_project(actor=alice, project=project, guide="")
    assert versions() == [(1, "# Boxes"), (2, "# Masks"), (3, "")]
    guides.restore_version(actor=alice, project=project, number=1)
    guides.restore_version(actor=alice, project=project, number=4)
    project.refresh_from_db()
    assert (project.guide, versions()[3:]) == ("# Boxes", [(4, "# Boxes")])


def test_guides_that_cannot_be_written(client: Browser, alice: Any, bob: Any, project: Any) -> None:
    client.force_login(alice)

    def post(**body: Any) -> tuple[int, Any]:
        answer = client.post("/api/guides", body, content_type="application/json")
        return answer.status_code, answer.json()

    assert post(project_id=project.pk, markdown="x")[1]["code"] == "has_guide"
    assert post(markdown="x")[0] == post(project_id=1, task_id=2)[0] == 400
    assert post(project_id=2**40)[0] == post(task_id=2**40)[0] == 404
    assert client.patch(f"/api/guides/{project.pk}", {"markdown": "x" * 64_001}, content_type="application/json").status_code == 400
    client.force_login(bob)
    assert client.get(f"/api/guides/{project.pk}").status_code == 404


@pytest.mark.parametrize(("name", "content", "word"), [
    ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a whole"), ("x.png", b"", "empty"),
    ("x.png", picture(20, 20, form="PNG")[:80], "not a whole"), ("x.png", picture(20, 20, form="TIFF"), "not a whole"),
    ("x.html", b"<script>alert(1)</script>", "not a whole")], ids=["svg", "empty", "half", "tiff", "html"])
def test_only_whole_pictures_become_assets(client: Browser, alice: Any, project: Any, name: str, content: bytes, word: str) -> None:
    client.force_login(alice)
    answer = client.post("/api/assets", {"guide_id": project.pk, "file": ContentFile(content, name=name)})
    assert answer.status_code == 400 and word in answer.json()["file"][0]
    assert stored_files("guides") == []


def test_limits_of_assets(alice: Any, stranger: Any, project: Any, settings: Any) -> None:
    content = picture(20, 20)
    settings.ASSET_MAX_COUNT = 1
    guides.add_asset(actor=alice, project=project, file=ContentFile(content, name="a.jpg"))
    with pytest.raises(Refused, match="1 pictures already"):
        guides.add_asset(actor=alice, project=project, file=ContentFile(content, name="b.jpg"))
    assert len(stored_files("guides")) == 1
    with pytest.raises(Refused, match="does not allow changes"):
        guides.add_asset(actor=stranger, project=project, file=ContentFile(content, name="c.jpg"))


def test_whoever_reads_the_guide_sees_its_pictures_and_no_others(client: Browser, alice: Any, bob: Any, project: Any) -> None:
    content = picture(20, 20, form="PNG")
    asset = guides.add_asset(actor=alice, project=project, file=ContentFile(content, name="a.png"))
    text = f"![a](/api/assets/{asset.pk})"
    assert "src=" not in render_guide(text)
    address = picture_address(project.pk, asset.pk)
    assert f'src="{address}"' in render_guide(text, project.pk)
    assert f'src="https://here.example{address}"' in render_guide(text, project.pk, "https://here.example")
    # Without cookies, as annotators of a crowd come.
    shown = client.get(address)
    assert (shown.status_code, b"".join(shown.streaming_content), shown.headers["Content-Type"]) == (200, content, "image/png")
    assert "sandbox" in shown.headers["Content-Security-Policy"] and shown.headers["X-Content-Type-Options"] == "nosniff"
    other = projects.create_project(actor=bob, name="Other")
    forged = [picture_address(other.pk, asset.pk), picture_address(project.pk, uuid.uuid4()), address[:-1], "/guides/pictures/x"]
    assert [client.get(one).status_code for one in forged] == [404] * 4
    client.force_login(bob)
    assert client.get(f"/api/assets/{asset.pk}").status_code == 404
    client.force_login(alice)
    assert client.get(f"/api/assets/{asset.pk}").status_code == 200
