"""The first run: one page that makes the clinic and its first person."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from chartwarden.clinics.queries import clinics
from chartwarden.kernel.errors import InputRefused
from chartwarden.people import models
from chartwarden.people.contracts import public
from chartwarden.people.signin.first_run import code_is_right, first_run, on_loopback
from chartwarden.people.signin.forms import FirstRun


@public
def setup(request: HttpRequest) -> HttpResponseBase:
    """Ask for the clinic and its first person; gone once there is a clinic."""
    if clinics():
        return redirect("start")
    here = on_loopback(request)
    if not here and not settings.SETUP_CODE:
        return render(request, "people/setup_elsewhere.html", status=403)
    form = FirstRun(request.POST or None)
    if here:
        del form.fields["setup_code"]
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if not here and not code_is_right(values.pop("setup_code"), settings.SETUP_CODE):
            form.add_error("setup_code", "This is not the code. Look again where Chartwarden was started.")
            return render(request, "people/setup.html", {"form": form}, status=403)
        return _made(request, form)
    return render(request, "people/setup.html", {"form": form})


def _made(request: HttpRequest, form: FirstRun) -> HttpResponseBase:
    wanted = {name: value for name, value in form.cleaned_data.items() if name not in ("again", "setup_code")}
    wanted["code"] = wanted["code"] or "first-officer"
    try:
        _, user = first_run(**wanted, at=request.now)
    except InputRefused:
        return redirect("start")
    account = models.User.objects.get(id=user)
    login = Login(user=account, email=account.email, redirect_url="/")
    return perform_password_login(request, {"email": account.email}, login)
