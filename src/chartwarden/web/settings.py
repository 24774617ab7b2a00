"""Django's settings, from a few environment variables.

``CHARTWARDEN_DATA`` is the data folder (./chartwarden-data), ``DATABASE_URL`` a PostgreSQL database (without it:
SQLite in the data folder), ``CHARTWARDEN_KEYS`` the master keys (without it: the file ``keys`` in the data folder),
``CHARTWARDEN_HOSTS`` the names it is reached by, ``CHARTWARDEN_MAIL`` an SMTP server as smtp://user:password@host:port
(smtp+starttls:// or smtps:// with TLS), ``CHARTWARDEN_MAIL_FROM`` whom its mails are from.
``CHARTWARDEN_HTTPS=1`` where people reach it over HTTPS only; ``CHARTWARDEN_PROXY=1`` where a proxy stands before it
that sets X-Forwarded-Proto and X-Forwarded-For itself, which are believed then and not otherwise. A demo is known by
the file ``demo`` in its data folder (or CHARTWARDEN_DEMO=1) and answers to this machine alone. ``CHARTWARDEN_URL`` is
how its pages are reached from a mail (http://127.0.0.1:8700). ``CHARTWARDEN_SETUP_CODE`` opens the first run to other
machines than this one. Single sign-on: ``CHARTWARDEN_OIDC_ISSUER``, ``_CLIENT_ID``, ``_CLIENT_SECRET``, ``_NAME``;
``_MFA=trusted`` takes the provider's second factor; ``_DOMAINS`` are those whose addresses it vouches for without
saying so.
``CHARTWARDEN_WEBHOOKS_INSIDE=1`` lets webhooks, and calls to the MDM, reach the own network.
``CHARTWARDEN_CERTIFICATE_HEADER`` is the header in which the proxy hands on a client's certificate (letters and digits
alone), ``CHARTWARDEN_CERTIFICATE_FROM`` the addresses of proxies that are believed (127.0.0.1, ::1).
The gateway: ``CHARTWARDEN_FHIR_BASE`` is the EHR's FHIR R4 API, ``CHARTWARDEN_FHIR_TOKEN`` the bearer token that it
wants; instead of a token, for SMART Backend Services, ``CHARTWARDEN_FHIR_KEY`` is a file with a private key in PEM,
``_KEY_ID`` its id at the EHR, ``_CLIENT`` the client's id, ``_TOKEN_URL`` the token endpoint.
``CHARTWARDEN_FHIR_CLINIC`` is the id of the clinic whose EHR it is, where there are several; and
``CHARTWARDEN_GATEWAY_URL`` how coders' programs reach the gateway (http://127.0.0.1:8701).
``CHARTWARDEN_ATNA`` is where openings are pushed to, syslog+tls://host:port or a FHIR base; ``CHARTWARDEN_ATNA_CA`` a
file of those who vouch for its certificate (without it: the system's), ``_CERTIFICATE`` one with ours and its key, in
PEM, ``_TOKEN`` a bearer token for FHIR.
"""

from __future__ import annotations

import os
from pathlib import Path

from chartwarden.web.configuration import (
    addresses,
    atna,
    certificate_header,
    database,
    fhir_base,
    hosts,
    mail,
    provider,
    secret_key,
)

