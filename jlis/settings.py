"""The one settings file. What differs between places comes from the environment (`jlis/environment.py`)."""

from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured

from jlis import environment

ENVIRONMENT = environment.read()
BASE_DIR = environment.ROOT
DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret()
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY がありません。`make run` で起動するか、SECRET_KEY または SECRET_KEY_FILE を設定してください。"
    )
ALLOWED_HOSTS = [host.strip() for host in ENVIRONMENT.allowed_hosts.split(",")]

# --- the house ---------------------------------------------------------------------------------------------------
JLIS_HOME = ENVIRONMENT.jlis_home
JLIS_KEYS_DIR = ENVIRONMENT.jlis_keys_dir or JLIS_HOME / "keys"
JLIS_PKI_MODULE = ENVIRONMENT.jlis_pki_module
JLIS_PKI_TOKEN = ENVIRONMENT.jlis_pki_token
JLIS_PKI_PIN_FILE = ENVIRONMENT.jlis_pki_pin_file
JLIS_PKI_OFFICER_PIN_FILE = ENVIRONMENT.jlis_pki_officer_pin_file
JLIS_FILES_DIR = ENVIRONMENT.jlis_files_dir or JLIS_HOME / "files"
JLIS_TODAY = ENVIRONMENT.jlis_today
JLIS_BANNER = ENVIRONMENT.jlis_banner
JLIS_PRODUCT_NAME = "自治体基盤 事務システム"
JLIS_DUTIES = "jlis.duties"
JLIS_CARD_READER = ENVIRONMENT.jlis_card_reader
# In a worker of the web server alone; not in jobs, commands and tests.
JLIS_SERVES_WEB = ENVIRONMENT.jlis_serves_web
JLIS_CELERY_APP = "jlis.celery.app"
# The device at the counter that talks to a card's chip; the demonstration's cards are files.
JLIS_CARD_TERMINAL = "jlis.demo.virtual_card.VirtualTerminal"

INSTALLED_APPS = [
    "jlis.kernel.apps.KernelConfig",
    "juki.apps.JukiConfig",
    "jpki.apps.JpkiConfig",
    "mynacard.apps.MynacardConfig",
    "bcl.apps.BclConfig",
    "lgwan.apps.LgwanConfig",
    "konbini.apps.KonbiniConfig",
    "jlis.demo.apps.DemoConfig",
    "jlis.kernel.faces.staff_site.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "jlis.kernel.faces.middleware.RequestContextMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "jlis.kernel.faces.middleware.StaffScopeMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "jlis.urls"
WSGI_APPLICATION = "jlis.wsgi.application"
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
                "jlis.kernel.faces.shell.context",
            ],
        },
    },
]

# --- data --------------------------------------------------------------------------------------------------------
_url = ENVIRONMENT.database_owner_url if ENVIRONMENT.jlis_connect_as == "owner" else ENVIRONMENT.database_url
DATABASES = {
    "default": {
        **environment.database(_url),
        "ENGINE": "jlis.kernel.isolation.backend",
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"TEMPLATE": "template0"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIGRATION_MODULES: dict[str, str] = {}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENVIRONMENT.redis_url}}

# --- people ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "kernel.Staff"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "jlis.kernel.people.backends.DoorBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "desk"
SESSION_ENGINE = "jlis.kernel.people.sessions"
SESSION_COOKIE_AGE = int(timedelta(minutes=30).total_seconds())
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.behind_https
# However busy the session, its owner signs in again after this time.
JLIS_SESSION_LIMIT = timedelta(hours=12)
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
# The page promises the quarter of an hour; a try in between must not begin it anew.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_PARAMETERS = [["username"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
# Locked by name alone: whoever guesses at an account must not get more guesses by changing the address.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_LOCKOUT_CALLABLE = "jlis.kernel.faces.pages.sign_in.locked_out"
OTP_TOTP_ISSUER = "JLIS"

# --- REST --------------------------------------------------------------------------------------------------------
OAUTH2_PROVIDER_APPLICATION_MODEL = "kernel.Client"
OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 600,
    "SCOPES_BACKEND_CLASS": "jlis.kernel.people.scopes.PermissionScopes",
    "OAUTH2_VALIDATOR_CLASS": "jlis.kernel.people.scopes.ClientValidator",
    "PKCE_REQUIRED": True,
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["jlis.kernel.faces.rest.authentication.ClientAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["jlis.kernel.faces.rest.permissions.HoldsPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["jlis.kernel.faces.rest.parsing.HouseJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "jlis.kernel.faces.rest.schema.HouseSchema",
    "DEFAULT_THROTTLE_CLASSES": ["jlis.kernel.faces.rest.throttling.PerClient"],
    "DEFAULT_THROTTLE_RATES": {"client": "6000/min"},
    "EXCEPTION_HANDLER": "jlis.kernel.faces.rest.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": JLIS_PRODUCT_NAME + " API",
    "DESCRIPTION": "住民基本台帳ネットワーク、公的個人認証などの業務を外部の機関とシステムに提供します。",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "Sex": "juki.choices.Sex",
        "ResidentClass": "juki.choices.ResidentClass",
        "NotificationStatus": "juki.api.notifications.STATUSES",
        "CodeProvisionResult": "juki.choices.CodeProvisionResult",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "jlis.kernel.faces.rest.schema.name_common_parts",
    ],
}
# One notification call carries up to 1,000 rows; a file goes through the loading screen or command.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
JLIS_UPLOAD_LIMIT = 200 * 1024 * 1024

# --- faces -------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = JLIS_HOME / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ENVIRONMENT.behind_https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())

# --- work --------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = ENVIRONMENT.redis_url
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Longer than the longest job: the broker must not hand out a running job again; the job's own lease guards anyway.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 6 * 3600}
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_DEFAULT_QUEUE = "batch"

LOGGING_CONFIG = "jlis.kernel.faces.logs.configure"
LOGGING = {"level": "INFO", "behind": JLIS_SERVES_WEB}
