"""Quality rules: the platform's collectors, conditions and actions, checked, worded, merged and replayed. Pure: no models, no platform.

`clean(value)` -> the configs as they are sent, or RulesError; `checked(value)` -> the same with Django's ValidationError;
`sentences(configs, skills)` -> one in plain English for each rule; `merged`, `differ` -> ours with what the platform has.
"""
from crowdsourcing.rules.grammar import RulesError, checked, clean, gathered, skills_in, told
from crowdsourcing.rules.merging import differ, dropped, merged, reissues, with_reissue, without_reissue
from crowdsourcing.rules.presets import with_completed
from crowdsourcing.rules.sentence import counted, effect, sentences

__all__ = [
    "RulesError", "checked", "clean", "counted", "differ", "dropped", "effect", "gathered", "merged", "reissues", "sentences", "skills_in",
    "told", "with_completed", "with_reissue", "without_reissue",
]
