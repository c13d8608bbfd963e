"""All settings, read from the environment or `.env`; `.env.example` lists them."""

import os
import warnings
from pathlib import Path
from typing import Any

import environ

from upsell_project import admin_theme, embedded

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(str(BASE_DIR / ".env"))

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / ".data")))
# What `make run` gives its own processes also holds for a `manage.py` in another terminal.
for _name, _value in embedded.environment(DATA_DIR).items():
    os.environ.setdefault(_name, _value)
SANDBOX = env.bool("SANDBOX", default=False)
DEBUG = env.bool("DEBUG", default=False)
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
HOLDOUT_PERCENT = env.float("HOLDOUT_PERCENT", default=10.0)
HOLDOUT_SALT = env.str("HOLDOUT_SALT", default="global-control-1")
# How offers are chosen: see docs/choosing.md.
OFFERS_EXPLORATION = env.float("OFFERS_EXPLORATION", default=0.05)
OFFERS_LEAST_SCORE = env.float("OFFERS_LEAST_SCORE", default=0.0)
LEARNING_HALF_LIFE_DAYS = env.float("LEARNING_HALF_LIFE_DAYS", default=90.0)
LEARNING_BASE_RATE = env.float("LEARNING_BASE_RATE", default=0.04)
LEARNING_STRENGTH = env.float("LEARNING_STRENGTH", default=20.0)
CURRENCY = env.str("CURRENCY", default="EUR")
POSTAL_ADDRESS = env.str("POSTAL_ADDRESS", default="Demo company, 1 Example Street" if SANDBOX else "")
SENDER = env.str("SENDER", default="Upsell <offers@localhost>")
REPLY_TO = env.str("REPLY_TO", default="")
COMPANY = env.str("COMPANY", default="Upsell")
ALERT_EMAILS: list[str] = env.list("ALERT_EMAILS", default=[])
DEFAULT_LOCALE = env.str("DEFAULT_LOCALE", default="en")
BOOKING_URL = env.str("BOOKING_URL", default="")
MEDIA_HOSTS: list[str] = env.list("MEDIA_HOSTS", default=[])
CLICK_HOSTS: list[str] = env.list("CLICK_HOSTS", default=[])
# `host` or `host:port` of providers' APIs inside your own network; all other private addresses are refused.
OUTBOUND_ALLOWED_HOSTS: list[str] = env.list("OUTBOUND_ALLOWED_HOSTS", default=[])
# Draft help for texts, by an endpoint that speaks OpenAI's chat completions; hidden unless all three are set.
DRAFTS_URL = env.str("DRAFTS_URL", default="").rstrip("/")
DRAFTS_API_KEY = env.str("DRAFTS_API_KEY", default="")
DRAFTS_MODEL = env.str("DRAFTS_MODEL", default="")
IN_APP_STRICT = env.bool("IN_APP_STRICT", default=False)
TRUST_PROXY = env.bool("TRUST_PROXY", default=False)
# Past either, the doors for data answer 429 until the workers have caught up.
MAX_BACKLOG = env.int("MAX_BACKLOG", default=50_000)
MAX_BACKLOG_MINUTES = env.int("MAX_BACKLOG_MINUTES", default=60)
# What is older is deleted: see signals_app/partitions.py.
EVENT_RETENTION_MONTHS = env.int("EVENT_RETENTION_MONTHS", default=25)
ENVELOPE_RETENTION_DAYS = env.int("ENVELOPE_RETENTION_DAYS", default=35)
# Per second, over all web processes: see signals_app/limits.py.
EVENTS_PER_SOURCE = env.int("EVENTS_PER_SOURCE", default=50_000)
REQUESTS_PER_ADDRESS = env.int("REQUESTS_PER_ADDRESS", default=2_000)
UNKNOWN_KEYS_PER_ADDRESS = env.int("UNKNOWN_KEYS_PER_ADDRESS", default=100)
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", default=[])


def _secret_key() -> str:
    """From the environment, else the one `make run` made for this machine; there is no default to leak."""
    made = DATA_DIR / "secret_key"
    if "SECRET_KEY" in os.environ or not made.exists():
        return str(env.str("SECRET_KEY"))
    return made.read_text().strip()


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
# Suppressions must be recognized for ever, so their hash key outlives a rotated SECRET_KEY when set on its own.
FINGERPRINT_KEY = env.str("FINGERPRINT_KEY", default=SECRET_KEY)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])

_database_url = env.str("DATABASE_URL", default="postgres://127.0.0.1:5432/upsell")
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")

