"""The review queue's page, the question before a bulk decision, its progress, and the board of what is accepted by itself."""
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from annotation.models import Frame
from crowdsourcing.models import Assignment, BulkDecision, BulkItem, Pool, ProviderCommand, ReviewPolicy, Verdict
from crowdsourcing.selectors.queue import QueueFilters
from crowdsourcing.services.bulk import decide_many
from tests.crowdsourcing import scene

pytestmark = [pytest.mark.services, pytest.mark.django_db]
QUEUE, SOON, NEW = "/review", "/review/soon", "/review/bulk/new"
REASONS = [{"code": "too_fast", "weight": 0.5, "text": "2 s a frame; the usual job of this pool takes 40 s a frame."},
           {"code": "untouched", "weight": 0.25, "text": "2 of 4 frames left untouched."}]


@pytest.fixture
def pool(alice: Any) -> Pool:
    return scene.pool(scene.task(scene.project(alice), jobs=4), status="OPEN")


@pytest.fixture
def four(pool: Pool) -> list[Assignment]:
    rows = [scene.assignment(job, age=timedelta(hours=20 - number)) for number, job in enumerate(pool.task.jobs.all())]
    Assignment.objects.filter(pk=rows[2].pk).update(suspicion=0.63, suspicion_signals=REASONS, suspicion_at=timezone.now())
    return rows


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def jobs_in(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"data-open>Job (\d+)<", page)]


def number_of(row: Assignment) -> int:
    return row.job_id


