"""How to make each gate fail, and the order in which they are met."""

from collections.abc import Callable
from datetime import timedelta

from campaigns_app.models import ContactPolicy, Cooldown, Enrollment
from consent_app import ledger
from offers_app.models import Decision, HoldoutAssignment, Offer, Proposition, Treatment
from people_app.models import Account, ContactPoint, Person
from signals_app.models import Ticket
from tests.build import a_source
from tests.engine import account_of, begun, somebody, used
from upsell_project.lib import clock

CHOICE = [
    "offer_off",
    "no_evidence",
    "already_owned",
    "no_price",
    "not_eligible",
    "not_suitable",
    "offer_cap",
    "dismissed_earlier",
    "no_treatment",
]
CONTACT = [
    "erased",
    "no_contact_point",
    "opted_out",
    "no_consent",
    "suppressed",
    "snoozed",
    "do_not_disturb",
    "problem_ticket",
    "unpaid",
    "cancelling",
    "account_busy",
    "cap",
    "cooldown",
    "channel_unavailable",
    "quiet_hours",
]
ENTRY = [
    "playbook_off",
    "no_account",
    "unknown_person",
    "low_confidence",
    "already_enrolled",
    "reentry",
    "erased",
    "snoozed",
    "do_not_disturb",
    "cooldown",
]
ALL = [*CONTACT, *CHOICE, "no_longer_relevant", "render_error", "holdout"]


def turned_down(person: Person, answer: str = "declined") -> Proposition:
    now = clock.now()
    return Proposition.objects.create(
        decision=Decision.objects.create(at=now, person=person, outcome="delivered"),
        person=person,
        enrollment_id=0,
        offer=Offer.objects.get(slug="pro-plan"),
        topic="upgrades",
        channel="in_app",
        state="answered",
        answer=answer,
        ready_at=now,
        expires_at=now,
        answered_at=now,
    )


def bar(code: str, person: Person) -> None:
    """Make this one gate fail for the banner (first step) of a run that is about to begin, of its first offer."""
    Offer.objects.exclude(slug="pro-plan").update(live=False)
    BARS[code](person, account_of(person))


def _update(account: Account, **facts: object) -> None:
    Account.objects.filter(pk=account.pk).update(**facts)


def _ticket(person: Person, account: Account) -> None:
    Ticket.objects.create(
        source=a_source(), external_id="7", account=account, problem=True, opened_at=clock.now()
    )


def _leads_a_team(person: Person, account: Account) -> None:
    Person.objects.filter(pk=person.pk).update(role="admin")
    _update(account, seats_used=4)


def _put_off(person: Person, times: int) -> None:
    for _ in range(times):
        turned_down(person, "dismissed")


def _busy(person: Person, account: Account) -> None:
    """Somebody else of the account is first."""
    now = clock.now()
    Enrollment.objects.filter(person=person).update(wake_at=now + timedelta(days=1))
    begun(somebody(account=account))
    Enrollment.objects.filter(person=person).update(wake_at=now)


def _cooldown(person: Person, account: Account) -> None:
    now = clock.now()
    Cooldown.objects.create(person=person, outcome="ignored", until=now + timedelta(days=1), set_at=now)


def _held_out(person: Person, account: Account) -> None:
    drawn = {"held_out": True, "percent": 10, "assigned_at": clock.now()}
    HoldoutAssignment.objects.update_or_create(account=account, defaults=drawn)


BARS: dict[str, Callable[[Person, Account], object]] = {
    "offer_off": lambda person, account: Offer.objects.update(live=False),
    "already_owned": lambda person, account: _update(account, plan="Pro"),
    "no_price": lambda person, account: _update(account, currency="JPY"),
    "not_eligible": lambda person, account: _update(account, plan="team"),
    "not_suitable": lambda person, account: _leads_a_team(person, account),
    "offer_cap": lambda person, account: _put_off(person, 3),
    "dismissed_earlier": lambda person, account: turned_down(person),
    "no_treatment": lambda person, account: Treatment.objects.filter(channel="in_app").delete(),
    "erased": lambda person, account: Person.objects.filter(pk=person.pk).update(erased_at=clock.now()),
    "no_contact_point": lambda person, account: ContactPoint.objects.filter(person=person).delete(),
    "opted_out": lambda person, account: ledger.withdraw(person, topic="upgrades", how="test"),
    "snoozed": lambda person, account: ledger.snooze(person, 7, "test"),
    "do_not_disturb": lambda person, account: ledger.do_not_disturb(
        person, clock.now() + timedelta(days=1), "test"
    ),
    "problem_ticket": _ticket,
    "unpaid": lambda person, account: _update(account, invoice_status="past_due"),
    "cancelling": lambda person, account: _update(account, cancelling=True),
    "account_busy": _busy,
    "cap": lambda person, account: ContactPolicy.objects.update(
        caps=[{"channel": "in_app", "limit": 0, "hours": 24}]
    ),
    "cooldown": _cooldown,
    "no_longer_relevant": lambda person, account: used(account, 13),
    "render_error": lambda person, account: Treatment.objects.filter(channel="in_app").update(
        headline="Hi {{ person.nickname }},"
    ),
    "holdout": _held_out,
}
