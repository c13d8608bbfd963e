"""Sweeps of a large company: a million people in accounts of five, one in a hundred of whom does something.

Run as a module it is the worker: `python -m benchmarks._detect_sweep <product time>` sweeps once and says what it took.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import django

from benchmarks import _detect_definitions as definitions
from benchmarks import _detect_world as world
from benchmarks import _machine as machine
from benchmarks import _mark as mark
from benchmarks import _rows as rows
from benchmarks import _stack as stack
from upsell_project import embedded

MOST_SECONDS = 60.0
MOST_MEGABYTES = 500.0
LATER = {"an hour later": timedelta(hours=1), "a day later": timedelta(days=1)}
SAMPLE_SECONDS = 0.2
PER_ACCOUNT = 5
ACTIVE = 100
"""One in so many people."""


def swept(servers: embedded.Servers, people: int) -> None:
    """The first sweep finds all that is true; those after it what became true meanwhile."""
    _populate(people)
    world.go_live("timed")
    now = datetime.now(UTC)
    first = _sweep(servers, now)
    _show("first sweep", first, people)
    for name, later in LATER.items():
        _show(f"sweep {name}", _sweep(servers, now + later), people)


@dataclass(slots=True)
class Swept:
    """`megabytes`: the most that the worker ever had, start-up included. `postgres_megabytes`: the most that PostgreSQL
    had at once, without what its processes share."""

    seconds: float = 0.0
    megabytes: float = 0.0
    signals: int = 0
    postgres_cpu: float = 0.0
    postgres_megabytes: float = 0.0
    worker_cpu: float = 0.0
    judged: dict[str, int] = field(default_factory=dict)
    """Subjects by definition."""


def _show(name: str, one: Swept, people: int) -> None:
    mark.show(
        f"{name} of {people:,} people by 10 definitions, s",
        ours=one.seconds,
        required=f"less than {MOST_SECONDS:.0f} s and {MOST_MEGABYTES:.0f} MB",
        holds=one.seconds < MOST_SECONDS and one.megabytes < MOST_MEGABYTES,
        benchmark="detect",
        worker_mb=mark.short(one.megabytes),
        worker_cpu_s=mark.short(one.worker_cpu),
        postgres_cpu_s=mark.short(one.postgres_cpu),
        postgres_own_mb=mark.short(one.postgres_megabytes),
        judged=one.judged,
        signals=one.signals,
    )


def _sweep(servers: embedded.Servers, now: datetime) -> Swept:
    assert servers.postgres is not None
    postgres = servers.postgres.pid()
    assert postgres is not None
    before, cpu = _signals(), machine.cpu_seconds(postgres)
    with _watched(postgres) as peak:
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks._detect_sweep", now.isoformat()]
        done = subprocess.run(command, cwd=stack.ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found = Swept(**json.loads(done.stdout.splitlines()[-1]))
    found.signals = _signals() - before
    found.postgres_cpu = machine.cpu_seconds(postgres) - cpu
    found.postgres_megabytes = peak.megabytes
    return found


def _signals() -> int:
    with rows.connect() as connection:
        found = connection.execute("SELECT count(*) FROM signals_app_signal").fetchone()
    assert found is not None
    return int(found[0])


@dataclass(slots=True)
class _Peak:
    megabytes: float = 0.0
    over: Event = field(default_factory=Event)


@contextmanager
def _watched(root: int) -> Iterator[_Peak]:
    """What the children of a process have for themselves (not shared), looked at now and then."""
    peak = _Peak()

    def look() -> None:
        while not peak.over.wait(SAMPLE_SECONDS):
            peak.megabytes = max(peak.megabytes, _own_megabytes(root))

    thread = Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        peak.over.set()
        thread.join()


def _own_megabytes(root: int) -> float:
    """Not with `_machine`: children of PostgreSQL come and go, and only what is theirs alone counts."""
    kilobytes = 0
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in path.read_text().splitlines())
        except OSError:
            continue
        if fields["PPid"].strip() == str(root):
            kilobytes += int(fields.get("RssAnon", "0").split()[0])
    return kilobytes / 1024


def _populate(people: int) -> None:
    """Set-based: a million people take PostgreSQL a minute."""
    world.make_room()
    with rows.connect() as connection:
        for statement in (_ACCOUNTS, _PEOPLE, _MEMBERSHIPS, _ENTITLEMENTS, _EVENTS, _TOTALS):
            connection.execute(statement, _parameters(people))
    with rows.connect(autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def _parameters(people: int) -> dict[str, object]:
    accounts = max(1, people // PER_ACCOUNT)
    names = list(definitions.NAMES)
    return {"people": people, "accounts": accounts, "active": ACTIVE, "each": PER_ACCOUNT, "names": names}


_ZONE = "(ARRAY['Europe/Berlin', 'America/New_York', 'America/Los_Angeles', 'Asia/Tokyo', 'UTC', ''])[1 + {} %% 6]"
_ACCOUNTS = f"""
INSERT INTO people_app_account (group_id, name, plan, billing_period, subscription_status, cancelling, invoice_status,
    fiscal_year_end, currency, industry, tier, country, timezone, addons, account_manager, stripe_customer_id, traits,
    provenance, created_at, renews_at, trial_ends_at, period_started_at)
