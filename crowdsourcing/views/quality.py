"""How good a pool's work is: in all, by label, by worker."""
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from annotation.models import Label
from crowdsourcing import charts, doors, selectors, tasks
from crowdsourcing.models import Pool
from crowdsourcing.quality import reports
from crowdsourcing.quality.statistics import Confusion, Share
from crowdsourcing.selectors.confusion import Counted, confusions_of
from crowdsourcing.selectors.consensus import agreement_in
from crowdsourcing.selectors.people import banned_from, weights_in
from crowdsourcing.selectors.work import kept_of_votes, verdict_counts, work_in
from crowdsourcing.views import quality_charts

ROWS = 50
# Of a table of labels against labels that can be read.
MOST_LABELS = 12
_REST = "all others"
ORDERS = [("best", "Best first"), ("worst", "Worst first"), ("jobs", "Most jobs first"), ("fastest", "Fastest first"),
          ("suspicion", "Most suspicious first"), ("paid", "Best paid first")]
SOURCES = {"hand": "By hand", "automatic": "Automatically", "verification": "By the second crowd", "ground_truth": "By ground truth",
           "consensus": "By consensus"}


def context_of(pool: Pool, tab: str) -> dict[str, Any]:
    return {"pool": pool, "task": pool.task, "project": pool.task.project, "tab": tab}


@login_required
@require_GET
def overview(request: HttpRequest, pool_id: int) -> HttpResponse:
    pool = doors.pool(request.user, pool_id)
    work = work_in(pool)
    summary = reports.summary_of(work)
    said, agreed = kept_of_votes(pool, reports.verification_of), agreement_in(pool)
    drawn = [quality_charts.decisions(reports.over_time(work, timezone.get_current_timezone())),
             quality_charts.truth(reports.truth_scores(work), summary),
             quality_charts.times(reports.times(work), summary.seconds), quality_charts.confidence(said),
             quality_charts.agreement(reports.agreement_of(agreed)), quality_charts.suspicion(reports.suspicions(work))]
    scores = [score for each in agreed.values() for score in each]
    return render(request, "crowdsourcing/pool_quality.html", {
        **context_of(pool, "quality"), "summary": summary, "said": said, "charts": [chart for chart in drawn if chart],
        "acceptance": charts.interval(summary.acceptance), "truth": charts.interval(summary.truth), "pairs": charts.interval(said.pairs),
        "agreed_jobs": len(scores), "agreement": charts.interval(Share.mean(scores)),
        "money": selectors.pool_money(pool), "verdicts": _verdicts(pool),
        "answers_paid": said.paid * (100 + settings.PLATFORM_FEE_PERCENT) / 100, "signals": reports.signals_of(work)[:6]})


def _verdicts(pool: Pool) -> list[tuple[str, dict[str, int]]]:
    """(who decided, outcome -> how often), the most frequent first."""
    found: dict[str, dict[str, int]] = {}
    for (source, outcome), number in verdict_counts(pool).items():
        found.setdefault(SOURCES.get(source, source), {"accept": 0, "reject": 0, "ask": 0})[outcome] = number
    return sorted(found.items(), key=lambda entry: -sum(entry[1].values()))


@login_required
@require_GET
def labels(request: HttpRequest, pool_id: int) -> HttpResponse:
    """What was taken for what. What nobody has counted yet is rung for, and the page asks again."""
    pool = doors.pool(request.user, pool_id)
    found = confusions_of(pool)
    waiting = sum(counted.waiting for counted in found.values())
    if waiting:
        tasks.ring_for_confusions(pool.pk)
    named = {label.pk: label for label in Label.objects.filter(project=pool.task.project_id)} if any(
        counted.cells for counted in found.values()) else {}
    whole = request.GET.get("all") == "1"
    tables = [_table(against, found[against], named, None if whole else MOST_LABELS) for against in found if found[against].attempts]
    template = "crowdsourcing/_pool_labels.html" if getattr(request, "htmx", False) else "crowdsourcing/pool_labels.html"
    return render(request, template, {**context_of(pool, "labels"), "tables": tables, "waiting": waiting, "whole": whole})


