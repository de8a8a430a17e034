"""Organizations: teams that share projects. Every verb locks the organization first, so that places in it change one after the other."""
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation import selectors
from annotation.errors import Forbidden, Refused
from annotation.models import Job, Organization, OrganizationMember, OrganizationRole, Project, ProjectMember
from annotation.webhooks.announcing import announces

_SLUG = re.compile(r"^[-a-zA-Z0-9_]{1,16}$")
MAX_OWNED = 50


def create_organization(*, actor: Any, slug: str, name: str = "", description: str = "") -> Organization:
    """A new organization of the actor. ValidationError with "slug", "name", "description"; Refused(code="too_many") at 50 of one's own."""
    if not actor.is_authenticated or not actor.is_active:
        raise Forbidden("Log in to create an organization.")
    values = {"slug": _clean_slug(slug), "name": _clean_text(name, "name", 64),
              "description": _clean_text(description, "description", 8_000)}
    if Organization.objects.filter(owner=actor).count() >= MAX_OWNED:
        raise Refused(f"You own {MAX_OWNED} organizations already. Delete or hand over one of them first.", "too_many")
    try:
        with transaction.atomic():
            organization = Organization.objects.create(owner=actor, **values)
            OrganizationMember.objects.create(organization=organization, user=actor, role=OrganizationRole.OWNER)
    except IntegrityError:
        raise _taken(values["slug"]) from None
    return organization


@announces("update", "organization")
def update_organization(*, actor: Any, organization: Organization, slug: str | None = None, name: str | None = None,
                        description: str | None = None) -> Organization:
    """Change what is given; the short name is the owner's to change, since addresses and scripts hold it. ValidationError as above."""
    with transaction.atomic():
        locked = lock(organization)
        if not selectors.may_manage(actor, locked):
            raise Forbidden("Only its owner and maintainers may change the organization.")
        if slug is not None and slug != locked.slug:
            _require_owner(actor, locked, "Only the owner may change the short name of the organization.")
            locked.slug = _clean_slug(slug, besides=locked.pk)
        if name is not None:
            locked.name = _clean_text(name, "name", 64)
        if description is not None:
            locked.description = _clean_text(description, "description", 8_000)
        try:
            with transaction.atomic():
                locked.save(update_fields=["slug", "name", "description", "updated_date"])
        except IntegrityError:
            raise _taken(locked.slug) from None
    for field in ("slug", "name", "description", "updated_date"):
        setattr(organization, field, getattr(locked, field))
    return organization


@transaction.atomic
def delete_organization(*, actor: Any, organization: Organization) -> None:
    """With its places and invitations. Refused(code="in_use") while it holds projects."""
    locked = lock(organization)
    _require_owner(actor, locked, "Only the owner may delete the organization.")
    count = locked.projects.count()
    if count:
        held = f"{count} project{'s' if count != 1 else ''}"
        raise Refused(f"The organization holds {held}. Delete them or move them to another place first.", "in_use")
    locked.delete()


@announces("update", "organization")
@transaction.atomic
def hand_over(*, actor: Any, organization: Organization, user: Any) -> Organization:
    """Make another member the owner; who was it becomes a maintainer. Refused(code="not_member"). A repeat changes nothing."""
    locked = lock(organization)
    if locked.owner_id == user.pk:
        return locked
    _require_owner(actor, locked, "Only the owner may hand the organization over.")
    member = OrganizationMember.objects.filter(organization=locked, user=user, user__is_active=True).first()
    if member is None:
        raise Refused("Only a member can become the owner. Invite them first.", "not_member")
    # One owner at every moment is the database's rule: the old one steps down first.
    OrganizationMember.objects.filter(organization=locked, role=OrganizationRole.OWNER).update(role=OrganizationRole.MAINTAINER)
    OrganizationMember.objects.filter(pk=member.pk).update(role=OrganizationRole.OWNER)
    locked.owner = user
    locked.save(update_fields=["owner", "updated_date"])
    organization.owner = user
    return locked


@announces("update", "membership", argument="member")
@transaction.atomic
def change_role(*, actor: Any, member: OrganizationMember, role: str) -> OrganizationMember:
    """Another place for a member; what a new worker owned of the organization's projects passes to its owner.

    ValidationError with "role"; Forbidden above one's own powers; Refused(code="is_owner") for the owner's place.
    """
    locked, member = _locked_member(member)
    if role not in OrganizationRole.values:
        raise ValidationError({"role": [f"“{role}” is not one of {', '.join(OrganizationRole.values)}."]})
    if role == member.role:
        return member
    if OrganizationRole.OWNER in (role, member.role):
        raise Refused("There is one owner: the organization is handed over by its owner, to another member.", "is_owner")
    if not (selectors.may_place(actor, locked, member.role) and selectors.may_place(actor, locked, role)):
        raise Forbidden("Your place in the organization does not allow this. Ask its owner.")
    member.role = role
    member.save(update_fields=["role"])
    if role == OrganizationRole.WORKER:
        _pass_projects(locked, member.user)
    return member


