"""Setup crowdsourcing project, Update project."""
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.forms.utils import ErrorDict

from crowdsourcing.models import CrowdProject, ProviderAccount
from crowdsourcing.services import projects as services

Environment = ProviderAccount.Environment
DESCRIPTION_HELP = "Tolokers see it in the list of tasks. One or two plain sentences."


def server_choices() -> list[tuple[str, str]]:
    """"sandbox", "production", and one choice for every other server that the settings allow; nothing can be typed."""
    allowed = services.allowed_base_urls()
    named = [(environment.value, f"{environment.label} ({urlsplit(url).netloc})")
             for environment in (Environment.SANDBOX, Environment.PRODUCTION) for url in allowed[environment]]
    return named + [(url, urlsplit(url).netloc) for url in allowed[Environment.OTHER]]


def choice_of(account: ProviderAccount) -> str:
    """The form's choice that stands for an account's server."""
    return account.base_url if account.environment == Environment.OTHER else account.environment


class KeyField(forms.CharField):
    """The platform's API key: typed in, never shown again."""

    def __init__(self, **options: Any) -> None:
        widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "spellcheck": "false", "data-1p-ignore": "",
                                                                "class": "mono"})
        super().__init__(max_length=512, widget=widget, **options)


class PlatformAnswersForm(forms.Form):
    """A form whose refusal comes later, from the platform: shown at the field although nothing was sent just now."""

    def refuse(self, field: str, sentence: str) -> None:
        self._errors = ErrorDict({field: self.error_class([sentence])})


class ProjectSetupForm(PlatformAnswersForm):
    provider = forms.ChoiceField(label="Provider", choices=[("toloka", "Toloka")], initial="toloka")
    environment = forms.ChoiceField(label="Environment", choices=server_choices, initial=Environment.SANDBOX.value, help_text=(
        "Sandbox: a server that behaves like Toloka, with play money. Production: real people, real money."))
    api_key = KeyField(label="API key", help_text=(
        "Of your requester account on that server. It is checked there, stored encrypted and never shown again."))
    description = forms.CharField(label="Project description", required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 3}),
                                  help_text=DESCRIPTION_HELP)

    def server(self) -> dict[str, str]:
        """{"environment", "base_url"} as the service takes them."""
        chosen = self.cleaned_data["environment"]
        if chosen in (Environment.SANDBOX, Environment.PRODUCTION):
            return {"environment": chosen, "base_url": ""}
        return {"environment": Environment.OTHER.value, "base_url": chosen}


class ProjectUpdateForm(PlatformAnswersForm):
    """Only key and description can be changed."""

    api_key = KeyField(label="API key", required=False,
                       help_text="Leave empty to keep the present key. A new one must belong to the same requester.")
    description = forms.CharField(label="Project description", required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 3}),
                                  help_text=DESCRIPTION_HELP)

    @classmethod
    def of(cls, crowd_project: CrowdProject) -> "ProjectUpdateForm":
        return cls(initial={"description": crowd_project.description})
