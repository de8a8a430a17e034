"""CVAT's own programs, unmodified, against the running application: a data team's script from its login to its backup."""
import http.server
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cvat_sdk import make_client, models
from cvat_sdk.api_client import exceptions
from cvat_sdk.core.proxies.tasks import ResourceType
from PIL import Image

from tests.annotation.pictures import picture
from tests.journeys.conftest import PASSWORD
from tests.stack.app import AppServer
from tests.stack.sandbox import free_port

pytestmark = pytest.mark.journey
LABELS = [
    {"name": "car", "color": "#ff6037", "attributes": [
        {"name": "parked", "mutable": False, "input_type": "checkbox", "values": ["false", "true"], "default_value": "false"},
        {"name": "make", "mutable": True, "input_type": "select", "values": ["other", "Skoda"], "default_value": "other"}]},
    {"name": "night", "type": "tag", "attributes": []}]
SIZES = [(120, 90), (64, 48), (200, 40)]
KINDS: dict[str, list[float]] = {
    "rectangle": [10, 10, 60, 40], "polygon": [1, 1, 50, 2, 20, 40], "polyline": [1, 1, 50, 2], "points": [5, 6],
    "ellipse": [30, 30, 40, 20], "mask": [0, 4, 10, 10, 11, 11]}


@pytest.fixture
def name(app_server: AppServer) -> str:
    made = f"team{free_port()}"
    app_server.create_user(made, PASSWORD)
    return made


@pytest.fixture
def client(app_server: AppServer, name: str) -> Iterator[Any]:
    with make_client(app_server.url, credentials=(name, PASSWORD)) as made:
        made.config.status_check_period = 0.5
        yield made


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / f"{number}.png" for number in range(len(SIZES))]
    for path, (width, height) in zip(made, SIZES, strict=True):
        path.write_bytes(picture(width, height, form="PNG"))
    return made


def pixels(data: Any) -> bytes:
    return Image.open(data).convert("RGB").tobytes()


def shape(label: Any, frame: int, kind: str, **more: Any) -> models.LabeledShapeRequest:
    return models.LabeledShapeRequest(type=kind, frame=frame, label_id=label.id, points=[float(at) for at in KINDS[kind]],
                                      attributes=[], **more)


def test_a_script_of_a_data_team_runs_from_its_login_to_its_backup(
        client: Any, app_server: AppServer, name: str, files: list[Path], tmp_path: Path) -> None:
    assert client.users.retrieve_current_user().username == name
    project = client.projects.create(models.ProjectWriteRequest(name=f"Street {name}", labels=[
        models.PatchedLabelRequest(**label) for label in LABELS]))
    car, night = project.get_labels()
    assert [(one.name, str(one.input_type)) for one in car.attributes] == [("parked", "checkbox"), ("make", "select")]

    task = client.tasks.create_from_data({"name": "Monday", "project_id": project.id, "segment_size": 2}, files)
    for number, path in enumerate(files):
        assert pixels(task.get_frame(number, quality="original")) == pixels(path), "pixel by pixel"
    job, second = sorted(task.get_jobs(), key=lambda one: one.start_frame)
    assert (job.start_frame, job.stop_frame, second.start_frame) == (0, 1, 2)

    job.set_annotations(models.LabeledDataRequest(
        tags=[models.LabeledImageRequest(frame=1, label_id=night.id)], shapes=[shape(car, 0, kind) for kind in KINDS]))
    drawn = job.get_annotations()
    assert {str(one.type): one.points for one in drawn.shapes} == {kind: [float(at) for at in points] for kind, points in KINDS.items()}
    job.update({"stage": "validation", "state": "completed"})
    issue = client.issues.create(models.IssueWriteRequest(job=job.id, frame=0, position=[10.0, 20.0], message="Too wide"))
    assert [one.message for one in issue.get_comments()] == ["Too wide"]
    assert [one.id for one in client.jobs.list(task_id=task.id, stage="validation")] == [job.id]
    wanted = json.dumps({"and": [{"==": [{"var": "task_id"}, task.id]}, {"!": {"==": [{"var": "stage"}, "validation"]}}]})
    assert [one.id for one in client.jobs.list(filter=wanted)] == [second.id]

    for form, member in (("CVAT for images 1.1", "annotations.xml"), ("COCO 1.0", ".json")):
        target = tmp_path / f"{form}.zip"
        task.export_dataset(form, target, include_images=True)
        with zipfile.ZipFile(target) as archive:
            assert any(one.endswith(member) for one in archive.namelist()) and sum(one.endswith(".png") for one in archive.namelist()) == 3
    job.update({"state": "in progress"})
    task.remove_annotations()
    task.import_annotations("CVAT 1.1", tmp_path / "CVAT for images 1.1.zip")
    again = task.get_annotations()
    assert {str(one.type): one.points for one in again.shapes} == {str(one.type): one.points for one in drawn.shapes}
    assert [tag.frame for tag in again.tags] == [1]

    task.download_backup(tmp_path / "backup.zip")
    restored = client.tasks.create_from_backup(tmp_path / "backup.zip")
    assert restored.id != task.id and restored.size == 3
    assert sorted(str(one.type) for one in restored.get_annotations().shapes) == sorted(KINDS)
    assert restored.get_frame(2, quality="original").read() == files[2].read_bytes()


