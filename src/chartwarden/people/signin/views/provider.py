"""The way to the provider of single sign-on and back."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponseBase

from chartwarden.people.contracts import public
from chartwarden.people.signin.sso import SignOnAdapter


class Back(OAuth2CallbackView):
    """Coming back: the adapter learns what was asked for."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, instead = super()._get_state(request, provider)
        self.adapter.known = (state or {}).get("data")
        return state, instead


@public
def begin(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """To the provider."""
    return _through(OAuth2LoginView, request, provider_id)


@public
def back(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """From the provider."""
    return _through(Back, request, provider_id)


def _through(view: Any, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    try:
        answer: HttpResponseBase = view.adapter_view(SignOnAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return answer