def hidden_of(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(value.replace("&amp;", "&"))
    return found


def test_a_row_says_how_suspicious_and_why_with_all_reasons_at_hand(signed_in: Any, four: list[Assignment]) -> None:
    page = text_of(signed_in.get(QUEUE))
    row = page[page.index(f"Job {number_of(four[2])}<"):page.index(f"Job {number_of(four[3])}<")]
    assert "high 0.63" in row and REASONS[0]["text"] in row and "and 1 more" in row and REASONS[1]["text"] in row
    assert "not judged yet" in page


def test_filters_and_order_stand_in_the_address_and_are_kept(signed_in: Any, four: list[Assignment]) -> None:
    assert jobs_in(text_of(signed_in.get(QUEUE, {"sort": "suspicion"})))[0] == number_of(four[2])
    response = signed_in.get(QUEUE, {"suspicion": "high", "sort": "deadline", "due": ""})
    page = text_of(response)
    assert jobs_in(page) == [number_of(four[2])]
    assert '<option value="high" selected>' in page and '<option value="deadline" selected>' in page
    assert parse_qs(response.cookies["review_queue"].value) == {"suspicion": ["high"], "sort": ["deadline"]}
    # The job page's “next” goes on in that queue: behind its only row nothing waits.
    over = signed_in.get(reverse("crowdsourcing:review_next"), {"after": four[2].pk})
    assert parse_qs(urlsplit(over.url).query) == {"suspicion": ["high"], "sort": ["deadline"]}


def test_a_filter_that_cannot_be_read_is_said_and_left_out_while_the_others_hold(signed_in: Any, four: list[Assignment]) -> None:
    page = text_of(signed_in.get(QUEUE, {"pool": "x'", "suspicion": "high"}))
    assert "is not a pool&#x27;s number. It is left out." in page and jobs_in(page) == [number_of(four[2])]


def test_empty_states_say_what_to_do_next(signed_in: Any, four: list[Assignment]) -> None:
    page = text_of(signed_in.get(QUEUE, {"age": "over-168h"}))
    assert "Nothing that waits matches these filters" in page and "Show all that waits" in page
    Assignment.objects.update(status="ACCEPTED")
    assert "Nothing waits for your review" in text_of(signed_in.get(QUEUE, {"age": "over-168h"}))
    assert "Nothing is accepted by itself in the next 48 hours" in text_of(signed_in.get(SOON))
    assert "No bulk decisions yet" in text_of(signed_in.get("/review/bulk"))


def test_the_job_page_names_the_reasons_and_leads_on(signed_in: Any, four: list[Assignment]) -> None:
    task = four[0].pool.task
    Frame.objects.bulk_create([Frame(task=task, number=number, name="a.jpg", width=9, height=9, byte_size=1) for number in range(4)])
    page = text_of(signed_in.get(reverse("annotation:job_detail", args=[number_of(four[2])])))
    assert REASONS[0]["text"] in page and REASONS[1]["text"] in page
    assert f'{reverse("crowdsourcing:review_next")}?after={four[2].pk}"' in page and "data-next-review" in page


# --- the question ---------------------------------------------------------------------------------------------------
def test_the_question_says_number_money_and_fee_and_the_answer_decides(signed_in: Any, four: list[Assignment]) -> None:
    asked = signed_in.get(NEW, {"verb": "accept", "filters": "", "assignment": [four[0].pk, four[2].pk]}, HTTP_HX_REQUEST="true")
    page = text_of(asked)
    assert "Accept 2 jobs?" in page and "<td>$0.10</td>" in page and "<td>$0.03</td>" in page and "<td>$0.13</td>" in page
    assert "1 of them looks highly suspicious." in page and not BulkDecision.objects.exists()
    answer = {**hidden_of(page), "comment": "Good."}
    response = signed_in.post(NEW, answer)
    bulk = BulkDecision.objects.get()
    assert response.url == reverse("crowdsourcing:bulk_detail", args=[bulk.pk])
    assert signed_in.post(NEW, answer).url == response.url and BulkDecision.objects.count() == 1, "sent twice, decided once"
    assert (bulk.verb, bulk.count, bulk.amount, bulk.comment) == ("accept_assignment", 2, Decimal("0.10"), "Good.")
    assert "in a bulk decision" in text_of(signed_in.get(QUEUE))


def test_all_that_match_means_the_filters_and_nobody_agrees_to_more(signed_in: Any, pool: Pool, four: list[Assignment]) -> None:
    page = text_of(signed_in.get(NEW, {"verb": "reject", "filters": f"pool={pool.pk}", "all": "1"}))
    assert "Reject 4 jobs?" in page and "All that match the filters" in page and "then another Toloker gets it" in page
    answer = {**hidden_of(page), "comment": "Nothing is marked."}
    less = signed_in.post(NEW, {**answer, "count": "3"})
    assert less.status_code == 422 and "More jobs match now: 4 instead of 3" in text_of(less)
    assert "Nothing is marked." in text_of(less), "what was typed is kept"
    signed_in.post(NEW, answer)
    bulk = BulkDecision.objects.get()
    assert bulk.filters == {"pool": pool.pk} and bulk.items.count() == 4


@pytest.mark.parametrize(("change", "sentence"), [
    ({"verb": "pay"}, "not complete"), ({"filters": "pool=x", "all": "1"}, "not a pool"), ({"assignment": []}, "Tick the jobs first"),
    ({"assignment": ["x"]}, "not complete"), ({"assignment": [999_999_999]}, "not yours")])
def test_a_question_that_cannot_be_read_decides_nothing(
        signed_in: Any, four: list[Assignment], change: dict[str, Any], sentence: str) -> None:
    asked = {"verb": "accept", "filters": "", "assignment": [four[0].pk], **change}
    confirmed = {"id": "6f1c2a34-3f2d-4a52-9d0e-1f6a5c7b8d90", "count": "9", "amount": "9"}
    for response in (signed_in.get(NEW, asked), signed_in.post(NEW, {**asked, **confirmed})):
        assert response.status_code == 422 and sentence in text_of(response)
    assert not BulkDecision.objects.exists()


def test_a_rejection_without_a_reason_asks_again(signed_in: Any, four: list[Assignment]) -> None:
    page = text_of(signed_in.get(NEW, {"verb": "reject", "filters": "", "assignment": [four[0].pk]}))
    response = signed_in.post(NEW, {**hidden_of(page), "comment": " "})
    assert response.status_code == 422 and "Say why the work is rejected" in text_of(response) and not BulkDecision.objects.exists()
    assert signed_in.post(NEW, {**hidden_of(page), "count": "many", "comment": "No."}).status_code == 422


# --- progress -------------------------------------------------------------------------------------------------------
def test_progress_is_live_until_settled_and_every_job_says_its_result(signed_in: Any, alice: Any, four: list[Assignment]) -> None:
    bulk = decide_many(actor=alice, verb="accept_assignment", filters=QueueFilters(), confirmed=scene.AGREED)
    address = reverse("crowdsourcing:bulk_detail", args=[bulk.pk])
    page = text_of(signed_in.get(address))
    assert "0 of 4 settled" in page and 'hx-trigger="every 2s"' in page and "bulk-stop" in page
    items = list(bulk.items.order_by("pk"))
    done, failed = scene.command(four[0], "accept_assignment", "done"), scene.command(
        four[1], "accept_assignment", "failed", error="Not enough money on the account. Top it up.")
    BulkItem.objects.filter(pk=items[0].pk).update(state="asked", command=done)
    BulkItem.objects.filter(pk=items[1].pk).update(state="asked", command=failed)
    BulkItem.objects.filter(pk=items[2].pk).update(state="refused", sentence="This assignment is accepted already.")
    assert signed_in.post(f"{address}/stop").url == address
    part = text_of(signed_in.get(address, HTTP_HX_REQUEST="true"))
    assert "<html" not in part and "Stopped" in part and "every 2s" not in part
    for words in ("1 accepted", "1 failed", "1 not possible", "1 left alone", "Top it up.", "accepted already.", "Charged so far: $0.05"):
        assert words in part, words
    assert [number_of(four[1])] == [int(found) for found in re.findall(r">Job (\d+)<", text_of(signed_in.get(address, {"show": "failed"})))]
    signed_in.post(f"{address}/resume")
    signed_in.post(f"{address}/retry", {"item": items[1].pk})
    assert list(bulk.items.order_by("pk").values_list("state", flat=True)) == ["asked", "waiting", "refused", "waiting"]
    assert "Accept 4 jobs" in text_of(signed_in.get("/review/bulk"))


def test_a_bulk_decision_is_its_makers_and_the_admins(client: Any, bob: Any, alice: Any, ada: Any, four: list[Assignment]) -> None:
    bulk = decide_many(actor=alice, verb="accept_assignment", filters=QueueFilters(), confirmed=scene.AGREED)
    address = reverse("crowdsourcing:bulk_detail", args=[bulk.pk])
    client.force_login(bob)
    assert client.get(address).status_code == client.post(f"{address}/stop").status_code == 404
    client.force_login(ada)
    assert client.get(address).status_code == 200 and client.post(f"{address}/explode").status_code == 404


# --- the board ------------------------------------------------------------------------------------------------------
def near_the_end(row: Assignment, hours: float) -> None:
    period = timedelta(days=row.pool.auto_accept_period_day)
    Assignment.objects.filter(pk=row.pk).update(submitted=timezone.now() - period + timedelta(hours=hours))


def test_the_board_groups_by_pool_with_money_and_the_most_suspicious_first(
        signed_in: Any, alice: Any, pool: Pool, four: list[Assignment]) -> None:
    calm = scene.pool(scene.task(pool.task.project, "Calm", jobs=1), pool.crowd_project)
    other = scene.assignment(calm.task.jobs.get())
    for row, hours in ((four[0], 3), (four[1], 30), (four[2], 40), (four[3], 60), (other, 2)):
        near_the_end(row, hours)
    page = text_of(signed_in.get(SOON))
    assert page.index("Monday") < page.index("Calm"), "the pool with the most suspicious job first"
    assert "In 24 hours</span><strong>2 jobs · $0.10" in page and "In 48 hours</span><strong>4 jobs · $0.20" in page
    assert "24 h: 1 · $0.05" in page and "48 h: 3 · $0.15" in page and f"Job {number_of(four[3])}<" not in page
    assert page.index(f"Job {number_of(four[2])}<") < page.index(f"Job {number_of(four[0])}<")
    (address,) = set(re.findall(rf'href="(/review\?pool={pool.pk}&amp;due=24&amp;sort=suspicion)"', page))
    assert jobs_in(text_of(signed_in.get(address.replace("&amp;", "&")))) == [number_of(four[0])]
    assert "Due<span" in page and ">2<span" in page, "in the navigation: what is due in 24 hours"
    assert "Review<span" in page and ">5<span" in page
    ReviewPolicy.objects.create(pool=calm, version=1, config={"rules": {}})
    page = text_of(signed_in.get(SOON))
    assert ">4<span" in page, "what the policy is still to decide waits for nobody"
    Assignment.objects.filter(pk__in=[four[0].pk, other.pk]).update(status="ACCEPTED")
    assert "Due<span" not in text_of(signed_in.get(SOON))


def test_the_boards_sums_count_the_pools_that_it_does_not_list(
        signed_in: Any, pool: Pool, four: list[Assignment], monkeypatch: pytest.MonkeyPatch) -> None:
    calm = scene.pool(scene.task(pool.task.project, "Calm", jobs=1), pool.crowd_project)
    for row in (four[2], scene.assignment(calm.task.jobs.get())):
        near_the_end(row, 3)
    monkeypatch.setattr("crowdsourcing.selectors.board.MOST_POOLS", 1)
    page = text_of(signed_in.get(SOON))
    assert "In 24 hours</span><strong>2 jobs · $0.10" in page and "Review all 2" in page
    assert "These are 1 of 2 pools" in page and "Calm" not in page


@pytest.mark.parametrize("address", [QUEUE, SOON, "/review/bulk", "bulk"])
def test_pages_cost_the_same_queries_for_many(signed_in: Any, alice: Any, address: str, django_assert_max_num_queries: Any) -> None:
    for name in ("A", "B", "C"):
        big = scene.pool(scene.task(scene.project(alice, name), jobs=20))
        for job in big.task.jobs.all():
            near_the_end(scene.assignment(job), 5)
    bulk = decide_many(actor=alice, verb="accept_assignment", filters=QueueFilters(pool=big.pk), confirmed=scene.AGREED)
    if address == "bulk":
        address = reverse("crowdsourcing:bulk_detail", args=[bulk.pk])
    with django_assert_max_num_queries(10):
        assert signed_in.get(address, {"sort": "suspicion", "due": "24"}).status_code == 200
    assert not ProviderCommand.objects.exists()


def test_what_a_policy_left_to_a_person_is_marked(signed_in: Any, four: list[Assignment]) -> None:
    for words in ("It is too early to tell.", "They do not agree about frame 2."):
        Verdict.objects.create(assignment=four[1], outcome="ask", source="verification", explanation=words)
    page = text_of(signed_in.get(QUEUE))
    assert page.count("left to you by the policy") == 1
    assert "They do not agree about frame 2." in page
    assert "too early" not in page


def test_what_the_policy_is_still_to_decide_is_nobodys_work(signed_in: Any, four: list[Assignment]) -> None:
    pool, task = four[0].pool, reverse("annotation:task_detail", args=[four[0].pool.task_id])
    assert "4 jobs wait for your review" in text_of(signed_in.get(task)), "without a policy all is by hand"
    assert "the policy decides" not in text_of(signed_in.get(QUEUE))
    policy = ReviewPolicy.objects.create(pool=pool, version=1, config={"automatic": {}})
    Verdict.objects.create(assignment=four[1], outcome="ask", source="verification", policy=policy, explanation="A tie.")
    assert text_of(signed_in.get(QUEUE)).count("the policy decides") == 3
    page = text_of(signed_in.get(task))
    assert "1 job waits for your review" in page and "and 3 for the" in page
    assert reverse("annotation:job_detail", args=[four[1].job_id]) in page
    Assignment.objects.filter(pk=four[1].pk).update(status="ACCEPTED")
    assert "decides about 3 submitted jobs; there is nothing to do for you" in text_of(signed_in.get(task))


@pytest.mark.parametrize("change", ["stopped", "by hand again", "decided once, and refused at the platform"])
def test_a_policy_that_decides_nothing_more_leaves_its_jobs_to_people(signed_in: Any, four: list[Assignment], change: str) -> None:
    policy = ReviewPolicy.objects.create(pool=four[0].pool, version=1, config={"automatic": {}})
    if change == "stopped":
        ReviewPolicy.objects.filter(pk=policy.pk).update(stopped_at=timezone.now())
    elif change == "by hand again":
        ReviewPolicy.objects.create(pool=four[0].pool, version=2, config={})
    else:
        for one in four:
            Verdict.objects.create(assignment=one, outcome="reject", source="automatic", policy=policy, explanation="Too fast.")
    assert "the policy decides" not in text_of(signed_in.get(QUEUE))
    assert "4 jobs wait for your review" in text_of(signed_in.get(reverse("annotation:task_detail", args=[four[0].pool.task_id])))
