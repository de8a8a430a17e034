"""CVAT for images 1.1 (annotations.xml): https://docs.cvat.ai/docs/dataset_management/formats/format-cvat/.

Holds everything we store. Coordinates are written to ten thousandths of a pixel.
"""
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from annotation.formats.losses import Losses
from annotation.formats.provenance import Provenance
from annotation.formats.scope import AnnotatedImage, Scope
from annotation.models import Job, Label, Project, Task

MEMBER = "annotations.xml"
# Not allowed in XML 1.0, not even escaped.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


PASSES = 1


def write(scope: Scope, out: IO[bytes], losses: Losses, tell: Callable[[int], None], provenance: Provenance | None = None) -> None:
    """The whole file to `out`, one frame in memory at a time. `tell(frames done)`. Provenance is for the table beside it only."""
    out.write(b'<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n')
    out.write("".join(f"  {line}\n" for line in _meta(scope)).encode())
    labels = {label.pk: quoteattr(clean(label.name)) for label in scope.labels}
    attributes = {attribute.pk: quoteattr(clean(attribute.name)) for label in scope.labels for attribute in label.attributes.all()}
    several_tasks = isinstance(scope.target, Project)
    for done, annotated in enumerate(scope.annotated(), start=1):
        if annotated.image.orientation != 1:
            losses.note("{n} images are stored turned (EXIF orientation): sizes and coordinates are those of the upright picture.")
        out.write("".join(_image(annotated, labels, attributes, several_tasks, scope.stands_apart)).encode())
        tell(done)
    out.write(b"</annotations>\n")


def _element(name: str, /, **attributes: Any) -> str:
    return "".join([name, *(f" {key}={quoteattr(clean(str(value)))}" for key, value in attributes.items() if value is not None)])


def _text(name: str, value: Any) -> str:
    return f"<{name}>{escape(clean(str(value)))}</{name}>"


def clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


def _image(annotated: AnnotatedImage, labels: dict[int, str], attributes: dict[int, str], several_tasks: bool,
           stands_apart: bool) -> Iterable[str]:
    image = annotated.image
    # In a task the id is the frame's number, as CVAT's reader expects; numbers of several tasks, or of several people's work, collide.
    number, task_id = image.image_id - 1 if several_tasks or stands_apart else image.number, image.task_id if several_tasks else None
    opening = _element("image", id=number, name=image.path, task_id=task_id, width=image.width, height=image.height)
    yield f"  <{opening}>\n"
    for shape in annotated.shapes:
        yield _object(*_shape(shape), shape, labels, attributes)
    for tag in annotated.tags:
        yield _object("tag", "", tag, labels, attributes)
    yield "  </image>\n"


def _object(name: str, geometry: str, thing: dict[str, Any], labels: dict[int, str], attributes: dict[int, str]) -> str:
    """`labels`, `attributes`: names as XML has them; everything else of the opening tag is numbers and words of ours."""
    group = f' group_id="{thing["group"]}"' if thing["group"] else ""
    inside = "".join([f"      <attribute name={attributes[answer['spec_id']]}>{_inner(answer['value'])}</attribute>\n"
                      for answer in thing["attributes"] if answer["spec_id"] in attributes])
    return f'    <{name} label={labels[thing["label_id"]]} source="{thing["source"]}"{geometry}{group}>\n{inside}    </{name}>\n'


def _shape(shape: dict[str, Any]) -> tuple[str, str]:
    """The element's name and its attributes that tell the place."""
    kind, points = shape["type"], shape["points"]
    occluded, z_order = f' occluded="{int(shape["occluded"])}"', f' z_order="{shape["z_order"]}"'
    turned = f' rotation="{_number(shape["rotation"])}"' if shape["rotation"] else ""
    if kind == "rectangle":
        x1, y1, x2, y2 = points
        return "box", (f'{occluded} xtl="{_number(x1)}" ytl="{_number(y1)}" xbr="{_number(x2)}" ybr="{_number(y2)}"{z_order}{turned}')
    if kind == "ellipse":
        cx, cy, right, top = points
        return "ellipse", (f'{occluded} cx="{_number(cx)}" cy="{_number(cy)}" rx="{_number(right - cx)}" ry="{_number(cy - top)}"'
                           f'{z_order}{turned}')
    if kind == "mask":
        left, top, right, bottom = (int(value) for value in points[-4:])
        runs = ", ".join([str(int(run)) for run in points[:-4]])
        return "mask", (f'{occluded} rle="{runs}" left="{left}" top="{top}" width="{right - left + 1}" height="{bottom - top + 1}"'
                        f'{z_order}')
    pairs = ";".join([f"{_number(x)},{_number(y)}" for x, y in zip(points[0::2], points[1::2], strict=True)])
    return kind, f'{occluded} points="{pairs}"{z_order}'


def _number(value: float) -> str:
    return repr(round(value, 4))


def _inner(value: str) -> str:
    # A parser would make a line feed of a bare carriage return.
    return escape(clean(value), {"\r": "&#13;"})


def _meta(scope: Scope) -> Iterable[str]:
    target = scope.target
    kind = "project" if isinstance(target, Project) else "task"
    yield f"<meta><{kind}>"
    yield _text("id", target.pk) + _text("name", target.name)
    yield _text("created", target.created_date) + _text("updated", target.updated_date)
    if isinstance(target, Task):
        yield _text("size", target.size) + _text("mode", "annotation") + _text("overlap", target.frame_overlap)
        yield _text("start_frame", 0) + _text("stop_frame", max(target.size - 1, 0)) + "<frame_filter></frame_filter>"
        yield "<segments>"
        # Replicas have the frames of their parents, which hold what is exported.
        jobs = Job.objects.filter(task=target, parent_job=None).order_by("start_frame", "pk")
        for pk, start, stop in jobs.values_list("pk", "start_frame", "stop_frame").iterator(chunk_size=2000):
            yield f"<segment>{_text('id', pk)}{_text('start', start)}{_text('stop', stop)}<url></url></segment>"
        yield "</segments>"
    yield f"<owner>{_text('username', target.owner.get_username())}<email></email></owner>"
    yield "<labels>"
    for label in scope.labels:
        yield from _label(label)
    yield "</labels>"
    if isinstance(target, Project):
        yield "<tasks>" + "".join(
            f"<task>{_text('id', task.pk)}{_text('name', task.name)}{_text('size', task.size)}</task>" for task in scope.tasks) + "</tasks>"
    yield f"</{kind}>{_text('dumped', datetime.now(UTC))}</meta>"


def _label(label: Label) -> Iterable[str]:
    yield f"<label>{_text('name', label.name)}{_text('color', label.color)}{_text('type', label.type)}<attributes>"
    for attribute in label.attributes.all():
        yield (f"<attribute>{_text('name', attribute.name)}{_text('mutable', attribute.mutable)}{_text('input_type', attribute.input_type)}"
               f"{_text('default_value', attribute.default_value)}{_text('values', chr(10).join(attribute.values))}</attribute>")
    yield "</attributes></label>"
