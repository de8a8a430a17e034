"""Sign up, log in and out, password reset (Django's flow) and the profile."""
from typing import Any, cast
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as start_session, views as auth_views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django_htmx.http import HttpResponseClientRedirect

from annotation import guessing
from annotation.forms.accounts import ProfileForm, SignupForm
from annotation.models import Profile


class Login(auth_views.LoginView):
    template_name = "annotation/login.html"
    redirect_authenticated_user = True
    extra_context = {"signup_enabled": settings.SIGNUP_ENABLED}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # A poll of a page whose session ended was sent here: the whole page must go to log in, not a fragment of it.
        htmx = getattr(request, "htmx", None)
        if htmx and request.method == "GET":
            return HttpResponseClientRedirect(f"{reverse('annotation:login')}?next={quote(htmx.current_url_abs_path or '/')}")
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not guessing.must_wait(request):
            return super().post(request, *args, **kwargs)
        # The password is not even looked at.
        form = self.get_form_class()(request)
        return self.render_to_response(self.get_context_data(form=form, wait=guessing.SENTENCE), status=429)

    def form_invalid(self, form: Any) -> HttpResponse:
        guessing.count_wrong(self.request)
        return super().form_invalid(form)


class PasswordReset(auth_views.PasswordResetView):
    template_name = "annotation/password_reset.html"
    email_template_name = "annotation/password_reset_email.txt"
    subject_template_name = "annotation/password_reset_subject.txt"
    success_url = reverse_lazy("annotation:password_reset_done")

    def form_valid(self, form: Any) -> HttpResponse:
        # Never the Host header: whoever asks for the mail could write it.
        ours = urlsplit(settings.PUBLIC_URL)
        self.extra_email_context = {"domain": ours.netloc, "site_name": ours.netloc, "protocol": ours.scheme}
        return super().form_valid(form)


class PasswordResetDone(auth_views.PasswordResetDoneView):
    template_name = "annotation/password_reset_done.html"


class PasswordResetConfirm(auth_views.PasswordResetConfirmView):
    template_name = "annotation/password_reset_confirm.html"
    success_url = reverse_lazy("annotation:login")

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        messages.success(self.request, "Your password was changed. Log in with the new one.")
        return answer


@method_decorator(login_required, name="dispatch")
class PasswordChange(auth_views.PasswordChangeView):
    template_name = "annotation/password_change.html"
    success_url = reverse_lazy("annotation:profile")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "Your password was changed.")
        return super().form_valid(form)


@sensitive_post_parameters()
def signup(request: HttpRequest) -> HttpResponse:
    if not settings.SIGNUP_ENABLED:
        raise Http404("Signing up is switched off.")
    if request.user.is_authenticated:
        return redirect("annotation:project_list")
    wanted = request.GET.get("next", "")
    form = SignupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        start_session(request, user, backend="django.contrib.auth.backends.ModelBackend")
        messages.success(request, f"Welcome, {user.get_username()}.")
        # Who came with an invitation goes back to it.
        safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
        return redirect(wanted) if wanted and safe else redirect("annotation:project_list")
    return render(request, "annotation/signup.html", {"form": form, "next": wanted}, status=422 if form.errors else 200)


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    stored = Profile.objects.filter(user=user).first()
    form = ProfileForm(request.POST or None, instance=user, initial={"timezone": stored.timezone if stored else ""})
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            Profile.objects.update_or_create(user=user, defaults={"timezone": form.cleaned_data["timezone"]})
        messages.success(request, "Your profile was saved.")
        return redirect("annotation:profile")
    return render(request, "annotation/profile.html", {"form": form}, status=422 if form.errors else 200)
