"""Addresses of the platform's own pages."""
from django.conf import settings

from crowdsourcing.models import CrowdProject, Pool, ProviderAccount, Verification
from crowdsourcing.providers.links import pool_page, project_page


def browser_root(account: ProviderAccount) -> str:
    """Where the requester's browser reaches the platform's pages, no slash at the end."""
    base = account.base_url.rstrip("/")
    if base == settings.SANDBOX_URL:
        return settings.SANDBOX_PUBLIC_URL
    return base


def remote_url(target: CrowdProject | Pool) -> str:
    """The platform's page of a project or pool; empty while it is not there yet."""
    if not target.remote_id:
        return ""
    if isinstance(target, CrowdProject):
        return project_page(browser_root(target.account), target.remote_id)
    return pool_page(browser_root(target.crowd_project.account), target.remote_project_id, target.remote_id)


def verification_url(verification: Verification) -> str:
    """The platform's page of a verification's pool; empty while it is not there yet."""
    if not verification.remote_pool_id:
        return ""
    root = browser_root(verification.pool.crowd_project.account)
    return pool_page(root, verification.remote_project_id, verification.remote_pool_id)
