"""What several roads make at the platform, and must make once: marks, skills, the projects of the platform's own annotation."""
import secrets
from zlib import crc32

from django.db import transaction

from crowdsourcing import mirror
from crowdsourcing.mirror.locks import SKILL, only_one
from crowdsourcing.models import DrawingProject, Pool, ProviderAccount, Skill
from crowdsourcing.providers.base import Provider, SkillSpec
from crowdsourcing.providers.errors import Unavailable
from crowdsourcing.statuses import PoolInterface, ProjectStatus


def new_mark(noun: str) -> str:
    """A mark that is written to the platform before creation, so that a lost answer is found again."""
    return f"cvatoloka-{noun}-{secrets.token_hex(12)}"


def make_skill(account: ProviderAccount, provider: Provider, spec: SkillSpec) -> Skill:
    """The account's skill of this name, made if there is none.

    A skill has neither operation id nor mark: between looking for the name and making it somebody else could make it. So those who want
    one name at one requester's take turns. Unavailable (tried again by itself) while another has the turn.
    """
    whose = account.requester_id or f"account {account.pk}"
    # Two names of one number wait for each other without need, and no more.
    with only_one(SKILL, crc32(f"{account.base_url} {whose} {spec.name}".encode())) as got:
        if not got:
            sentence = f"The skill “{spec.name}” is being made by another command. We look again in a moment."
            raise Unavailable(sentence, "skill_busy", retry_after=2)
        return mirror.mirror_skill(account, provider.ensure_skill(spec))


@transaction.atomic
def page_for(pool: Pool) -> DrawingProject | None:
    """The platform's project with the task page that the pool wants, a new row if there is none; None for our editor.

    One that was archived at the platform takes no new pools for ever: another comes in its place, the earlier pools stay with theirs.
    """
    if pool.interface != PoolInterface.IMAGE_ANNOTATION:
        return None
    options = pool.interface_options
    choice = {"crowd_project": pool.crowd_project, "shapes": " ".join(options["shapes"]), "needed": options["needed"]}
    DrawingProject.objects.filter(**choice, status=ProjectStatus.ARCHIVED, replaced=False).update(replaced=True)
    return DrawingProject.objects.get_or_create(**choice, replaced=False, defaults={"mark": new_mark("drawing")})[0]
