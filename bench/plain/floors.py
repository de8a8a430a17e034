"""Plain views that do just the work of an API door: raw SQL, orjson, a file. No login, no permission, no check, no middleware."""
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone
from psycopg2.extras import Json, execute_values

_PAGE = """
    SELECT j.id, j.task_id, t.name, t.project_id, p.name, j.stage, j.state, j.start_frame, j.stop_frame, j.revision, j.created_date,
           j.updated_date, u.id, u.username, u.first_name, u.last_name,
           (SELECT count(*) FROM annotation_issue i WHERE i.job_id = j.id)
    FROM annotation_job j JOIN annotation_task t ON t.id = j.task_id JOIN annotation_project p ON p.id = t.project_id
    LEFT JOIN auth_user u ON u.id = j.assignee_id
    WHERE p.owner_id = %s ORDER BY j.task_id, j.start_frame, j.id LIMIT %s OFFSET %s"""
_COUNT = """
    SELECT count(*) FROM annotation_job j JOIN annotation_task t ON t.id = j.task_id JOIN annotation_project p ON p.id = t.project_id
    WHERE p.owner_id = %s"""
_FRAMES = "SELECT frame, shapes::text, tags::text FROM annotation_frameannotation WHERE job_id = %s ORDER BY frame"
_UPSERT = """
    INSERT INTO annotation_frameannotation (job_id, frame, shapes, tags, nothing_here, starting_point, updated_date) VALUES %s
    ON CONFLICT (job_id, frame) DO UPDATE SET shapes = EXCLUDED.shapes, tags = EXCLUDED.tags, updated_date = EXCLUDED.updated_date"""


def _answer(data: Any) -> HttpResponse:
    return HttpResponse(orjson.dumps(data), content_type="application/json")


def job_page(request: HttpRequest) -> HttpResponse:
    """A page of the owner's jobs, with their number."""
    page, size, owner = (int(request.GET[name]) for name in ("page", "page_size", "owner"))
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [owner])
        count = cursor.fetchone()[0]
        cursor.execute(_PAGE, [owner, size, (page - 1) * size])
        rows = cursor.fetchall()
    return _answer({"count": count, "next": None, "previous": None, "results": [_job(row) for row in rows]})


def _job(row: tuple[Any, ...]) -> dict[str, Any]:
    key, task, task_name, project, project_name, stage, state, start, stop, revision, created, updated, *person, issues = row
    return {"id": key, "url": f"/api/jobs/{key}", "task_id": task, "task_name": task_name, "project_id": project,
            "project_name": project_name, "stage": stage, "state": state, "start_frame": start,
            "stop_frame": stop, "frame_count": stop - start + 1,
            "revision": revision,
            "created_date": created, "updated_date": updated, "issues": {"count": issues, "url": f"/api/issues?job_id={key}"},
            "labels": {"url": f"/api/labels?job_id={key}"},
            "assignee": dict(zip(("id", "username", "first_name", "last_name"), person, strict=True)) if person[0] else None}


def annotations(request: HttpRequest, job: int) -> HttpResponse:
    """Get or save everything on a job."""
    return _save(request, job) if request.method == "PUT" else _answer(_stored(job))


def _stored(job: int) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(_FRAMES, [job])
        rows = cursor.fetchall()
    shapes, tags = [], []
    for frame, found, marks in rows:
        shapes += [{**shape, "frame": frame} for shape in orjson.loads(found)]
        tags += [{**tag, "frame": frame} for tag in orjson.loads(marks)]
    return {"version": 0, "shapes": shapes, "tags": tags, "tracks": []}


def _save(request: HttpRequest, job: int) -> HttpResponse:
    data, frames, now = orjson.loads(request.body), {}, timezone.now()
    for number, shape in enumerate(data["shapes"], 1):
        frames.setdefault(shape.pop("frame"), []).append({**shape, "id": number})
    rows = [(job, frame, Json(shapes, dumps=_text), Json([], dumps=_text), False, False, now) for frame, shapes in frames.items()]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT revision FROM annotation_job WHERE id = %s FOR UPDATE", [job])
        cursor.execute("DELETE FROM annotation_frameannotation WHERE job_id = %s AND NOT frame = ANY(%s)", [job, list(frames)])
        execute_values(cursor.cursor, _UPSERT, rows)
        cursor.execute("UPDATE annotation_job SET revision = revision + 1, updated_date = %s WHERE id = %s", [now, job])
    return _answer({"version": 1, "shapes": [{**shape, "frame": frame} for frame, found in frames.items() for shape in found], "tags": []})


def _text(value: Any) -> str:
    return orjson.dumps(value).decode()


def frame(request: HttpRequest, job: int, number: int) -> FileResponse:
    """The file of one frame."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT f.original, f.media_type FROM annotation_frame f JOIN annotation_job j ON j.task_id = f.task_id "
                       "WHERE j.id = %s AND f.number = %s", [job, number])
        name, media_type = cursor.fetchone()
    return FileResponse((Path(settings.MEDIA_ROOT) / name).open("rb"), content_type=media_type)


def one_job(request: HttpRequest, job: int) -> HttpResponse:
    """A job by its number."""
    with connection.cursor() as cursor:
        cursor.execute(_PAGE.replace("p.owner_id = %s", "j.id = %s"), [job, 1, 0])
        return _answer(_job(cursor.fetchone()))


def labels(request: HttpRequest, job: int) -> HttpResponse:
    """Labels with their attributes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT l.id, l.name, l.color, l.type FROM annotation_label l JOIN annotation_task t ON t.project_id = l.project_id "
                       "JOIN annotation_job j ON j.task_id = t.id WHERE j.id = %s ORDER BY l.position", [job])
        found = [dict(zip(("id", "name", "color", "type"), row, strict=True)) for row in cursor.fetchall()]
        cursor.execute("SELECT label_id, id, name, input_type, values::text FROM annotation_attribute WHERE label_id = ANY(%s)",
                       [[label["id"] for label in found]])
        attributes = cursor.fetchall()
    for label in found:
        label["attributes"] = [{"id": a[1], "name": a[2], "input_type": a[3], "values": orjson.loads(a[4])} for a in attributes
                               if a[0] == label["id"]]
    return _answer({"count": len(found), "results": found})


def meta(request: HttpRequest, job: int) -> HttpResponse:
    """Names and sizes of the frames."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT f.name, f.width, f.height FROM annotation_frame f JOIN annotation_job j ON j.task_id = f.task_id "
                       "AND f.number BETWEEN j.start_frame AND j.stop_frame WHERE j.id = %s ORDER BY f.number", [job])
        return _answer({"frames": [dict(zip(("name", "width", "height"), row, strict=True)) for row in cursor.fetchall()]})


urlpatterns = [
    path("floor/jobs", job_page), path("floor/jobs/<int:job>", one_job), path("floor/jobs/<int:job>/annotations", annotations),
    path("floor/jobs/<int:job>/frames/<int:number>", frame), path("floor/jobs/<int:job>/labels", labels),
    path("floor/jobs/<int:job>/meta", meta), path("", include("cvatoloka.urls")),
]
