"""What `manage.py check`, and every command before it begins, says of this room."""
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

from annotation.templatetags.assets import bundle_is_current


@register(Tags.staticfiles)
def editor_is_bundled(**_: Any) -> list[CheckMessage]:
    """Without a bundle the editor works, module by module."""
    if settings.DEBUG or bundle_is_current():
        return []
    return [Warning("The editor's bundle is missing or older than its modules: browsers load some 70 files instead of two.",
                    hint="Run bin/assets, and collectstatic where static files are collected.", id="annotation.W001")]