DATA = Path(os.environ.get("CHARTWARDEN_DATA", "chartwarden-data")).absolute()
DEMO = os.environ.get("CHARTWARDEN_DEMO") == "1" or (DATA / "demo").is_file()
KEY_FILE = DATA / "keys"
SITE_URL = os.environ.get("CHARTWARDEN_URL", "http://127.0.0.1:8700")
DEBUG = False
SECRET_KEY = secret_key(KEY_FILE)
ALLOWED_HOSTS = hosts("" if DEMO else os.environ.get("CHARTWARDEN_HOSTS", ""))
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in ALLOWED_HOSTS if name not in ("localhost", "127.0.0.1", "[::1]")]
ROOT_URLCONF = "chartwarden.web.urls"
WSGI_APPLICATION = "chartwarden.web.wsgi.application"
ROOMS = (
    "ledger", "clinics", "people", "patients", "devices", "assignments", "logs", "review", "duties", "gateway", "web",
)  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    *(f"chartwarden.{room}" for room in ROOMS),
]
MIDDLEWARE = [
    "chartwarden.web.headers.headers",
    "django.middleware.security.SecurityMiddleware",
    "chartwarden.web.api.problems.only_problems",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "chartwarden.people.signin.seen.SeenMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "chartwarden.web.signin.SignInMiddleware",
    "chartwarden.web.access.AccessMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chartwarden.web.context.page",
            ],
            "builtins": ["chartwarden.web.templatetags.words"],
        },
    }
]
DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""), DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "chartwarden.people.signin.adapter.AccountAdapter"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "chartwarden.people.signin.passwords.HardToGuess"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
MFA_ADAPTER = "chartwarden.people.signin.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_FORMS = {
    "activate_totp": "chartwarden.people.signin.codes.FirstCode",
    "authenticate": "chartwarden.people.signin.codes.Code",
    "reauthenticate": "chartwarden.people.signin.codes.CodeAgain",
}
MFA_TOTP_ISSUER = "Chartwarden"
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ADAPTER = "chartwarden.people.signin.provider.ProviderAdapter"
SOCIALACCOUNT_PROVIDERS = provider(os.environ)
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
OIDC_MFA = os.environ.get("CHARTWARDEN_OIDC_MFA", "")
SETUP_CODE = os.environ.get("CHARTWARDEN_SETUP_CODE", "")
USERSESSIONS_TRACK_ACTIVITY = True
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "chartwarden_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "/accounts/login/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("CHARTWARDEN_HTTPS") == "1"
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_COOKIE_SECURE else 0
PROXIED = os.environ.get("CHARTWARDEN_PROXY") == "1"
if PROXIED:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # throttling and the list of sessions go by the address before the proxy
CERTIFICATE_HEADER = certificate_header(os.environ.get("CHARTWARDEN_CERTIFICATE_HEADER", ""), PROXIED)
CERTIFICATE_FROM = addresses(
    os.environ.get("CHARTWARDEN_CERTIFICATE_FROM", "127.0.0.1, ::1"), "CHARTWARDEN_CERTIFICATE_FROM"
)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60
PASSWORD_RESET_TIMEOUT = 60 * 60
CSRF_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = False
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "chartwarden.web.static_files.StaticFiles"},
}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
API_REQUESTS_A_MINUTE = 600
WEBHOOKS_INSIDE = DEMO or os.environ.get("CHARTWARDEN_WEBHOOKS_INSIDE") == "1"
FHIR_BASE = fhir_base(os.environ.get("CHARTWARDEN_FHIR_BASE", ""))
FHIR_TOKEN = os.environ.get("CHARTWARDEN_FHIR_TOKEN", "")
FHIR_KEY = os.environ.get("CHARTWARDEN_FHIR_KEY", "")
FHIR_KEY_ID = os.environ.get("CHARTWARDEN_FHIR_KEY_ID", "")
FHIR_CLIENT = os.environ.get("CHARTWARDEN_FHIR_CLIENT", "")
FHIR_TOKEN_URL = fhir_base(os.environ.get("CHARTWARDEN_FHIR_TOKEN_URL", ""), "CHARTWARDEN_FHIR_TOKEN_URL")
FHIR_CLINIC = os.environ.get("CHARTWARDEN_FHIR_CLINIC", "").strip().lower()
GATEWAY_URL = os.environ.get("CHARTWARDEN_GATEWAY_URL", "http://127.0.0.1:8701").rstrip("/")
ATNA = atna(os.environ.get("CHARTWARDEN_ATNA", ""))
ATNA_CA = os.environ.get("CHARTWARDEN_ATNA_CA", "")
ATNA_CERTIFICATE = os.environ.get("CHARTWARDEN_ATNA_CERTIFICATE", "")
ATNA_TOKEN = os.environ.get("CHARTWARDEN_ATNA_TOKEN", "")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 << 20
DEFAULT_FROM_EMAIL = os.environ.get("CHARTWARDEN_MAIL_FROM", "chartwarden@localhost")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
globals().update(mail(os.environ.get("CHARTWARDEN_MAIL", "")))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_values": {"()": "chartwarden.web.logging.NoValues"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["no_values"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.server": {"level": "WARNING"}},
}
