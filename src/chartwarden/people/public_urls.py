"""Addresses of signing in that lie outside a clinic, and the invitation on a person's page.

They come before the library's own, so that what is closed here can't be reached.
"""

from __future__ import annotations

from django.urls import include, path

from chartwarden.people.signin.views import account, invitations, passwords, provider, resets, sessions, setup

signin = [
    path("setup/", setup.setup, name="setup"),
    path("join/", invitations.join, name="join"),
    path("join/<str:token>/", invitations.invited, name="invited"),
    path("accounts/lock/", account.lock, name="lock"),
    path("accounts/alive/", account.alive, name="alive"),
    path("accounts/again/", account.again, name="again"),
    path("accounts/2fa/recovery-codes/kept/", account.codes_kept, name="codes_kept"),
    path("accounts/sessions/<int:session>/end/", account.end_session, name="end_session"),
    path("accounts/new-factor/<str:token>/", resets.new_factor, name="new_factor"),
    path("c/<uuid:clinic>/people/<uuid:person>/factors/", resets.factors, name="factors"),
    path("c/<uuid:clinic>/people/<uuid:person>/factors/seen/", resets.seen, name="factors_seen"),
    path("c/<uuid:clinic>/people/<uuid:person>/invitation/", invitations.invitation, name="invitation"),
    path("c/<uuid:clinic>/people/<uuid:person>/invitation/withdraw/", invitations.withdraw, name="withdraw_invitation"),
]
urlpatterns = [
    path("", include((signin, "signin"))),
    path("accounts/password/reset/", passwords.ask, name="account_reset_password"),
    path("accounts/sessions/", sessions.sessions, name="usersessions_list"),
    path("accounts/oidc/<str:provider_id>/login/", provider.begin, name="openid_connect_login"),
    path("accounts/oidc/<str:provider_id>/login/callback/", provider.back, name="openid_connect_callback"),
    path("accounts/2fa/webauthn/add/", account.add_passkey, name="mfa_add_webauthn"),
    path("accounts/2fa/webauthn/keys/<int:pk>/remove/", account.remove_passkey, name="mfa_remove_webauthn"),
    *(
        path(f"accounts/{address}", account.closed)
        for address in (
            "signup/",
            "email/",
            "confirm-email/",
            "confirm-email/<str:key>/",
            "password/set/",
            "login/code/confirm/",
            "3rdparty/signup/",
        )
    ),
]
