"""What a platform keeps of a Toloker for their requester: values of skills, and bans. Mirrors: only crowdsourcing.mirror writes them."""
from django.db import models

from crowdsourcing.models.accounts import Toloker
from crowdsourcing.models.skills import Skill


class TolokerSkill(models.Model):
    """How much of a skill somebody has, 0 to 100. `modified`: the platform's time of the last change."""

    toloker = models.ForeignKey(Toloker, on_delete=models.CASCADE, related_name="skill_values")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="values")
    value = models.FloatField()
    modified = models.DateTimeField()
    mirrored_at = models.DateTimeField()
    # The platform did not list it any more.
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["toloker_id", "skill_id"]
        constraints = [models.UniqueConstraint(fields=["toloker", "skill"], name="skill_once_a_toloker")]

    def __str__(self) -> str:
        return f"{self.skill_id} of {self.toloker_id}: {self.value:g}"


class Ban(models.Model):
    """Somebody who is, or was, kept out of a pool, a project or everything of this requester. `private_comment` says why."""

    toloker = models.ForeignKey(Toloker, on_delete=models.CASCADE, related_name="bans")
    remote_id = models.CharField(max_length=64)
    # ALL_PROJECTS, PROJECT, POOL, SYSTEM; the platform may say another.
    scope = models.CharField(max_length=32)
    remote_project_id = models.CharField(max_length=64, blank=True)
    remote_pool_id = models.CharField(max_length=64, blank=True)
    private_comment = models.TextField(blank=True)
    created = models.DateTimeField()
    # Empty: for good.
    will_expire = models.DateTimeField(null=True, blank=True)
    mirrored_at = models.DateTimeField()
    # The platform did not list it any more: it was lifted, or is over.
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created", "-pk"]
        constraints = [models.UniqueConstraint(fields=["toloker", "remote_id"], name="remote_ban_once")]

    def __str__(self) -> str:
        return f"{self.toloker_id}: {self.scope}"
