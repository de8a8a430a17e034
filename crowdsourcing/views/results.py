"""Pictures of a pool's work with the shapes that were drawn on them."""
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from annotation.models import Label
from annotation.views.drawing import Drawing, drawer
from crowdsourcing import doors
from crowdsourcing.models import Toloker
from crowdsourcing.selectors.results import MergedResults, Result, Results
from crowdsourcing.statuses import AssignmentStatus
from crowdsourcing.views.quality import context_of
from crowdsourcing.views.reviews import whole_number

PICTURES = 24
# A picture of this size shows no more than so many shapes; the rest is named in words.
MOST_DRAWN = 200
CHOICES = {"accepted": AssignmentStatus.ACCEPTED, "waiting": AssignmentStatus.SUBMITTED, "rejected": AssignmentStatus.REJECTED}
MERGED = "merged"


@login_required
@require_GET
def results(request: HttpRequest, pool_id: int) -> HttpResponse:
    """`?show=accepted|waiting|rejected`, or merged where several do a job, `?worker=<id>` only theirs, `?honeypots=1` these and
    nothing else."""
    pool = doors.pool(request.user, pool_id)
    choices = [*([MERGED] if pool.overlap > 1 else []), *CHOICES]
    show = request.GET.get("show", choices[0])
    show = show if show in choices else choices[0]
    worker_id = whole_number(request.GET.get("worker", ""))
    worker = Toloker.objects.filter(pk=worker_id, assignments__pool=pool).first() if worker_id is not None else None
    honeypots = request.GET.get("honeypots") == "1"
    # Merged work is nobody's alone.
    worker = None if show == MERGED else worker
    found = MergedResults(pool, honeypots=honeypots) if show == MERGED else Results(
        pool, CHOICES[show], worker.pk if worker else None, honeypots=honeypots)
    listed: Any = found
    page = Paginator(listed, PICTURES).get_page(request.GET.get("page"))
    labels = list(Label.objects.filter(project=pool.task.project_id).prefetch_related("attributes")) if page.paginator.count else []
    drawn = drawer(labels)
    return render(request, "crowdsourcing/pool_results.html", {
        **context_of(pool, "results"), "page": page, "show": show, "choices": choices, "worker": worker, "labels": labels,
        "honeypots": honeypots, "others": found.others,
        "pictures": [(result, _drawing(result, drawn)) for result in page]})


def _drawing(result: Result, drawn: Any) -> dict[str, Any]:
    shapes = sorted(result.content.get("shapes", []), key=lambda shape: shape.get("z_order", 0))
    drawing = Drawing([drawn(shape) for shape in shapes[:MOST_DRAWN]], [drawn(tag) for tag in result.content.get("tags", [])])
    counts: dict[tuple[str, str], int] = {}
    for one in (drawn(shape) for shape in shapes):
        counts[one.label, one.color] = counts.get((one.label, one.color), 0) + 1
    named = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return {"shapes": drawing.shapes, "tags": drawing.tags, "number": len(shapes), "labels": [
        {"name": name, "color": color, "count": count} for (name, color), count in named[:3]], "more": len(named[3:]),
        "nothing_here": bool(result.content.get("nothing_here")), "words": ", ".join(f"{name}: {count}" for (name, _), count in named)}
