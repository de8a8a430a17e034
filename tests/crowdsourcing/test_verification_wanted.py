"""What may be wanted of a verification crowd, and the platform's rules that follow: the notebook's, by toloka-kit."""
from typing import Any

import pytest
import toloka.client as toloka
from django.core.exceptions import ValidationError

from crowdsourcing.verification_wishes import DEFAULTS, audience_of, clean, marking_rule, marks, rules_of


def test_nothing_wanted_is_the_notebooks_verification() -> None:
    assert clean({}) == DEFAULTS
    wanted = clean({})
    assert wanted["min_tasks_per_page"] == 1, "which the notebook leaves to the platform: a full page or none"
    assert (wanted["reward_per_assignment"], wanted["tasks_per_page"], wanted["overlap"], wanted["max_overlap"], wanted["min_confidence"],
            wanted["language"], wanted["assignment_max_duration_seconds"]) == ("0.01", 10, 2, 5, 0.8, "EN", 600)


def test_what_is_left_out_stays_as_it_was() -> None:
    assert clean({"overlap": 3}, clean({"language": "es"}))["language"] == "ES"


@pytest.mark.parametrize(("values", "field", "words"), [
    ({"overlap": 0}, "overlap", "whole number"), ({"overlap": True}, "overlap", "whole number"), ({"overlap": 2.5}, "overlap", "whole"),
    ({"overlap": float("nan")}, "overlap", "whole"),
    ({"tasks_per_page": 5, "min_tasks_per_page": 6}, "min_tasks_per_page", "the 5 of a full page"),
    ({"min_tasks_per_page": 0}, "min_tasks_per_page", "whole number"), ({"last_page_delay_seconds": -1}, "last_page_delay_seconds", "0 to"),
    ({"min_confidence": 0.4}, "min_confidence", "0.5"), ({"min_confidence": 1}, "min_confidence", "below 1"),
    ({"min_confidence": "nan"}, "min_confidence", "0.5"),
    ({"reward_per_assignment": "0"}, "reward_per_assignment", "0.005"),
    ({"reward_per_assignment": "NaN"}, "reward_per_assignment", "0.005"),
    ({"reward_per_assignment": "0.0101"}, "reward_per_assignment", "three digits"),
    ({"language": "English"}, "language", "two letters"), ({"question": "  "}, "question", "Write"),
    ({"question": "a\0"}, "question", "At"),
    ({"aggregation": "dice"}, "aggregation", "one_coin"), ({"majority_ban": "yes"}, "majority_ban", "true or false"),
    ({"colour": "red"}, "colour", "There is no"),
    ({"skill_from_agreement": False}, "skill_from_agreement", "dynamic overlap and the platform's aggregation"),
    ({"max_overlap": 1}, "max_overlap", "cannot be fewer"), ({"max_overlap": 2}, "max_overlap", "room for one more"),
    ({"overlap": 1}, "overlap", "no majority"),
])
def test_what_cannot_be_is_refused_in_words(values: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        clean(values)
    assert words in caught.value.message_dict[field][0]


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        clean({"overlap": 0, "language": "", "price": 1})
    assert set(caught.value.message_dict) == {"overlap", "language", "price"}


def test_rules_and_audience_are_the_notebooks() -> None:
    pool = toloka.pool.Pool()
    pool.filter = toloka.filter.Languages.in_("EN") & toloka.filter.Skill("77").__eq__(None)
    pool.quality_control.add_action(
        collector=toloka.collectors.MajorityVote(answer_threshold=2),
        conditions=[toloka.conditions.TotalAnswersCount > 9, toloka.conditions.CorrectAnswersRate < 50],
        action=toloka.actions.RestrictionV2(
            scope=toloka.user_restriction.UserRestriction.ALL_PROJECTS, duration=10, duration_unit="DAYS",
            private_comment="Doesn't match the majority"))
    pool.quality_control.add_action(
        collector=toloka.collectors.MajorityVote(answer_threshold=2, history_size=10), conditions=[toloka.conditions.TotalAnswersCount > 2],
        action=toloka.actions.SetSkillFromOutputField(skill_id="78", from_field="correct_answers_rate"))
    theirs = pool.unstructure()
    assert audience_of(clean({}), "77") == theirs["filter"]
    assert rules_of(clean({}), "78") == theirs["quality_control"]["configs"]


def test_who_annotates_is_marked_by_the_notebooks_rule() -> None:
    pool = toloka.pool.Pool()
    pool.quality_control.add_action(
        collector=toloka.collectors.AnswerCount(), conditions=[toloka.conditions.AssignmentsAcceptedCount > 0],
        action=toloka.actions.SetSkill(skill_id="77", skill_value=1))
    (theirs,) = pool.unstructure()["quality_control"]["configs"]
    assert marking_rule("77") == theirs
    assert marks([theirs], "77") and not marks([theirs], "78") and not marks(rules_of(clean({}), "77"), "77")


def test_switched_off_rules_are_not_sent() -> None:
    assert rules_of(clean({"majority_ban": False, "skill_from_agreement": False, "dynamic_overlap": False, "aggregation": "majority"}),
                    "78") == []
