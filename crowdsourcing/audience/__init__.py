"""Who may take a pool's jobs: Toloka's filter language, checked, explained and offered to the form. Pure: no models, no platform.

`clean(value)` -> the filter as it will be sent, or AudienceError with one sentence a dotted path; `checked(value)` -> the same with
Django's ValidationError, for those who report by field;
`sentence(filter)` -> the same in plain English; `catalogue()` -> the fields for the audience builder.
"""
from crowdsourcing.audience.fields import catalogue
from crowdsourcing.audience.grammar import AudienceError, checked, clean
from crowdsourcing.audience.sentence import sentence

__all__ = ["AudienceError", "catalogue", "checked", "clean", "sentence"]