@pytest.fixture
def web(files: list[Path]) -> Iterator[str]:
    """Address of a server that has the files."""
    folder = str(files[0].parent)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any, **names: Any) -> None:
            super().__init__(*arguments, directory=folder, **names)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nothing to say."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_images_come_from_addresses_and_from_the_servers_share(client: Any, app_server: AppServer, files: list[Path], web: str) -> None:
    folder = Path(app_server.environment["SHARE_ROOT"]) / f"street{free_port()}"
    folder.mkdir(parents=True)
    for path in files:
        (folder / path.name).write_bytes(path.read_bytes())
    for kind, places in ((ResourceType.REMOTE, [f"{web}/{path.name}" for path in files]),
                         (ResourceType.SHARE, [f"{folder.name}/{path.name}" for path in files])):
        task = client.tasks.create_from_data({"name": str(kind), "labels": LABELS}, places, resource_type=kind)
        for number, path in enumerate(files):
            assert pixels(task.get_frame(number, quality="original")) == pixels(path)


def test_tokens_and_teams(client: Any, app_server: AppServer, name: str) -> None:
    token, _ = client.api_client.auth_api.create_access_tokens(
        access_token_write_request=models.AccessTokenWriteRequest(name="reader", read_only=True))
    with make_client(app_server.url, access_token=token.value) as reader:
        assert reader.users.retrieve_current_user().username == name
        with pytest.raises(exceptions.ApiException) as refused:
            reader.projects.create({"name": "no"})
        assert refused.value.status == 403

    slug = f"t{free_port()}"
    client.organizations.create(models.OrganizationWriteRequest(slug=slug, name="A team"))
    client.organization_slug = slug
    project = client.projects.create({"name": "The team's"})
    assert [one.id for one in client.projects.list()] == [project.id]
    client.organization_slug = ""
    assert project.id not in [one.id for one in client.projects.list()]
    client.organization_slug = None
    assert project.id in [one.id for one in client.projects.list()]


def test_the_command_line_makes_exports_and_restores_a_task(
        app_server: AppServer, name: str, files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASS", PASSWORD)
    monkeypatch.setenv("HOME", str(tmp_path))
    host, _, port = app_server.url.rpartition(":")

    def cli(*arguments: str) -> str:
        command = [sys.executable, "-m", "cvat_cli", "--auth", name, "--server-host", host, "--server-port", port, "task", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    number = cli("create", "By hand", "--labels", json.dumps(LABELS), "local", *map(str, files)).split()[-1]
    cli("export-dataset", number, str(tmp_path / "out.zip"), "--with-images", "yes")
    cli("import-dataset", number, str(tmp_path / "out.zip"), "--format", "CVAT 1.1")
    cli("backup", number, str(tmp_path / "backup.zip"))
    cli("delete", number)
    cli("create-from-backup", str(tmp_path / "backup.zip"))
    assert [(one["name"], one["size"]) for one in json.loads(cli("ls", "--json"))] == [("By hand", 3)]
