"""One Toloker as this requester knows them."""
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from crowdsourcing import charts, doors
from crowdsourcing.models import Assignment
from crowdsourcing.quality import reports
from crowdsourcing.selectors.people import longest, skills_of_toloker
from crowdsourcing.selectors.work import Work, votes_in, work_of
from crowdsourcing.selectors.workers import pools_named, with_facts
from crowdsourcing.views import quality_charts

ROWS = 25
MOST_POOLS = 20


@login_required
@require_GET
def worker(request: HttpRequest, worker_id: int) -> HttpResponse:
    """History, speed, verdicts, what is suspicious; nothing of what they did for others."""
    toloker = doors.toloker(request.user, worker_id)
    rows = doors.assignments_for(request.user).filter(toloker=toloker)
    work = work_of(rows)
    summary = reports.summary_of(work)
    listed = Paginator(with_facts(Assignment.objects.filter(pk__in=[row.assignment for row in work])), ROWS)
    listed.__dict__["count"] = len(work)
    page = listed.get_page(request.GET.get("page"))
    votes = votes_in(doors.votes_for(request.user).filter(toloker=toloker))
    drawn = [quality_charts.decisions(reports.over_time(work, timezone.get_current_timezone())),
             quality_charts.times(reports.times(work), summary.seconds), quality_charts.truth(reports.truth_scores(work), summary)]
    bans = doors.bans_for(request.user, [toloker])
    return render(request, "crowdsourcing/worker.html", {
        "toloker": toloker, "account": toloker.account, "skills": skills_of_toloker(toloker), "bans": bans,
        "banned": longest([fact for fact in bans if fact.in_force]),
        "summary": summary, "page": page, "charts": [chart for chart in drawn if chart],
        "acceptance": charts.interval(summary.acceptance), "truth": charts.interval(summary.truth), "pools": _pools(work),
        "signals": reports.signals_of(work), "votes": len(votes), "right": charts.interval(reports.right_of(votes))})


def _pools(work: list[Work]) -> list[dict[str, Any]]:
    """What they did in each pool; `pace`: how many times as long as usual a frame took them."""
    most = reports.by_pool(work)[:MOST_POOLS]
    facts = pools_named([pool for pool, _ in most])
    found = []
    for pool, summary in most:
        usual, own = facts[pool].usual, summary.seconds_a_frame and summary.seconds_a_frame.median
        found.append({**facts[pool]._asdict(), "summary": summary, "own": own, "acceptance": charts.interval(summary.acceptance),
                      "pace": own / usual if own and usual else None})
    return found
