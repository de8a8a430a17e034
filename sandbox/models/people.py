"""Requesters, Tolokers, their skills and restrictions."""
from django.db import models

from sandbox.models.fields import HexIdField, JsonField, Row


class Requester(Row):
    """Owner of projects. `balance` can be spent; `held` waits for a decision on submitted work."""

    id = HexIdField(primary_key=True)
    name = models.CharField(max_length=250)
    token_hash = models.CharField(max_length=64, unique=True)
    balance = models.DecimalField(max_digits=16, decimal_places=6, default=0)
    held = models.DecimalField(max_digits=16, decimal_places=6, default=0)
    created = models.DateTimeField()


class Toloker(Row):
    """One of the crowd. `profile` and `computed` are what pool filters compare with."""

    id = HexIdField(primary_key=True)
    name = models.CharField(max_length=250, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    profile = JsonField(default=dict)
    computed = JsonField(default=dict)
    balance = models.DecimalField(max_digits=16, decimal_places=6, default=0)
    on_review = models.DecimalField(max_digits=16, decimal_places=6, default=0)
    created = models.DateTimeField()


class Skill(Row):
    """`requester` is empty for the platform's own (verified languages)."""

    requester = models.ForeignKey(Requester, null=True, on_delete=models.CASCADE, related_name="skills")
    name = models.CharField(max_length=250)
    form = JsonField(default=dict)
    skill_ttl_hours = models.BigIntegerField(null=True)
    hidden = models.BooleanField(default=True)
    # Made by a training, which alone sets its values.
    training = models.BooleanField(default=False)
    created = models.DateTimeField()


class UserSkill(Row):
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="values")
    toloker = models.ForeignKey(Toloker, on_delete=models.CASCADE, related_name="skills")
    exact_value = models.DecimalField(max_digits=9, decimal_places=6)
    created = models.DateTimeField()
    modified = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["skill", "toloker"], name="one_value_per_skill")]


class UserRestriction(Row):
    """A ban by one requester. `will_expire` empty means for good."""

    requester = models.ForeignKey(Requester, on_delete=models.CASCADE, related_name="restrictions")
    toloker = models.ForeignKey(Toloker, on_delete=models.CASCADE, related_name="restrictions")
    scope = models.CharField(max_length=16)
    project = models.ForeignKey("Project", null=True, on_delete=models.CASCADE)
    pool = models.ForeignKey("Pool", null=True, on_delete=models.CASCADE)
    private_comment = models.TextField(blank=True)
    will_expire = models.DateTimeField(null=True)
    # The quality rule's collector that made it, empty if the requester did: when it ends, that rule starts from zero.
    collector = models.CharField(max_length=36, blank=True)
    created = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["requester", "toloker", "scope", "project", "pool"], name="one_restriction_per_scope", nulls_distinct=False)
        ]
