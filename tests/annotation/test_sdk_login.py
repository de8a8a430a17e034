"""CVAT's own client, unmodified: who it may say it is, and what it asks the server about itself."""
import base64
from typing import Any

import pytest
from cvat_sdk import make_client
from cvat_sdk.api_client import ApiClient, Configuration, exceptions
from cvat_sdk.core.client import Client, Config
from django.core.cache import cache
from django.test import Client as Browser

from annotation import guessing
from annotation.models import AccessToken
from annotation.services import tokens
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


def who(client: Any) -> str:
    return str(client.users.retrieve_current_user().username)


def test_the_server_is_of_a_version_that_the_client_supports(sdk_server: str) -> None:
    strict = Config(allow_unsupported_server=False)
    assert str(Client(sdk_server, config=strict).get_server_version()) == "2.80.0"


def test_a_password_opens_and_logging_out_closes(sdk: Any) -> None:
    assert who(sdk) == "alice"
    key = AccessToken.objects.get().pk
    sdk.logout()
    with pytest.raises(exceptions.UnauthorizedException):
        who(sdk)
    assert AccessToken.objects.get().pk == key


def test_logging_in_again_changes_the_user(sdk: Any, bob: Any) -> None:
    sdk.login((bob.username, PASSWORD))
    assert who(sdk) == "bob"


def test_a_wrong_password_is_an_answer_of_400(sdk_server: str, alice: Any) -> None:
    with pytest.raises(exceptions.ApiException) as refused:
        make_client(sdk_server, credentials=(alice.username, "wrong"))
    assert refused.value.status == 400
    assert "Unable to log in" in str(refused.value.body)


def test_a_password_opens_where_session_cookies_are_for_https(sdk_server: str, alice: Any, settings: Any) -> None:
    # The client reads all Set-Cookie headers as one: a cookie that ends in "Secure" and is not the last hides both from it.
    settings.SESSION_COOKIE_SECURE = True
    assert settings.CSRF_COOKIE_SECURE is False
    with make_client(sdk_server, credentials=(alice.username, PASSWORD)) as client:
        assert who(client) == "alice"


@pytest.fixture
def value(alice: Any) -> str:
    return tokens.create_token(owner=alice, name="script")[1]


def test_an_access_token_opens(sdk_server: str, value: str) -> None:
    with make_client(sdk_server, access_token=value) as client:
        assert who(client) == "alice"
        client.projects.create({"name": "by token"})
        assert [project.name for project in client.projects.list()] == ["by token"]


def test_a_token_made_by_the_client_may_be_for_reading_only(sdk: Any, sdk_server: str) -> None:
    made, _ = sdk.api_client.auth_api.create_access_tokens(access_token_write_request={"name": "reader", "read_only": True})
    with make_client(sdk_server, access_token=made.value) as reader:
        assert reader.projects.list() == []
        with pytest.raises(exceptions.ForbiddenException):
            reader.projects.create({"name": "no"})


def test_the_older_form_of_a_token_opens(client: Browser, value: str) -> None:
    assert client.get("/api/users/self", headers={"Authorization": f"Token {value}"}).json()["username"] == "alice"
    assert client.get("/api/users/self", headers={"Authorization": f"Token {value}x"}).status_code == 401


def test_name_and_password_with_every_request(sdk_server: str, alice: Any) -> None:
    with ApiClient(Configuration(sdk_server, username=alice.username, password=PASSWORD)) as client:
        assert client.users_api.retrieve_self()[0].username == "alice"
        project, _ = client.projects_api.create({"name": "Basic"})
        assert client.projects_api.retrieve(project.id)[0].name == "Basic"


def test_guessing_passwords_ends_and_right_ones_are_never_counted(client: Browser, alice: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(guessing, "FAILURES", 2)
    cache.clear()

    def ask(password: str) -> Any:
        secret = base64.b64encode(f"alice:{password}".encode()).decode()
        return client.get("/api/users/self", headers={"Authorization": f"Basic {secret}"})

    assert [ask(PASSWORD).status_code for _ in range(4)] == [200] * 4
    assert [ask(password).status_code for password in ("a", "b", "c", PASSWORD)] == [401, 401, 429, 429]
    assert int(ask("d").headers["Retry-After"]) <= guessing.WINDOW_SECONDS
    cache.clear()
    assert ask(PASSWORD).status_code == 200


@pytest.mark.parametrize("accept", ["application/vnd.cvat+json", "application/vnd.cvat+json; version=2.0", "application/json", "*/*", None])
def test_every_media_type_that_programs_ask_for_is_answered(client: Browser, alice: Any, accept: str | None) -> None:
    client.force_login(alice)
    answer = client.get("/api/users/self", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.json()["username"]) == (200, "alice")


def test_addresses_are_those_of_the_front_server(client: Browser, alice: Any, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER, settings.USE_X_FORWARDED_HOST = ("HTTP_X_FORWARDED_PROTO", "https"), True
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "cvat.example.org"]
    client.force_login(alice)
    made = client.post("/api/projects", {"name": "x"}, content_type="application/json",
                       headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "cvat.example.org"}).json()
    assert made["url"] == f"https://cvat.example.org/api/projects/{made['id']}"
    assert made["labels"]["url"].startswith("https://cvat.example.org/api/labels?")
