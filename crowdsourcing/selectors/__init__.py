"""Questions about room 2's tables; nothing here writes, nothing here calls a platform."""
from crowdsourcing.selectors.clock import platform_now
from crowdsourcing.selectors.commands import is_open, latest_command, latest_commands, open_command, target_type_of
from crowdsourcing.selectors.consensus import is_enough, nobody_else_wanted, people_at, places_missing, spare_places
from crowdsourcing.selectors.history import (
    attempts_of,
    changes_of,
    consuming_attempts,
    is_accepted,
    is_offered_again,
    latest_assignment,
    suite_of,
    timeline_of,
)
from crowdsourcing.selectors.links import remote_url
from crowdsourcing.selectors.money import pool_counts, pool_money
from crowdsourcing.selectors.obstacles import is_busy, obstacles
from crowdsourcing.selectors.skills import audience_of, rules_of, skill_names, skills_gone, skills_of

__all__ = [
    "attempts_of", "audience_of", "changes_of", "consuming_attempts", "is_accepted", "is_busy", "is_enough", "is_offered_again",
    "is_open", "latest_assignment", "latest_command", "latest_commands", "nobody_else_wanted", "obstacles", "open_command", "people_at",
    "places_missing", "platform_now", "pool_counts", "pool_money", "remote_url", "rules_of", "skill_names", "skills_gone", "skills_of",
    "spare_places", "suite_of", "target_type_of", "timeline_of",
]