DATABASES: dict[str, Any] = {"default": environ.Env.db_url_config(_database_url)}
DATABASES["default"] |= {
    "CONN_MAX_AGE": None,  # a kept connection is worth 10x; a dead one costs one 503 and is then replaced
    "OPTIONS": {
        "connect_timeout": 3,
        # Only what asks for it is prepared (`bulk.prepared`), and then with one plan for good. What looks dear by its
        # generic plan takes milliseconds: to compile it takes longer.
        "prepare_threshold": 1_000_000,
        "options": "-c plan_cache_mode=force_generic_plan -c jit=off",
        **DATABASES["default"].get("OPTIONS", {}),
    },
}

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "import_export",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_rq",
    "upsell_project.lib",
    "people_app",
    "consent_app",
    "signals_app",
    "offers_app",
    "campaigns_app",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "signals_app.limits.PerAddress",
    "upsell_project.middleware.Nul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "upsell_project.middleware.Unavailable",
]
ROOT_URLCONF = "upsell_project.urls"
WSGI_APPLICATION = "upsell_project.wsgi.application"
APPEND_SLASH = (
    False  # a redirected POST is a lost one: every public path is routed with and without the slash
)
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/admin/login/"
LOGIN_REDIRECT_URL = "/admin/"  # the theme's login form sends no `next`
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
FORMAT_MODULE_PATH = ["upsell_project.formats"]
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 300
# Without `collectstatic` files are served from where they lie; whitenoise would warn of that on every start.
warnings.filterwarnings("ignore", message="No directory at", module="django.core.handlers.base")
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024  # webhooks; SDK batches are held to 500 KB when inflated

_https = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
X_FRAME_OPTIONS = "DENY"
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Without EMAIL_URL nothing leaves: the sandbox keeps mail in its own inbox, production refuses to send.
EMAIL_URL = env.str("EMAIL_URL", default="demo://" if SANDBOX else "")

# A request never waits long for Redis; a worker's blocking pop sets its own, longer time.
_redis_query = "&" if "?" in REDIS_URL else "?"
RQ_QUEUES = {
    "upsell": {
        "URL": f"{REDIS_URL}{_redis_query}socket_connect_timeout=0.3&socket_timeout=1.0",
        "DEFAULT_TIMEOUT": 120,
        "DEFAULT_RESULT_TTL": 0,
        "SERIALIZER": "rq.serializers.JSONSerializer",
    }
}
RQ_SHOW_ADMIN_LINK = False

UNFOLD = admin_theme.UNFOLD

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "campaigns_app.api.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["campaigns_app.api.authentication.RolePermission"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "campaigns_app.api.pagination.Pages",
    "PAGE_SIZE": 100,
    "EXCEPTION_HANDLER": "campaigns_app.api.problems.handle",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Upsell staff API",
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    # Two resources call different things an outcome.
    "ENUM_NAME_OVERRIDES": {
        "CapOutcomeEnum": "offers_app.models.OfferCap.Outcome",
        "DecisionOutcomeEnum": "offers_app.models.Decision.Outcome",
    },
}

# The one hand-over upward: the worker at the bottom calls the pipeline at the top by these names.
JOBS = {
    "alerts": "campaigns_app.alerts.look",
    "back_tests": "signals_app.back_tests.run",
    "checkouts": "offers_app.checkout.work.run",
    "drafts": "offers_app.drafts.run",
    "erasures": "campaigns_app.privacy.carry_out",
    "inbox": "campaigns_app.pipeline.process_inbox",
    "learning": "offers_app.learn.run",
    "lookups": "signals_app.lookups.read_due",
    "steps": "campaigns_app.advance.advance_due",
    "outbox": "campaigns_app.outbox.send_outbox",
    "recounts": "signals_app.usage.recount.run",
    "scores": "signals_app.scores.compute.run",
    "segments": "signals_app.segments.refresh.run",
    "sweeps": "campaigns_app.sweeps.run",
    "trainings": "signals_app.scores.training.run",
}
# Told of what changed without an event, in this order: see signals_app/again.py.
HEARS_WHAT_CHANGED = ("signals_app.segments.following.heard", "campaigns_app.exits.heard")
# Seconds, where one piece of the work may take longer than DEFAULT_TIMEOUT: the events of one account are read at once,
# those of all people are looked through for a definition.
LONG_JOBS = {"back_tests": 600, "recounts": 3600, "sweeps": 3600, "trainings": 3600}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"mask": {"()": "upsell_project.lib.masking.MaskSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["mask"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "rq": {"level": "WARNING"},
        "django.request": {
            "level": "ERROR"
        },  # refusals are told to who asked; a flood of them must not fill the disk
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
