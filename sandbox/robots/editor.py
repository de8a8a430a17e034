"""Working in an external editor, through its public HTTP API, as docs/editor-protocol.md describes it."""
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

import httpx

from sandbox.robots import shapes
from sandbox.robots.temper import Temper

TRIES = 5
FRAMES_A_SAVE = 50


class CannotWork(Exception):
    """This assignment cannot be done; the robot skips it, as a person would."""


def annotate(base: str, job_key: str, assignment_id: str, truth: dict[str, Any], temper: Temper) -> dict[str, Any]:
    """Open, look, draw, save, submit; the solution's output values. CannotWork if refused, httpx.TransportError if nobody is there."""
    with httpx.Client(timeout=60, follow_redirects=True) as http:
        opened = _insist(http, "POST", urljoin(base, f"{quote(job_key, safe=':._~-')}/session"), json={"assignment_id": assignment_id})
        if opened.status_code != 201:
            raise CannotWork(f"the editor did not open: {opened.status_code} {opened.text[:300]}")
        http.headers["Authorization"] = f"Editor {opened.json()['token']}"
        api = f"{urlsplit(base).scheme}://{urlsplit(base).netloc}/api/editor/"
        job = _need(_insist(http, "GET", f"{api}job")).json()
        revision = job["annotations"]["revision"]
        for frames in _drawn(http, api, job, truth, temper):
            revision = _save(http, api, revision, frames)
        done = _need(_insist(http, "POST", f"{api}submit", json={"revision": revision})).json()
    return {"job_key": done["job_key"], "revision": done["revision"], "digest": done["digest"]}


def _insist(http: httpx.Client, method: str, url: str, **content: Any) -> httpx.Response:
    """The call, repeated while the line breaks or the editor says that it is not itself (502, 503, 504).

    httpx.TransportError while nobody is there: the assignment is kept and tried again, as people do, until its time is over.
    """
    for attempt in range(1, TRIES + 1):
        try:
            answer = http.request(method, url, **content)
        except httpx.TransportError:
            if attempt == TRIES:
                raise
        else:
            if answer.status_code not in (502, 503, 504) or attempt == TRIES:
                return answer
        time.sleep(0.2 * 2**attempt)
    raise AssertionError("unreachable")


def _need(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        raise CannotWork(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:300]}")
    return answer


def _save(http: httpx.Client, api: str, revision: int, frames: dict[str, Any]) -> int:
    answer = _insist(http, "PATCH", f"{api}annotations", json={"revision": revision, "frames": frames})
    if answer.status_code == 409 and answer.json().get("code") == "revision_conflict":
        # An earlier save of this very robot arrived although its answer was lost: what it drew is what it draws.
        answer = _insist(http, "PATCH", f"{api}annotations", json={"revision": answer.json()["revision"], "frames": frames})
    return int(_need(answer).json()["revision"])


def _drawn(http: httpx.Client, api: str, job: dict[str, Any], truth: dict[str, Any], temper: Temper) -> Iterator[dict[str, Any]]:
    """Frames' new content, some frames at a time. Each picture is really looked at: one that does not load is a reason to stop."""
    frames: dict[str, Any] = {}
    for frame in job["frames"]:
        _need(_insist(http, "GET", f"{api}frames/{frame['number']}", params={"quality": "work"}))
        frames[str(frame["number"])] = _content(frame, job["labels"], truth, temper)
        if len(frames) == FRAMES_A_SAVE:
            yield frames
            frames = {}
    if frames:
        yield frames


def _content(frame: dict[str, Any], labels: list[dict[str, Any]], truth: dict[str, Any], temper: Temper) -> dict[str, Any]:
    """Shapes and tags of one frame, in the editor's form."""
    by_name = {label["name"]: label for label in labels}
    size = (float(frame["width"]), float(frame["height"]))
    known = truth_of(truth, frame["name"])
    if known is None:
        known = shapes.something(list(by_name), size, frame["name"])
    known = [shape for shape in known if shape["label"] in by_name]
    content: dict[str, Any] = {"shapes": [], "tags": []}
    for shape in shapes.drawn(known, list(by_name), size, temper.about(frame["name"]), temper.accuracy, temper.spams):
        label = by_name[shape["label"]]
        attributes = [{"spec_id": spec["id"], "value": spec["default_value"]} for spec in label.get("attributes", [])]
        common = {"label_id": label["id"], "source": "manual", "attributes": attributes}
        if label["type"] == "tag":
            content["tags"].append(common)
        else:
            form = shapes.as_type(shape, label["type"])
            content["shapes"].append({"type": form["type"], "points": form["points"], "rotation": 0, "occluded": False,
                                      "z_order": 0, "group": 0, **common})
    return content


def truth_of(truth: dict[str, Any], name: str) -> list[dict[str, Any]] | None:
    """What is known of a picture, by its name, its address or the last part of either; None if nothing is."""
    last = _last_part(name)
    for key in (name, last):
        if key in truth:
            return truth[key]
    for key, known in truth.items():
        if last and _last_part(key) == last:
            return known
    return None


def _last_part(name: str) -> str:
    """The file's name, whether it stands in an address or by itself."""
    return unquote(urlsplit(name).path.rpartition("/")[2])