@announces("delete", "membership", argument="member")
@transaction.atomic
def remove_member(*, actor: Any, member: OrganizationMember) -> None:
    """Take somebody out, or leave. Their projects there pass to the owner, their jobs go back, what was shared with them there ends.

    Refused(code="is_owner") for the owner, who hands the organization over first.
    """
    locked, member = _locked_member(member)
    if member.role == OrganizationRole.OWNER:
        raise Refused("The owner cannot leave: hand the organization over to another member first, or delete it.", "is_owner")
    if member.user_id != actor.pk and not selectors.may_place(actor, locked, member.role):
        raise Forbidden("Your place in the organization does not allow this. Ask its owner.")
    _pass_projects(locked, member.user)
    ProjectMember.objects.filter(project__organization=locked, user=member.user).delete()
    Job.objects.filter(task__project__organization=locked, assignee=member.user).update(assignee=None, updated_date=timezone.now())
    member.delete()


@announces("update", "project")
@transaction.atomic
def move_project(*, actor: Any, project: Project, organization: Organization | None) -> Project:
    """Into an organization, or out of one into the personal space of its owner (None).

    Needs the right to share the project and to make projects there. An owner who may not have projects there gives way to the actor.
    Jobs of people who do not belong to the new place go back. Forbidden.
    """
    touched = sorted({pk for pk in (project.organization_id, organization.pk if organization else None) if pk is not None})
    spaces = {space.pk: space for space in Organization.objects.select_for_update().filter(pk__in=touched).order_by("pk")}
    locked = Project.objects.select_for_update().get(pk=project.pk)
    if not selectors.may_share(actor, locked):
        raise Forbidden("Only the project's owner, and those who look after its organization, may move it.")
    target = spaces.get(organization.pk) if organization is not None else None
    if organization is not None and (target is None or not selectors.may_create_in(actor, target)):
        raise Forbidden(f"Your place in “{organization.slug}” does not allow projects of your own. Ask its owner.")
    if (locked.organization_id or None) == (target.pk if target else None):
        return project
    locked.organization = target
    if target is not None and not _may_own(locked.owner, target):
        locked.owner = actor if _may_own(actor, target) else target.owner
    locked.save(update_fields=["organization", "owner", "updated_date"])
    take_back_jobs(locked)
    project.organization, project.owner, project.updated_date = locked.organization, locked.owner, locked.updated_date
    return project


def lock(organization: Organization) -> Organization:
    """The row, held until the transaction ends. Refused(code="gone")."""
    locked = Organization.objects.select_for_update().filter(pk=organization.pk).first()
    if locked is None:
        raise Refused("This organization was deleted meanwhile. Load the page again.", "gone")
    return locked


def require_creation(actor: Any, organization: Organization) -> Organization:
    """The locked organization in which the actor may make a project. Forbidden."""
    locked = lock(organization)
    if not selectors.may_create_in(actor, locked):
        raise Forbidden(f"Your place in “{locked.slug}” does not allow projects of your own. Ask its owner.")
    return locked


def _locked_member(member: OrganizationMember) -> tuple[Organization, OrganizationMember]:
    locked = lock(member.organization)
    found = OrganizationMember.objects.select_related("user").filter(pk=member.pk).first()
    if found is None:
        raise Refused("This person is not in the organization any more. Load the page again.", "gone")
    found.organization = locked
    return locked, found


def _require_owner(actor: Any, organization: Organization, sentence: str) -> None:
    if selectors.place_in(actor, organization) not in (selectors.ADMIN, selectors.OWNER):
        raise Forbidden(sentence)


def _may_own(user: Any, organization: Organization) -> bool:
    return OrganizationMember.objects.filter(organization=organization, user=user).exclude(role=OrganizationRole.WORKER).exists()


def _pass_projects(organization: Organization, user: Any) -> None:
    Project.objects.filter(organization=organization, owner=user).update(owner=organization.owner_id, updated_date=timezone.now())


def take_back_jobs(project: Project) -> None:
    """Jobs of people who do not belong to the project any more become nobody's."""
    jobs = Job.objects.filter(task__project=project).exclude(assignee=None)
    for assignee in {job.assignee for job in jobs.select_related("assignee").order_by("assignee").distinct("assignee")}:
        if not selectors.may_be_given(assignee, project):
            jobs.filter(assignee=assignee).update(assignee=None, updated_date=timezone.now())


def _clean_slug(raw: Any, besides: int = 0) -> str:
    slug = str(raw or "").strip()
    if not _SLUG.match(slug):
        raise ValidationError({"slug": ["Give 1 to 16 letters of the Latin alphabet, digits, hyphens or underscores."]})
    # Names that differ by case only would be mistaken for each other.
    if Organization.objects.filter(slug__iexact=slug).exclude(pk=besides).exists():
        raise _taken(slug)
    return slug


def _taken(slug: str) -> ValidationError:
    return ValidationError({"slug": [f"“{slug}” is taken. Choose another short name."]})


def _clean_text(raw: Any, field: str, length: int) -> str:
    text = str(raw or "").strip()
    if len(text) > length:
        raise ValidationError({field: [f"This has {len(text):,} characters; at most {length:,} are allowed."]})
    if "\x00" in text or (field == "name" and any(ord(character) < 32 for character in text)):
        raise ValidationError({field: ["Leave out line breaks and other control characters."]})
    return text
