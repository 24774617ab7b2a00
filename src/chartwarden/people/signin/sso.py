"""What OpenID Connect asks for beyond the library: nonce, signature, one subject, and when somebody last signed in.

See OpenID Connect Core 1.0: 3.1.2.1 (nonce, prompt, max_age), 3.1.3.7 (ID token), 5.3.2 (subject of the user info).
"""

from __future__ import annotations

import hmac
import secrets
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponseBase

from chartwarden.people.signin.rules import FRESH

SINCE = "provider_signed_in_at"
"""In the session: when the provider says that it last saw the person sign in, in seconds since 1970."""


class SignOn(OpenIDConnectProvider):
    """The provider as we go to it: what we ask for is said here, and not by whoever made the address."""

    def redirect_from_request(self, request: HttpRequest) -> HttpResponseBase:
        """To the provider. Somebody who is signed in goes there to show again that it is they."""
        nonce = secrets.token_urlsafe(24)
        known: dict[str, Any] = {"nonce": nonce, "asked_at": request.now.timestamp()}
        asked = {"nonce": nonce}
        if request.user.is_authenticated:
            known["again"] = str(request.user.pk)
            # With max_age the ID token must say auth_time, which the adapter checks. 0 would be taken literally by some
            # providers, which then ask without end.
            asked |= {"prompt": "login", "max_age": str(int(FRESH.total_seconds()))}
        return self.redirect(
            request, process="login", next_url=get_next_redirect_url(request), data=known, auth_params=asked
        )

    def extract_extra_data(self, data: Any) -> dict[str, Any]:  # noqa: ARG002  the library's signature
        """Nothing is kept of what the provider says: names and addresses have their place elsewhere, sealed."""
        return {}


class SignOnAdapter(OpenIDConnectOAuth2Adapter):
    """Trusts what comes back from the provider once it is proved; else raises OAuth2Error, which a page shows."""

    known: dict[str, Any] | None = None

    def get_provider(self) -> SignOn:
        """The one that the settings name. Raises SocialApp.DoesNotExist."""
        return SignOn(self.request, app=get_adapter(self.request).get_app(self.request, provider=self.provider_id))

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **given: Any) -> Any:
        """Who it is, by an ID token that was made for this very sign-in."""
        encoded = given["response"].get("id_token")
        if not encoded or not self.known:
            raise OAuth2Error("no ID token")
        claims = self._decode_id_token(app, encoded)
        told = self._fetch_user_info(token.token)
        if not hmac.compare_digest(str(claims.get("nonce", "")), self.known["nonce"]):
            raise OAuth2Error("the nonce is another")
        if told.get("sub") != claims.get("sub"):
            raise OAuth2Error("the user info is about somebody else")
        if isinstance(claims.get("aud"), list) and len(claims["aud"]) > 1 and claims.get("azp") != app.client_id:
            raise OAuth2Error("the ID token was made for somebody else")
        self.known["auth_time"] = claims.get("auth_time")
        return self.get_provider().sociallogin_from_response(request, {"userinfo": told, "id_token": claims})

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        """Signed by the provider's key, also where it came by TLS."""
        return jwtkit.verify_and_decode(  # type: ignore[no-any-return]
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
