"""Verbs on the platform's project."""
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from annotation.models import Project
from crowdsourcing import credentials
from crowdsourcing.making import new_mark
from crowdsourcing.models import CrowdProject, ProviderAccount, ProviderCommand
from crowdsourcing.services.access import may_edit
from crowdsourcing.services.commands import ask, refuse_obstacles, require
from crowdsourcing.statuses import CommandKind

Environment = ProviderAccount.Environment


def allowed_base_urls() -> dict[str, list[str]]:
    """Host roots one may choose, by environment."""
    return {
        Environment.SANDBOX: [settings.SANDBOX_URL],
        Environment.PRODUCTION: [settings.TOLOKA_PRODUCTION_URL],
        Environment.OTHER: [url.rstrip("/") for url in settings.TOLOKA_ALLOWED_URLS],
    }


@transaction.atomic(durable=True)
def setup_project(*, actor: Any, project: Project, environment: str, api_key: str, base_url: str = "",
                  description: str = "") -> CrowdProject:
    """Put `project` on the platform. Called again after a failure it replaces account and key and tries again.

    `base_url` may be empty for sandbox and production. ValidationError by field; Refused where something stands in the way.
    """
    project = Project.objects.select_for_update().get(pk=project.pk)
    require(may_edit(actor, project))
    base_url = _checked_base_url(environment, base_url)
    api_key = checked_key(api_key)
    refuse_obstacles(project, CommandKind.SETUP_PROJECT)
    crowd_project = CrowdProject.objects.select_related("account").filter(project=project).first()
    account = _account(owner=actor, environment=environment, base_url=base_url, api_key=api_key,
                       before=crowd_project.account if crowd_project else None)
    if crowd_project is None:
        crowd_project = CrowdProject(project=project, mark=new_mark("project"))
    elif crowd_project.account_id != account.pk:
        # Another requester or server: whatever the earlier try may have left there is not ours to find here.
        crowd_project.mark = new_mark("project")
    crowd_project.account, crowd_project.description = account, description.strip()
    crowd_project.full_clean()
    crowd_project.save()
    ask(actor=actor, target=crowd_project, kind=CommandKind.SETUP_PROJECT, account=account)
    return crowd_project


@transaction.atomic(durable=True)
def update_project(*, actor: Any, crowd_project: CrowdProject, description: str, api_key: str = "") -> ProviderCommand:
    """Send name, description and guide again; with `api_key` change to another key of the same requester, once it is proven."""
    crowd_project = CrowdProject.objects.select_for_update().get(pk=crowd_project.pk)
    require(may_edit(actor, crowd_project.project))
    refuse_obstacles(crowd_project, CommandKind.UPDATE_PROJECT)
    crowd_project.description = description.strip()
    crowd_project.full_clean()
    crowd_project.save(update_fields=["description", "updated_at"])
    payload: dict[str, Any] = {}
    if api_key:
        old = crowd_project.account
        candidate = ProviderAccount.objects.create(
            owner=old.owner, provider=old.provider, environment=old.environment, base_url=old.base_url,
            encrypted_key=credentials.encrypt(checked_key(api_key)))
        payload["new_account_id"] = candidate.pk
    return ask(actor=actor, target=crowd_project, kind=CommandKind.UPDATE_PROJECT, account=crowd_project.account, payload=payload)


@transaction.atomic(durable=True)
def archive_project(*, actor: Any, crowd_project: CrowdProject) -> ProviderCommand:
    """Final. All pools must be archived."""
    return _simple(actor, crowd_project, CommandKind.ARCHIVE_PROJECT)


@transaction.atomic(durable=True)
def sync_project(*, actor: Any, crowd_project: CrowdProject) -> ProviderCommand:
    """Look at the project and all its pools now."""
    return _simple(actor, crowd_project, CommandKind.SYNC_PROJECT)


def _simple(actor: Any, crowd_project: CrowdProject, kind: CommandKind) -> ProviderCommand:
    require(may_edit(actor, crowd_project.project))
    crowd_project = CrowdProject.objects.select_for_update().get(pk=crowd_project.pk)
    refuse_obstacles(crowd_project, kind)
    return ask(actor=actor, target=crowd_project, kind=kind, account=crowd_project.account)


def _checked_base_url(environment: str, base_url: str) -> str:
    choices = allowed_base_urls().get(environment)
    if choices is None:
        raise ValidationError({"environment": f"Choose one of {', '.join(Environment.values)}."})
    base_url = base_url.strip().rstrip("/")
    if not base_url and environment != Environment.OTHER:
        return choices[0]
    if base_url not in choices:
        allowed = ", ".join(choices) or "none; an administrator adds them to TOLOKA_ALLOWED_URLS"
        raise ValidationError({"base_url": f"This server is not on the list of allowed ones ({allowed})."})
    return base_url


def checked_key(api_key: str) -> str:
    api_key = api_key.strip()
    # It becomes an HTTP header: one line of visible ASCII, or the client fails with something nobody understands.
    if not api_key or len(api_key) > 512 or not all("!" <= character <= "~" for character in api_key):
        raise ValidationError({"api_key": "Enter the API key as the platform shows it: one word, no spaces."})
    return api_key


def _account(*, owner: Any, environment: str, base_url: str, api_key: str, before: ProviderAccount | None) -> ProviderAccount:
    """The account with this very key: that of the try before, whoever made it; else one of the owner's, or a new one."""
    mine = ProviderAccount.objects.filter(owner=owner, environment=environment, base_url=base_url)
    same = [before] if before is not None and (before.environment, before.base_url) == (environment, base_url) else []
    for account in (*same, *mine):
        try:
            if credentials.decrypt(account.encrypted_key).reveal() == api_key:
                return account
        except credentials.UnreadableKey:
            continue
    return ProviderAccount.objects.create(
        owner=owner, environment=environment, base_url=base_url, encrypted_key=credentials.encrypt(api_key))