SELECT 'million_' || n, '', CASE WHEN n %% 3 = 0 THEN 'pro' ELSE 'free' END, 'year', 'active', false, 'paid', '12-31',
    'EUR', (ARRAY['Software', 'Retail', 'Finance', 'Health', 'Education', 'Accounting', 'Logistics', 'Media', 'Law',
    ''])[1 + n %% 10], '', (ARRAY['DE', 'US', 'FR', 'GB', 'JP'])[1 + n %% 5], {_ZONE.format("n")}, '[]', '{{}}', '',
    '{{}}', '{{}}', now() - interval '2 years', now() + make_interval(hours => (n * 37) %% 8760),
    CASE WHEN n %% 4 = 1 THEN now() + make_interval(hours => (n * 37) %% 2880 - 1440) END,
    now() + make_interval(hours => (n * 37) %% 8760) - interval '1 year'
FROM generate_series(1, %(accounts)s) n
"""
_PEOPLE = f"""
INSERT INTO people_app_person (user_id, first_name, role, timezone, locale, country, preferred_channel, device, traits,
    provenance, first_seen_at, last_seen_at)
SELECT 'million_' || n, '', CASE WHEN n %% 5 = 0 THEN 'admin' ELSE 'member' END, {_ZONE.format("n")}, 'en', '', '', '',
    '{{}}', '{{}}', now() - interval '1 year', now() - make_interval(days => n %% 90)
FROM generate_series(1, %(people)s) n
"""
_MEMBERSHIPS = """
INSERT INTO people_app_membership (person_id, account_id, role, joined_at)
SELECT p.id, a.id, '', now() - interval '1 year'
FROM generate_series(1, %(people)s) n JOIN people_app_person p ON p.user_id = 'million_' || n
JOIN people_app_account a ON a.group_id = 'million_' || least(1 + n / %(each)s, %(accounts)s)
"""
_ENTITLEMENTS = """
INSERT INTO people_app_entitlement (account_id, resource, cap, changed_at, source)
SELECT id, 'exports', 100, now(), 'http' FROM people_app_account WHERE group_id LIKE 'million_%%'
"""
# Half of those who do something ceased two weeks ago.
_EVENTS = """
INSERT INTO signals_app_event (source_id, message_id, kind, name, person_id, account_id, properties, occurred_at,
    received_at)
SELECT 1, md5(random()::text), 'track', (%(names)s::text[])[1 + n %% 3], p.id, m.account_id,
    '{"module": "reports", "feature": "Cohorts", "tier": "premium"}', at, at
FROM people_app_person p JOIN people_app_membership m ON m.person_id = p.id
CROSS JOIN LATERAL generate_series(1, 120) n
CROSS JOIN LATERAL (SELECT now() - make_interval(hours => n * 12 + (p.id / %(active)s %% 2)::int * 340) AS at) t
WHERE p.user_id LIKE 'million_%%' AND p.id %% %(active)s = 0
"""
_TOTALS = """
INSERT INTO signals_app_metertotal (account_id, resource, period, used, last_event_at, newest)
SELECT DISTINCT m.account_id, 'exports', date_trunc('month', now())::date, 90 + m.account_id %% 12, now(), false
FROM people_app_person p JOIN people_app_membership m ON m.person_id = p.id
WHERE p.user_id LIKE 'million_%%' AND p.id %% %(active)s = 0
"""


def main() -> None:
    django.setup()
    from campaigns_app import sweeps  # noqa: PLC0415  Django must be set up first
    from signals_app.models import Sweep  # noqa: PLC0415
    from upsell_project.lib import clock  # noqa: PLC0415

    spent, started = time.process_time(), time.monotonic()
    with clock.frozen(datetime.fromisoformat(sys.argv[1])):
        while sweeps.waiting():
            sweeps.run()
    took, spent = time.monotonic() - started, time.process_time() - spent
    assert not Sweep.objects.exclude(error="").exists()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    judged = {one.definition.slug: one.judged for one in Sweep.objects.select_related("definition")}
    print(json.dumps({"seconds": took, "megabytes": megabytes, "worker_cpu": spent, "judged": judged}))


if __name__ == "__main__":
    assert "DATABASE_URL" in os.environ
    main()
