"""Choosing what a pool's Tolokers annotate in."""
from typing import Any

from django.core.exceptions import ValidationError

from crowdsourcing.models import Pool
from crowdsourcing.selectors.drawing import BadOptions, clean_options, unfit
from crowdsourcing.statuses import PoolInterface

_TOO_LATE = "The interface is chosen when the pool is made, and this pool is at the platform already. Make another task for another one."


def apply_interface(pool: Pool, config: dict[str, Any]) -> None:
    """Take `interface` and `interface_options` of a pool's config over. ValidationError by field; nothing is set then.

    A pool that is at the platform keeps its own: its task page is a project's there. Work that the task cannot take is refused here.
    """
    before = pool.interface, pool.interface_options
    interface = config.get("interface", pool.interface)
    if interface not in PoolInterface.values:
        raise ValidationError({"interface": f"Choose one of {', '.join(PoolInterface.values)}."})
    kept = pool.interface_options if interface == pool.interface else {}
    try:
        options = clean_options(interface, config.get("interface_options", kept))
    except BadOptions as problem:
        raise ValidationError({"interface_options": str(problem)}) from None
    if (interface, options) == before and pool.remote_id:
        return
    if pool.remote_id:
        raise ValidationError({"interface": _TOO_LATE})
    if interface == PoolInterface.IMAGE_ANNOTATION and (problems := unfit(pool.task, options)):
        raise ValidationError({"interface": problems})
    pool.interface, pool.interface_options = interface, options
