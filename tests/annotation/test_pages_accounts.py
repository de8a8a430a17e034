"""Sign up, log in, passwords, profile and access tokens, as a browser meets them."""
import hashlib
import re

import pytest
from django.core import mail

from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, alice):
    client.force_login(alice)
    return client


def signup(client, **changes):
    form = {"username": "nora", "email": "nora@example.org", "password1": "a long enough phrase", "password2": "a long enough phrase"}
    return client.post("/signup", {**form, **changes})


def test_who_signs_up_is_logged_in_and_sees_where_to_begin(client):
    assert signup(client).url == "/projects"
    page = client.get("/projects").content.decode()
    assert "Create your first project" in page
    assert "Welcome, nora." in page


def test_signing_up_with_bad_fields_says_so_at_each_and_makes_no_account(client, alice):
    from django.contrib.auth import get_user_model

    answer = signup(client, username="alice", email="ALICE@example.org", password2="another phrase")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"username", "email", "password2"}
    assert get_user_model().objects.count() == 1


def test_with_signing_up_switched_off_the_page_does_not_exist(client, settings):
    settings.SIGNUP_ENABLED = False
    assert client.get("/signup").status_code == 404
    assert signup(client).status_code == 404


def test_a_stranger_is_sent_to_log_in_and_back_to_the_page_they_wanted(client, alice):
    answer = client.get("/projects?search=cars")
    assert answer.url == "/login?next=/projects%3Fsearch%3Dcars"
    answer = client.post("/login", {"username": "alice", "password": PASSWORD, "next": "/projects?search=cars"})
    assert answer.url == "/projects?search=cars"


def test_nobody_is_sent_to_a_foreign_site_after_logging_in(client, alice):
    answer = client.post("/login", {"username": "alice", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer.url == "/projects"


def test_a_poll_after_the_session_ended_moves_the_whole_page_to_log_in(client):
    answer = client.get("/login?next=/requests/1", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/requests"})
    assert answer["HX-Redirect"] == "/login?next=/requests"


def test_a_forgotten_password_is_changed_by_a_link_that_works_once(client, alice):
    client.post("/password-reset", {"email": "alice@example.org"})
    link = re.search(r"http://localhost:8000(/password-reset/\S+)", mail.outbox[0].body).group(1)
    form_page = client.get(link, follow=True)
    form_address = form_page.redirect_chain[-1][0]
    answer = client.post(form_address, {"new_password1": "quite another phrase", "new_password2": "quite another phrase"})
    assert answer.url == "/login"
    assert client.login(username="alice", password="quite another phrase")
    client.logout()
    assert "This link is used up" in client.get(link, follow=True).content.decode()


def test_a_reset_for_an_unknown_address_looks_the_same_and_sends_nothing(client):
    answer = client.post("/password-reset", {"email": "nobody@example.org"}, follow=True)
    assert "If an account uses that e-mail" in answer.content.decode()
    assert mail.outbox == []


def test_logging_out_needs_a_post(signed_in):
    assert signed_in.get("/logout").status_code == 405
    signed_in.post("/logout")
    assert signed_in.get("/projects").status_code == 302


def test_times_are_shown_in_the_zone_of_the_profile(signed_in, project):
    answer = signed_in.post("/profile", {"email": "alice@example.org", "timezone": "Asia/Tokyo"})
    assert answer.status_code == 302
    assert "JST" in signed_in.get(f"/projects/{project.pk}").content.decode()


def test_without_a_zone_in_the_profile_the_browsers_counts(signed_in, project):
    signed_in.cookies["timezone"] = "Europe/Moscow"
    assert "MSK" in signed_in.get(f"/projects/{project.pk}").content.decode()


def test_an_unknown_zone_and_a_taken_address_are_refused(signed_in, bob):
    answer = signed_in.post("/profile", {"email": "bob@example.org", "timezone": "Moon/Crater"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"email", "timezone"}


# --- access tokens ---------------------------------------------------------------------------------------------------

def make_token(client, **changes):
    return client.post("/tokens", {"name": "export script", "days": "30", **changes})


def value_in(answer) -> str:
    return re.search(r"cvt_[\w-]{36}", answer.content.decode()).group(0)


def test_a_token_is_shown_once_and_only_its_digest_is_stored(signed_in):
    from annotation.models import AccessToken

    answer = make_token(signed_in)
    value, token = value_in(answer), AccessToken.objects.get()
    assert token.digest == hashlib.sha256(value.encode()).hexdigest()
    assert value not in str(list(AccessToken.objects.values()))
    assert value not in signed_in.get("/tokens").content.decode()
    assert token.prefix in signed_in.get("/tokens").content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_a_fresh_token_opens_the_api_until_it_is_revoked(signed_in, client):
    from django.test import Client

    from annotation.models import AccessToken

    bearer = {"Authorization": f"Bearer {value_in(make_token(signed_in))}"}
    program = Client()
    assert program.get("/api/schema/", headers=bearer).status_code == 200
    signed_in.post(f"/tokens/{AccessToken.objects.get().pk}/revoke")
    assert program.get("/api/projects", headers=bearer).status_code == 401


def test_revoking_twice_keeps_the_first_moment(signed_in):
    from annotation.models import AccessToken

    make_token(signed_in)
    token = AccessToken.objects.get()
    signed_in.post(f"/tokens/{token.pk}/revoke")
    first = AccessToken.objects.get().revoked_date
    signed_in.post(f"/tokens/{token.pk}/revoke")
    assert AccessToken.objects.get().revoked_date == first


def test_nobody_revokes_the_token_of_another(signed_in, bob, client):
    from annotation.models import AccessToken

    make_token(signed_in)
    client.force_login(bob)
    assert client.post(f"/tokens/{AccessToken.objects.get().pk}/revoke").status_code == 404
    assert AccessToken.objects.get().revoked_date is None


@pytest.mark.parametrize("changes", [{"name": ""}, {"name": "n" * 51}, {"days": "-1"}, {"days": "soon"}])
def test_a_token_with_a_bad_field_is_not_made(signed_in, changes):
    from annotation.models import AccessToken

    answer = make_token(signed_in, **changes)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(changes)
    assert not AccessToken.objects.exists()
