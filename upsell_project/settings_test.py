"""Settings of the test suite and the type checker: the same product, a fixed key, a fast password hasher."""

import os
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only-for-tests-0123456789-abcdefghijklmnop")
os.environ.setdefault("DATA_DIR", str(Path(__file__).resolve().parent.parent / ".data" / "test"))
os.environ.setdefault("SANDBOX", "true")

from upsell_project.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PUBLIC_URL = "http://testserver"
EMAIL_URL = "demo://"
POSTAL_ADDRESS = "Upsell GmbH, Teststr. 1, 10115 Berlin"
# Every test client builds the middleware anew; looking files up when they are asked for spares it reading them all.
WHITENOISE_AUTOREFRESH = True
