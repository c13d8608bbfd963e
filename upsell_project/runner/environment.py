"""What the local copy's processes are told: the caller's environment and `.env` first, then our defaults."""

import hashlib
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from upsell_project import embedded
from upsell_project.runner.daemon import write_private

ROOT = Path(__file__).resolve().parents[2]
# What another terminal's `manage.py` has to know about the running copy; the URLs it asks the servers for.
SHARED = ("SANDBOX", "DEBUG", "PUBLIC_URL", "SECRET_KEY", "EMAIL_URL")


@dataclass(frozen=True)
class Place:
    """Where this copy lives. Raises ValueError with a sentence when PORT is no port."""

    data_dir: Path
    port: int

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Place":
        port = environment.get("PORT") or "8000"
        if not (port.isdigit() and 0 < int(port) < 65_536):
            raise ValueError(f"PORT must be a number from 1 to 65535, not {port!r}.")
        return cls((ROOT / (environment.get("DATA_DIR") or ".data")).resolve(), int(port))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def kept_secret(path: Path) -> str:
    """Return the secret in the file, made at the first call."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def for_children(place: Place, servers: embedded.Servers, given: Mapping[str, str]) -> dict[str, str]:
    """Return the whole environment of web, dispatcher, workers; also keep what other terminals need."""
    defaults = {
        "SANDBOX": "true",
        "DEBUG": "false",
        "PUBLIC_URL": place.url,
        "SECRET_KEY": "" if "SECRET_KEY" in given else kept_secret(place.data_dir / "secret_key"),
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "DJANGO_SUPERUSER_USERNAME": "admin",
        "DJANGO_SUPERUSER_PASSWORD": kept_secret(place.data_dir / "superuser_password")[:20],
        "PYTHONUNBUFFERED": "1",
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{given.get('PATH', os.defpath)}"
    result = {**defaults, **given, "DATA_DIR": str(place.data_dir), "PORT": str(place.port), "PATH": path}
    embedded.keep_environment(place.data_dir, {name: result[name] for name in SHARED if name in result})
    return result


def seeded_marker(place: Place, environment: Mapping[str, str], servers: embedded.Servers) -> Path:
    """Return the file that says the demo was loaded into this database."""
    url = "embedded" if servers.postgres else environment["DATABASE_URL"]
    return place.data_dir / f"seeded-{hashlib.sha256(url.encode()).hexdigest()[:8]}"
