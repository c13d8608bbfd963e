"""May this person be contacted on this channel now? The gates in their fixed order, each with input and threshold.

What bars an account bars its people everywhere, so whoever belongs to several is asked about in all of them.
A skipped touch (refused at the provider) still counts against the caps: caps count intents.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from campaigns_app import hours, pressure, zones
from campaigns_app.case import About
from campaigns_app.standing import Standing
from consent_app import regions
from people_app.models import Account, Channel, ContactPoint, Person
from upsell_project.lib.gates import Code, Gate, failed, passed

# These end the whole run: going on with another step would be going on against their reason.
FINAL = {
    Code.ERASED,
    Code.SNOOZED,
    Code.DO_NOT_DISTURB,
    Code.PROBLEM_TICKET,
    Code.UNPAID,
    Code.CANCELLING,
    Code.COOLDOWN,
    Code.ALREADY_OWNED,
    Code.NO_LONGER_RELEVANT,
    Code.HOLDOUT,
}

# These keep a message until their hour; every other gate that is closed drops it.
HOLDING = {Code.QUIET_HOURS, Code.ZONE_UNKNOWN}
BY_OURSELVES = (Channel.IN_APP, Channel.CHAT, Channel.VOICE)
"""The widget, or staff where no provider does it."""
LOOK_FOR_ZONE_AGAIN = timedelta(hours=24)


def check(case: About, channel: str, topic: str, standing: Standing, now: datetime) -> list[Gate]:
    """The gates met up to and including the first that failed; the offer and the holdout are met after these."""
    person, account = case.person, case.account
    return _onward(
        unbarred(case, channel, topic, standing, now),
        [
            lambda: account_free(case, standing),
            lambda: pressure.check(standing.touches[person.pk], channel, now, standing.policy.caps),
            lambda: rested(person.pk, standing, now, running=case.run),
            lambda: channel_ready(
                channel, person.country or account.country, lambda: standing.channels, ours=case.ours
            ),
            lambda: in_hours(case, channel, standing, now),
        ],
    )


def unbarred(case: About, channel: str, topic: str, standing: Standing, now: datetime) -> list[Gate]:
    """The first of them: what bars any contact whatever was shown before, up to the first that failed."""
    person, account = case.person, case.account
    met = [erased(person)]
    if met[-1].passed:
        contact = contact_point(standing.contact_points, person.pk, channel)
        met += standing.permissions[person.pk].check(
            channel, topic, contact, person.country or account.country, now
        )
    return _onward(
        met,
        [
            lambda: no_problem(case, standing),
            lambda: first_closed([paid(one) for one in accounts(case, standing)]),
            lambda: first_closed([staying(one) for one in accounts(case, standing)]),
        ],
    )


def _onward(met: list[Gate], rest: Sequence[Callable[[], Gate]]) -> list[Gate]:
    for gate in rest:
        if not met[-1].passed:
            break
        met.append(gate())
    return met


def accounts(case: About, standing: Standing) -> list[Account]:
    """All that the person belongs to, the one of this run first."""
    others = standing.accounts.get(case.person.pk, {}).values()
    return [case.account, *(one for one in others if one.pk != case.account.pk)]


def first_closed(gates: Sequence[Gate]) -> Gate:
    """Of the same gate asked several times: the first that is closed, else the first."""
    return next((gate for gate in gates if not gate.passed), gates[0])


def holds(gate: Gate) -> bool:
    """Whether it keeps a message instead of dropping it."""
    return gate.gate in HOLDING and gate.next_eligible_at is not None


def contact_point(
    points: Mapping[tuple[int, str], ContactPoint], person_id: int, channel: str
) -> ContactPoint | None:
    """A 1:1 chat happens in the app, so whoever can be met in the app can be met there."""
    known = points.get((person_id, channel))
    in_app = points.get((person_id, Channel.IN_APP))
    if known is None and channel == Channel.CHAT and in_app:
        return ContactPoint(pk=in_app.pk, person_id=person_id, channel=channel, address="in-app")
    return known


def erased(person: Person) -> Gate:
    if person.erased_at is None:
        return passed(Code.ERASED)
    return failed(Code.ERASED, "This person was erased.", person.erased_at.isoformat())


def no_problem(case: About, standing: Standing) -> Gate:
    theirs = {account.pk for account in accounts(case, standing)}
    if theirs & standing.accounts_with_problem or case.person.pk in standing.people_with_problem:
        return failed(Code.PROBLEM_TICKET, "A problem ticket is open; it comes first.", True, False)
    return passed(Code.PROBLEM_TICKET, False, False)


def paid(account: Account) -> Gate:
    unpaid = account.invoice_status == "past_due" or account.subscription_status in ("past_due", "unpaid")
    said = {"invoice_status": account.invoice_status, "subscription_status": account.subscription_status}
    if unpaid:
        return failed(Code.UNPAID, "An invoice is unpaid.", said, "paid")
    return passed(Code.UNPAID, said, "paid")


def staying(account: Account) -> Gate:
    if account.cancelling:
        return failed(Code.CANCELLING, "A cancellation is under way.", True, False)
    return passed(Code.CANCELLING, False, False)


def account_free(case: About, standing: Standing) -> Gate:
    others = standing.live.get(case.account.pk, set()) - {case.run}
    if others:
        return failed(Code.ACCOUNT_BUSY, "Another offer to this account is live.", sorted(others)[:5], 1)
    return passed(Code.ACCOUNT_BUSY, 0, 1)


def rested(person_id: int, standing: Standing, now: datetime, running: int | None = None) -> Gate:
    """Cooldowns bar new entries and other sequences, not the later steps of the one that is running."""
    barring = [
        row for row in standing.cooldowns.get(person_id, []) if row.enrollment_id != running or not running
    ]
    if not barring:
        return passed(Code.COOLDOWN)
    longest = max(barring, key=lambda row: row.until)
    return failed(
        Code.COOLDOWN,
        f"Left in peace until {longest.until:%Y-%m-%d} after {longest.outcome.replace('_', ' ')}.",
        longest.outcome,
        longest.until.isoformat(),
        longest.until,
    )


def channel_ready(
    channel: str, country: str, ready: Callable[[], Collection[str]], *, ours: bool = True
) -> Gate:
    """What we carry needs a provider; mail also, where the law asks for one, our postal address in it."""
    if not ours or channel in BY_OURSELVES:
        return passed(Code.CHANNEL_UNAVAILABLE, channel)
    if channel not in ready():
        fix = "set EMAIL_URL, or add" if channel == Channel.EMAIL else "add"
        reason = (
            f"Nothing carries {Channel(channel).label}: {fix} an account at a provider (Channel accounts)."
        )
        return failed(Code.CHANNEL_UNAVAILABLE, reason, channel)
    region = regions.of(country)
    if channel == Channel.EMAIL and region.postal_address and not settings.POSTAL_ADDRESS:
        reason = f"Mail by {region.code} rules needs a postal address: set POSTAL_ADDRESS."
        return failed(Code.CHANNEL_UNAVAILABLE, reason, "POSTAL_ADDRESS")
    return passed(Code.CHANNEL_UNAVAILABLE, channel)


def in_hours(case: About, channel: str, standing: Standing, now: datetime) -> Gate:
    """Without zone and country it waits for one of them as long as its signal is worth something."""
    person, account = case.person, case.account
    bounds = standing.policy.hours.get(channel)
    if bounds is None:
        return passed(Code.QUIET_HOURS, threshold="any hour")
    country = person.country or account.country
    verdict = hours.window((bounds[0], bounds[1]), person.timezone or None, zones.of_country(country), now)
    if verdict.allowed and verdict.zone:
        return passed(Code.QUIET_HOURS, hours.local(verdict.zone, now), bounds)
    if verdict.opens_at is None:
        expires_at = case.worth_until
        return failed(
            Code.ZONE_UNKNOWN,
            "Their local time cannot be bounded: neither zone nor country is known.",
            next_eligible_at=min(now + LOOK_FOR_ZONE_AGAIN, expires_at) if now < expires_at else None,
        )
    return failed(
        Code.QUIET_HOURS,
        f"It is outside {bounds[0]}-{bounds[1]} o'clock where they are.",
        hours.local(verdict.zone, now) if verdict.zone else country,
        bounds,
        verdict.opens_at,
    )
