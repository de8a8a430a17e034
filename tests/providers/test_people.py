"""What the contract says of skills' values and of bans, held against every provider."""
import uuid
from datetime import UTC, datetime, timedelta

from crowdsourcing.providers.base import SkillSpec
from crowdsourcing.providers.people import RemoteBan, RemoteUserSkill
from tests.providers.stages import Stage, project_spec

LATER = timedelta(milliseconds=1)


def skill_of(stage: Stage) -> str:
    return stage.provider.ensure_skill(SkillSpec(f"Road signs {uuid.uuid4().hex[:8]}")).id


def values(stage: Stage, since: datetime | None = None, user_id: str = "") -> dict[tuple[str, str], RemoteUserSkill]:
    rows = [row for page in stage.provider.user_skill_pages(since=since, user_id=user_id) for row in page]
    assert len({(row.skill_id, row.user_id) for row in rows}) == len(rows)
    return {(row.skill_id, row.user_id): row for row in rows}


def bans(stage: Stage, since: datetime | None = None) -> dict[str, RemoteBan]:
    return {row.id: row for page in stage.provider.ban_pages(since=since) for row in page}


def test_values_of_all_skills_come_with_when_they_changed(stage: Stage) -> None:
    one, other = skill_of(stage), skill_of(stage)
    assert values(stage) == {}
    wanda, walter = stage.give_skill("wanda", one, 70), stage.give_skill("walter", one, 90)
    stage.give_skill("wanda", other, 1)
    found = values(stage)
    assert {key: row.value for key, row in found.items()} == {(one, wanda): 70.0, (one, walter): 90.0, (other, wanda): 1.0}
    assert all(row.modified.tzinfo is not None and row.seen_at.tzinfo is not None for row in found.values())
    assert set(values(stage, user_id=wanda)) == {(one, wanda), (other, wanda)}


def test_only_what_changed_since_and_what_changed_again(stage: Stage) -> None:
    skill = skill_of(stage)
    wanda, walter = stage.give_skill("wanda", skill, 70), stage.give_skill("walter", skill, 90)
    newest = max(row.modified for row in values(stage).values())
    assert (skill, walter) in values(stage, since=newest), "at that very moment counts"
    assert values(stage, since=newest + LATER) == {}
    stage.give_skill("wanda", skill, 40)
    again = values(stage, since=newest)[skill, wanda]
    assert again.value == 40.0 and again.modified >= newest


def test_what_was_taken_away_is_in_no_page(stage: Stage) -> None:
    skill = skill_of(stage)
    stage.give_skill("wanda", skill, 70)
    stage.take_skill("wanda", skill)
    assert values(stage) == {}


def test_bans_say_whom_from_what_why_and_until_when(stage: Stage) -> None:
    assert bans(stage) == {}
    project = stage.provider.ensure_project(project_spec(uuid.uuid4().hex)).id
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=15)
    first, wanda = stage.ban("wanda", comment="Often rejected", until=until)
    second, walter = stage.ban("walter", project_id=project, comment="Too fast")
    found = bans(stage)
    assert [(row.user_id, row.scope, row.project_id, row.pool_id, row.private_comment, row.will_expire) for row in
            (found[first], found[second])] == [
        (wanda, "ALL_PROJECTS", "", "", "Often rejected", until), (walter, "PROJECT", project, "", "Too fast", None)]
    newest = max(row.created for row in found.values())
    assert bans(stage, since=newest + LATER) == {} and second in bans(stage, since=newest)
    stage.lift(first)
    assert set(bans(stage)) == {second}
