"""The server's share: listing, taking, and everything that tries to lead out of it."""
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from rest_framework.test import APIClient

from annotation import runner
from annotation.ingest import share
from annotation.models import Frame, Project, Task
from annotation.services import tasks
from tests.annotation.filling import stored_files
from tests.annotation.pictures import picture, zipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(tmp_path: Path, settings: Any) -> Path:
    """a/1.png a/2.png a/deep/3.png a/notes.txt b.zip secret.png outside it."""
    folder = tmp_path / "share"
    (folder / "a" / "deep").mkdir(parents=True)
    for name in ("a/1.png", "a/2.png", "a/deep/3.png"):
        (folder / name).write_bytes(picture(form="PNG", width=30 + len(name)))
    (folder / "a" / "notes.txt").write_text("no picture")
    (folder / "b.zip").write_bytes(zipped({"z.png": picture(form="PNG")}))
    (folder / ".hidden.png").write_bytes(picture())
    (tmp_path / "secret.png").write_bytes(picture())
    (tmp_path / "share-beside").mkdir()
    (tmp_path / "share-beside" / "x.png").write_bytes(picture())
    (folder / "out.png").symlink_to(tmp_path / "secret.png")
    (folder / "up").symlink_to(tmp_path)
    (folder / "a" / "loop").symlink_to(folder)
    (folder / "inner.png").symlink_to(folder / "a" / "1.png")
    os.mkfifo(folder / "pipe.png")
    settings.SHARE_ROOT = str(folder)
    return folder


@pytest.fixture
def task(alice: Any, project: Project) -> Task:
    return tasks.create_task(actor=alice, project=project, name="Shared")


def taken(alice: Any, task: Task, names: list[str], **arguments: Any) -> list[str]:
    request = tasks.start_ingest(actor=alice, task=task, server_files=names, **arguments)
    runner.run(str(request.pk))
    request.refresh_from_db()
    assert request.status == "finished", (request.message, request.errors)
    return list(Frame.objects.order_by("number").values_list("name", flat=True))


def test_folders_are_listed_without_what_leads_out(alice: Any, root: Path) -> None:
    client = APIClient()
    assert client.get("/api/server/share").status_code == 401
    client.force_authenticate(alice)
    assert client.get("/api/server/share").json() == [
        {"name": "a", "type": "DIR", "mime_type": "DIR"}, {"name": "b.zip", "type": "REG", "mime_type": "archive"},
        {"name": "inner.png", "type": "REG", "mime_type": "image"}]
    names = [row["name"] for row in client.get("/api/server/share?directory=/a/").json()]
    assert names == ["deep", "loop", "1.png", "2.png", "notes.txt"]
    assert [row["name"] for row in client.get("/api/server/share?directory=a&search=2").json()] == ["2.png"]
    for nowhere in ("up", "up/share-beside", "../share-beside", "a/../../", "a/1.png", "none", "a\0"):
        answer = client.get("/api/server/share", {"directory": nowhere})
        assert answer.status_code == 400 and "not a folder" in answer.json()["directory"][0], nowhere


def test_without_a_share_nothing_is_listed_and_nothing_taken(alice: Any, task: Task, settings: Any) -> None:
    settings.SHARE_ROOT = ""
    client = APIClient()
    client.force_authenticate(alice)
    assert client.get("/api/server/share").json() == []
    answer = client.post(f"/api/tasks/{task.pk}/data/", {"server_files": ["/"]}, format="json")
    assert answer.status_code == 400 and "no share" in answer.json()["server_files"][0]


@pytest.mark.parametrize(("names", "exclude", "expected"), [
    (["a/"], [], ["a/1.png", "a/2.png", "a/deep/3.png"]), (["a"], ["a/deep/"], ["a/1.png", "a/2.png"]),
    (["a/2.png", "a/1.png"], [], ["a/1.png", "a/2.png"]), (["/"], ["a"], ["inner.png", "z.png"]),
    (["a/", "a/1.png"], ["a/1.png"], ["a/2.png", "a/deep/3.png"]), (["/a/1.png"], [], ["a/1.png"])])
def test_files_and_folders_are_taken(alice: Any, root: Path, task: Task, names: list[str], exclude: list[str], expected: list[str]) -> None:
    assert sorted(taken(alice, task, names, server_files_exclude=exclude)) == expected
    task.refresh_from_db()
    assert task.origin == {"storage": "share"}


def test_bytes_are_copied_and_the_share_stays_as_it_is(alice: Any, root: Path, task: Task) -> None:
    taken(alice, task, ["a/1.png"])
    (root / "a" / "1.png").write_bytes(b"changed")
    assert Frame.objects.get().original.read() == picture(form="PNG", width=37)


@pytest.mark.parametrize("name", ["out.png", "up/secret.png", "../secret.png", "a/../../secret.png", "none.png", "../share-beside/"])
def test_what_is_not_on_the_share_is_refused_by_name(alice: Any, root: Path, task: Task, name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        tasks.start_ingest(actor=alice, task=task, server_files=[name])
    assert name in refused.value.message_dict["server_files"][0]


def test_a_file_that_became_a_link_or_a_pipe_meanwhile_is_not_followed(alice: Any, root: Path, task: Task) -> None:
    request = tasks.start_ingest(actor=alice, task=task, server_files=["a/1.png", "a/2.png"])
    (root / "a" / "1.png").unlink()
    (root / "a" / "1.png").symlink_to(root.parent / "secret.png")
    (root / "a" / "2.png").unlink()
    os.mkfifo(root / "a" / "2.png")
    runner.run(str(request.pk))
    request.refresh_from_db()
    assert request.status == "failed" and len(request.errors) == 2
    assert all("not on the server's share" in sentence for sentence in request.errors)
    assert stored_files() == []


def test_too_many_files_are_not_walked_to_the_end(root: Path) -> None:
    assert len(share.files_of(["/"], [], 1)) == 2


def test_a_pattern_picks(alice: Any, root: Path, task: Task) -> None:
    from annotation.ingest.options import Options

    assert taken(alice, task, ["/"], options=Options(filename_pattern="*/deep/*")) == ["a/deep/3.png"]