def _table(against: str, counted: Counted, named: dict[int, Label], most: int | None) -> dict[str, Any]:
    confusion = Confusion(counted.cells)
    shown = confusion.crowded(most, _REST) if most else confusion
    order = shown.labels_of()
    # What is left over stands last.
    order.sort(key=lambda label: label == _REST)
    words = {label: named[label].name if label in named else label if label == _REST else f"label {label}" for label in order}
    rows = [_row(shown, label, order, words[label]) for label in order]
    if confusion.extra:
        rows.append(_row(shown, None, order, "Nothing there"))
    return {
        "against": against, "attempts": counted.attempts, "confusion": confusion, "rows": rows,
        "columns": [words[label] for label in order], "agreement": charts.interval(confusion.objects),
        "naming": charts.interval(confusion.labels), "mixed_up": _mixed_up(confusion, named), "labels": _by_label(confusion, named),
        "left_out": len(confusion.labels_of()) > len(order)}


def _row(confusion: Confusion, true: Any, order: Sequence[Any], word: str) -> dict[str, Any]:
    """`cells`: (count, class of its shade, is it right) for each label, then for what was missed."""
    counts = [confusion.cells.get((true, given), 0) for given in [*order, None]]
    whole = sum(counts)
    return {"name": word, "whole": whole, "invented": true is None, "cells": [
        {"count": count, "heat": min(5, 1 + int(5 * count / whole)) if count else 0, "right": true is not None and given == true,
         "percent": charts.percent(count / whole) if whole else ""}
        for given, count in zip([*order, None], counts, strict=True)]}


def _mixed_up(confusion: Confusion, named: dict[int, Label]) -> list[dict[str, Any]]:
    """The pairs of labels that are confused most."""
    wrong = [(count, true, given) for (true, given), count in confusion.cells.items() if None not in (true, given) and true != given]
    wrong.sort(key=lambda entry: (-entry[0], str(entry[1:])))
    return [{"true": _of(true, named), "given": _of(given, named), "count": count} for count, true, given in wrong[:5]]


def _by_label(confusion: Confusion, named: dict[int, Label]) -> list[dict[str, Any]]:
    """For each label: how many there are, which share of them was found under its name, how many were invented."""
    rows = []
    for label in confusion.labels_of():
        there = {given: count for (true, given), count in confusion.cells.items() if true == label}
        found, whole = there.get(label, 0), sum(there.values())
        drawn = sum(count for (_, given), count in confusion.cells.items() if given == label)
        rows.append({**_of(label, named), "whole": whole, "found": charts.interval(Share(found, whole)), "missed": there.get(None, 0),
                     "right": charts.interval(Share(found, drawn)), "invented": confusion.cells.get((None, label), 0)})
    return rows


def _of(label: Any, named: dict[int, Label]) -> dict[str, str]:
    return {"name": named[label].name, "color": named[label].color} if label in named else {"name": f"label {label}", "color": "#8a93a5"}


@login_required
@require_GET
def workers(request: HttpRequest, pool_id: int) -> HttpResponse:
    pool = doors.pool(request.user, pool_id)
    order = request.GET.get("sort", "best")
    order = order if order in reports.ORDERS else "best"
    everybody = reports.workers_of(work_in(pool))
    said = kept_of_votes(pool, reports.verification_of)
    page = Paginator(reports.in_order(everybody, order), ROWS).get_page(request.GET.get("page"))
    verifiers = Paginator(said.verifiers, ROWS).get_page(request.GET.get("verifiers"))
    shown = {one.toloker for one in page} | {one.toloker for one in verifiers}
    weights = weights_in(pool, [one.toloker for one in verifiers]) if said.verifiers else {}
    return render(request, "crowdsourcing/pool_workers.html", {
        **context_of(pool, "workers"), "page": page, "verifiers": verifiers,
        "rows": [(one, charts.interval(one.summary.acceptance), charts.interval(one.summary.truth)) for one in page],
        "checkers": [(one, charts.interval(one.quality), weights.get(one.toloker)) for one in verifiers], "weighed": bool(weights),
        "banned": banned_from(pool, shown) if shown else {}, "sort": order, "orders": ORDERS,
        "measured": any(one.summary.truth.whole for one in everybody)})
