"""Replaying rules over what happened: counted as the platform counts, with its own examples."""
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from crowdsourcing.rules import catalogue, presets, replay
from crowdsourcing.rules.replay import Attempt

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
ACCEPT_ALL = {"type": "APPROVE_ALL_ASSIGNMENTS"}


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def attempt(worker: str, minute: float, took: float = 5, verdict: str = "", after: float = 30, **more: Any) -> Attempt:
    times: dict[str, Any] = {"submitted": at(minute + took)}
    if verdict:
        times[verdict] = at(minute + after)
    return Attempt(**{"worker": worker, "suite": int(minute), "reward": Decimal("0.05"), "created": at(minute), **times, **more})


def hits(config: dict[str, Any], attempts: list[Attempt]) -> list[replay.Hit]:
    return replay.replay(config["collector_config"], config["rules"][0], replay.events_of(attempts))


def when(kind: str, key: str, operator: str, value: Any, action: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    return catalogue.config_of(kind, parameters, [{"key": key, "operator": operator, "value": value}], action)


def test_who_is_often_rejected_is_banned_at_the_third_verdict_and_later_work_would_not_have_been() -> None:
    bad = [attempt("bad", 60 * n, verdict="rejected") for n in range(4)] + [attempt("bad", 60 * 24 * 16, verdict="rejected")]
    good = [attempt("good", 60 * n, verdict="accepted") for n in range(6)]
    mixed = [attempt("mixed", 60 * n, verdict="rejected" if n == 0 else "accepted") for n in range(3)]
    [hit] = hits(presets.often_rejected(), [*bad, *good, *mixed])
    assert (hit.worker, hit.first, hit.times) == ("bad", at(150), 1)
    assert hit.facts == {"total_assignments_count": 3, "accepted_assignments_rate": 0.0, "rejected_assignments_rate": 100.0}
    assert hit.until == at(150) + timedelta(days=15)
    # The fourth was taken while banned; the fifth after the ban, when the counting had begun again.
    assert (hit.kept_out, hit.kept_out_money) == (1, Decimal("0.05"))


def test_a_rejection_that_was_taken_back_counts_as_accepted() -> None:
    disputed = [attempt("d", 60 * n, verdict="rejected", accepted=at(60 * n + 40)) for n in range(2)]
    assert hits(when("ACCEPTANCE_RATE", "accepted_assignments_rate", "EQ", 100, ACCEPT_ALL), disputed)[0].first == at(40)
    last = attempt("d", 300, verdict="rejected")
    rule = when("ACCEPTANCE_RATE", "rejected_assignments_rate", "GT", 60, ACCEPT_ALL, history_size=2)
    # first verdict: 1 of 1 rejected; at the end the last two verdicts are one accepted and one rejected.
    assert hits(rule, [*disputed, last])[0].last == at(30)


def test_work_that_the_pool_accepts_by_itself_is_no_verdict_but_income() -> None:
    paid = [attempt("p", n * 10, took=5, accepted=at(n * 10 + 5), by_itself=True) for n in range(4)]
    assert hits(when("ACCEPTANCE_RATE", "total_assignments_count", "GT", 0, ACCEPT_ALL), paid) == []
    [hit] = hits(when("INCOME", "income_sum_for_last_24_hours", "GTE", 0.15, ACCEPT_ALL), paid)
    assert hit.first == at(25)


def test_verdicts_that_come_during_a_ban_count_with_those_before_and_make_it_longer() -> None:
    """Nothing is forgotten before a ban is over: what was submitted before it is still reviewed."""
    bad = [attempt("bad", 10 * n, verdict="rejected", after=100) for n in range(5)]
    [hit] = hits(presets.often_rejected(), bad)
    assert (hit.first, hit.last, hit.times) == (at(120), at(140), 3)
    assert hit.until == at(140) + timedelta(days=15)
    assert hit.facts["total_assignments_count"] == 5
    after = 60 * 24 * 15 + 140
    # Once it is over the counting begins with what comes then: two more are too few, a third is not.
    two = [attempt("bad", after + 10 * n, verdict="rejected", after=5) for n in range(2)]
    assert hits(presets.often_rejected(), [*bad, *two])[0].times == 3
    [again] = hits(presets.often_rejected(), [*bad, *two, attempt("bad", after + 30, verdict="rejected", after=5)])
    assert (again.times, again.facts["total_assignments_count"]) == (4, 3)


def test_a_job_that_was_finished_before_a_ban_is_not_taken_off_what_was_finished_after_it() -> None:
    rule = when("ANSWER_COUNT", "assignments_accepted_count", "GTE", 1, {"type": "RESTRICTION_V2", "parameters": {
        "scope": "POOL", "duration": 1, "duration_unit": "HOURS"}})
    rows = [attempt("a", 0, took=5, verdict="rejected", after=90), attempt("a", 100, took=5)]
    [hit] = hits(rule, rows)
    assert (hit.times, hit.last, hit.facts) == (2, at(105), {"assignments_accepted_count": 1})


def test_income_forgets_what_is_older_than_a_day() -> None:
    rule = when("INCOME", "income_sum_for_last_24_hours", "GT", 0.05, ACCEPT_ALL)
    assert hits(rule, [attempt("i", 0, verdict="accepted"), attempt("i", 24 * 60, verdict="accepted")]) == []
    assert len(hits(rule, [attempt("i", 0, verdict="accepted"), attempt("i", 24 * 60 - 1, verdict="accepted")])) == 1


def test_two_fast_jobs_among_the_last_five_are_too_fast() -> None:
    slow_between = [attempt("f", 10 * n, took=0.3 if n in (0, 5, 6) else 5) for n in range(7)]
    [hit] = hits(presets.too_fast(), slow_between)
    assert (hit.first, hit.facts) == (at(60.3), {"total_submitted_count": 5, "fast_submitted_count": 2})
    assert hits(presets.too_fast(), [attempt("exact", 10 * n, took=20 / 60) for n in range(5)]) == []


def test_finished_jobs_give_the_skill_and_rejected_ones_do_not_count() -> None:
    rule = when("ANSWER_COUNT", "assignments_accepted_count", "GT", 1, {"type": "SET_SKILL", "parameters": {"skill_id": "1",
                                                                                                            "skill_value": 1}})
    [hit] = hits(rule, [attempt("a", 0, verdict="rejected"), attempt("a", 60), attempt("a", 70), attempt("b", 0)])
    assert (hit.worker, hit.first, hit.times) == ("a", at(75), 1)


def test_a_submitted_job_ends_a_row_of_skips_and_one_that_ran_out_does_not() -> None:
    def skip(minute: float) -> Attempt:
        return Attempt("s", int(minute), Decimal(0), at(minute), skipped=at(minute + 1))

    rule = when("SKIPPED_IN_ROW_ASSIGNMENTS", "skipped_in_row_count", "GTE", 2, ACCEPT_ALL)
    assert hits(rule, [skip(0), attempt("s", 5), skip(20)]) == []
    ran_out = Attempt("s", 7, Decimal(0), at(10))
    assert hits(rule, [skip(0), ran_out, skip(20)])[0].first == at(21)


def test_a_rejected_job_is_named_with_its_toloker_and_a_job_is_counted_by_itself() -> None:
    rows = [attempt("x", 0, verdict="rejected", suite=7), attempt("y", 100, verdict="rejected", suite=7), attempt("z", 0, suite=8)]
    [hit] = hits(presets.reissue(), rows)
    assert (hit.suite, hit.worker, hit.times, hit.last) == (7, "y", 2, at(130))
    twice = when("ASSIGNMENTS_ASSESSMENT", "rejected_assignments_count", "GTE", 2, presets.reissue()["rules"][0]["action"])
    assert hits(twice, rows)[0].first == at(130)


def test_what_waits_for_review_would_have_been_decided_with_its_money() -> None:
    rows = [attempt("w", 0, took=1), attempt("w", 10, took=1), attempt("w", 20, verdict="rejected", after=25), attempt("v", 0)]
    [hit] = hits(when("ACCEPTANCE_RATE", "rejected_assignments_rate", "GT", 50, {"type": "REJECT_ALL_ASSIGNMENTS"}), rows)
    assert (hit.waiting, hit.waiting_money) == (2, Decimal("0.10"))


def test_a_ban_for_good_never_ends_and_a_very_long_one_does_not_break() -> None:
    for parameters in ({"scope": "POOL", "duration_unit": "PERMANENT"}, {"scope": "POOL", "duration_unit": "DAYS", "duration": 36_500}):
        rule = when("ANSWER_COUNT", "assignments_accepted_count", "GT", 0, {"type": "RESTRICTION_V2", "parameters": parameters})
        [hit] = hits(rule, [attempt("b", 0), attempt("b", 10), attempt("b", 20)])
        assert (hit.times, hit.kept_out) == (1, 2)
    late = replay._end(datetime(9998, 1, 1, tzinfo=UTC), {"duration_unit": "DAYS", "duration": 36_500})
    assert late == datetime.max


def test_what_our_data_cannot_tell_is_said() -> None:
    unknown = {kind for kind in catalogue.COLLECTORS if replay.why_unknown(kind)}
    assert unknown == {"USERS_ASSESSMENT", "GOLDEN_SET", "MAJORITY_VOTE", "TRAINING", "CAPTCHA"}
