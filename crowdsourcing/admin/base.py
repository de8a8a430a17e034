"""What the admin pages of this room share."""
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.forms import CharField, TextInput
from django.http import HttpRequest

from crowdsourcing.transitions import Refused

# Each row is a call to the platform: more than this is no click but a script.
MAX_ROWS = 100


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows are looked at, never written: what the platform said must stay what it said."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """May ask for verbs: those to whom the model's change permission was given."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def ask_each(self, request: HttpRequest, rows: QuerySet[Any], verb: Callable[[Any], Any], *,
                 said: str = "The platform is being asked: {}. See Provider commands.", noun: str = "command") -> None:
        """Call a service for every row; each is asked or says why not, the others go on. `said`: with {} for "3 commands"."""
        asked = 0
        for row in rows[:MAX_ROWS]:
            try:
                verb(row)
                asked += 1
            except Refused as error:
                self.message_user(request, f"{row}: {error.sentence}", messages.WARNING)
            except ValidationError as error:
                self.message_user(request, f"{row}: {' '.join(error.messages)}", messages.ERROR)
            except PermissionDenied:
                self.message_user(request, f"{row}: your role does not allow it.", messages.ERROR)
        if asked:
            self.message_user(request, said.format(f"{asked} {noun}{'s' if asked > 1 else ''}"), messages.SUCCESS)


class CommentActionForm(ActionForm):
    """The bar of actions with room for the comment that Accept and Reject send."""

    comment = CharField(required=False, label="Comment to the Toloker:", widget=TextInput(attrs={"size": 40}))


def names(model: type[Model], *left_out: str) -> list[str]:
    """All fields of a model for reading."""
    return [field.name for field in model._meta.concrete_fields if field.name not in left_out]
