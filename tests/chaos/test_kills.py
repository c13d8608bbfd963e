"""Workers are killed at work, Redis is emptied: no enrollment is lost and no mail is sent twice."""

import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.chaos.ledger import Ledger, Verdict, judge
from tests.chaos.storm import SENDING, WORKING, Storm, Tally
from tests.running_stack import Stack, running, until
from upsell_project.lib import clock

pytestmark = [pytest.mark.xdist_group("stack"), pytest.mark.timeout(900)]

# Twelve hours after 10:00 UTC it is the afternoon there; and there a mail needs no consent of each person.
PLACE = {"timezone": "America/New_York"}
PEOPLE = 200


def enroll(stack: Stack, people: int) -> None:
    """Everybody in an account of their own, each near its limit; one request a person, read by nobody yet."""
    now = datetime.now(UTC)
    start = (now.replace(day=1) + timedelta(days=32)).replace(day=10, hour=10, minute=0)
    # Nobody works yet, so nobody could be waited for.
    stack.rows(
        "INSERT INTO sandbox_clock (id, seconds) VALUES (1, %s)"
        " ON CONFLICT (id) DO UPDATE SET seconds = excluded.seconds",
        int((start - now).total_seconds()),
    )
    time.sleep(2 * clock.CACHE_SECONDS)
    source = stack.source("http")
    for number in range(people):
        who = {"userId": f"u_{number}", "context": {"groupId": f"acct_{number}", **PLACE}}
        traits = {"email": f"p{number}@example.test", "first_name": f"P{number}", "country": "US"}
        limits = {"plan": "free", "limits": {"exports": 5}}
        stack.send(
            source,
            {"type": "identify", **who, "traits": traits},
            {"type": "group", **who, "groupId": f"acct_{number}", "traits": limits},
            *[{"type": "track", **who, "event": "Report Exported"}] * 4,
        )


def offered(stack: Stack) -> int:
    found = stack.rows(
        "SELECT count(*) FROM campaigns_app_delivery WHERE channel = 'in_app' AND state = 'accepted'"
    )
    return int(found[0][0])


def mails(stack: Stack) -> dict[str, str]:
    """Address -> state of the delivery."""
    rows = stack.rows(
        "SELECT c.address, d.state FROM campaigns_app_delivery d JOIN people_app_contactpoint c"
        " ON c.person_id = d.person_id AND c.channel = 'email' WHERE d.channel = 'email'"
    )
    believed = dict(rows)
    assert len(believed) == len(rows), "two deliveries for one person"
    return believed


def storms(storm: Storm, people: int, number: int, minute: Callable[[], None]) -> None:
    """Over the events and banners; over the step that is due twelve hours later; over the mails it intends."""
    stack = storm.stack
    storm.rage()
    storm.all_die()
    minute()
    storm.start()
    until(lambda: offered(stack) == people, f"everybody has an offer, not only {offered(stack)}")
    stack.rows("UPDATE sandbox_clock SET seconds = seconds + 12 * 3600 + 60")
    storm.rage(storm.kill_redis)
    storm.all_die()
    minute()
    for trouble in [storm.flush_redis, *[None] * number][:number]:
        storm.rage(trouble, only=SENDING)
        storm.all_die()
        minute()
    storm.start()
    settled = {"accepted", "unknown", "refused", "skipped"}
    until(
        lambda: len(mails(stack)) == people and set(mails(stack).values()) <= settled, "all mails are settled"
    )


def chaos(
    directory: Path, people: int, number: int, *, real_leases: bool = False, mutation: str = ""
) -> tuple[Verdict, Tally]:
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(10_000))
    print(f"seed {seed} (CHAOS_SEED repeats its choices)")
    ledger = Ledger(seed)
    with running(directory, ledger) as (stack, servers):
        ledger.port = stack.mail_port
        storm = Storm(stack, servers, ledger, random.Random(seed), mutation=mutation)
        stack.start_web()
        enroll(stack, people)
        storms(storm, people, number, wait_a_minute if real_leases else storm.let_leases_run_out)
        believed = mails(stack)
        verdict, tally = judge(ledger.received, believed), storm.tally
        listed = {row["person"] for row in stack.all("deliveries", channel="email", state="unknown")}
        tried_again = stack.rows("SELECT count(*) FROM campaigns_app_delivery WHERE attempts > 1")[0][0]
        print(
            f"{people} enrollments, {2 + number} storms, kills {dict(tally.kills)},"
            f" left behind {dict(tally.orphans)}, Redis emptied {tally.redis_emptied} times,"
            f" mails tried again {tried_again}\nlost {verdict.lost}, duplicated {verdict.duplicated},"
            f" uncertain {len(verdict.uncertain)}"
        )
        assert len(listed) == len(verdict.uncertain)
        assert tried_again > 0, "no mail ever came back from a dead worker"
        assert set(believed.values()) <= {"accepted", "unknown"}
    return verdict, tally


def wait_a_minute() -> None:
    """Nothing is moved: the leases of the dead run out by themselves."""
    time.sleep(61)


def assert_the_kills_counted(tally: Tally) -> None:
    assert tally.kills[SENDING] >= 3, tally
    assert tally.kills[WORKING] >= 1, tally
    assert tally.orphans["mails"] > 0 and tally.orphans["envelopes"] + tally.orphans["runs"] > 0, tally


def test_nothing_is_lost_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    verdict, tally = chaos(tmp_path, PEOPLE, 2)
    assert (verdict.lost, verdict.duplicated) == ([], [])
    assert len(verdict.uncertain) <= tally.kills[SENDING]
    assert_the_kills_counted(tally)


@pytest.mark.long
def test_it_holds_with_many_people_and_leases_that_really_run_out(tmp_path: Path) -> None:
    verdict, tally = chaos(tmp_path, 600, 3, real_leases=True)
    assert (verdict.lost, verdict.duplicated) == ([], [])
    assert len(verdict.uncertain) <= tally.kills[SENDING]
    assert_the_kills_counted(tally)


@pytest.mark.long
def test_it_would_be_noticed_if_the_mark_before_sending_were_ignored(tmp_path: Path) -> None:
    verdict, tally = chaos(tmp_path, PEOPLE, 3, mutation="tests.chaos.mutations")
    assert verdict.duplicated, tally


def test_the_judge_knows_all_three_ends() -> None:
    received = {"sent": 1, "twice": 2, "parked but sent twice": 2, "parked and sent": 1}
    believed = dict.fromkeys(received, "accepted") | {
        "said to be sent": "accepted",
        "refused": "refused",
        "parked but sent twice": "unknown",
        "parked and sent": "unknown",
        "parked": "unknown",
    }
    verdict = judge(received, believed)
    assert verdict.lost == ["said to be sent", "refused"]
    assert verdict.duplicated == ["twice", "parked but sent twice"]
    assert verdict.uncertain == ["parked but sent twice", "parked and sent", "parked"]
