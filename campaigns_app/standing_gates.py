"""The gates of somebody about whom nothing was decided, each asked, also behind a closed one; nothing is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q

from campaigns_app import contact_gates, entry_gates, judge, nearest, outline, plan, pressure, standing
from campaigns_app.case import Case
from campaigns_app.models import Enrollment, Playbook
from campaigns_app.plan import Node
from campaigns_app.standing import Standing
from offers_app import decide
from offers_app.decide import Ask
from offers_app.models import HoldoutAssignment, Offer
from people_app import homes
from people_app.models import Account, Person
from signals_app.models import Signal
from upsell_project.lib.gates import Code, Gate, failed, passed

_SUPPOSED = {"supposed": True}
_LIFETIME = timedelta(days=7)


@dataclass
class Question:
    """About whom, which playbook, its first step that may propose the offer, and when. `past`: None for now."""

    person: Person
    playbook: Playbook
    step: Node | None
    offer: str
    past: datetime | None
    now: datetime

    @property
    def at(self) -> datetime:
        return self.past or self.now

    @cached_property
    def accounts(self) -> list[Account]:
        """All that they belong to, or their own."""
        mine = Q(memberships__person=self.person) | Q(personal_of=self.person)
        return list(Account.objects.filter(mine).distinct().order_by("pk"))

    @cached_property
    def home(self) -> Account | None:
        home = homes.of([self.person.pk], self.now, create=False)[self.person.pk]
        return next((one for one in self.accounts if one.pk == home), None)

    @cached_property
    def account(self) -> Account:
        """Where they are at home; of several the first, of none one of which nothing is known."""
        return self.home or next(iter(self.accounts), None) or Account(personal_of=self.person)

    @cached_property
    def standing(self) -> Standing:
        return standing.look({one.pk for one in self.accounts}, {self.person.pk}, self.now)

    @cached_property
    def signal(self) -> Signal | None:
        """The newest that begins the playbook and had not expired: theirs, or of one of their accounts."""
        whose = Q(person=self.person) | Q(account__in=self.accounts)
        rows = Signal.objects.filter(whose, definition__playbooks=self.playbook)
        rows = rows.filter(detected_at__lte=self.at, expires_at__gt=self.at).select_related("definition")
        found = sorted(rows.order_by("-detected_at")[:20], key=lambda one: one.person_id != self.person.pk)
        return found[0] if found else None

    @property
    def policy_version(self) -> int:
        return 0 if self.past else self.standing.policy.version


def step_said(run: Enrollment) -> str:
    """What a run does where it stands, as a sentence."""
    if run.step is None:
        return "At the start"
    return outline.sentence(run.step, list(run.step.lanes.order_by("position")))


def noticed(question: Question) -> Gate:
    """Whether something had been found that begins the playbook."""
    signal = question.signal
    if signal is None:
        definitions = list(question.playbook.signals.order_by("slug"))
        if question.past:
            return nearest.no_signal_then(definitions, question.person, question.past, question.now)
        return nearest.no_signal(definitions, question.person, question.now)
    said = {"signal": signal.pk, "definition": signal.definition.slug}
    found = f"{signal.definition.slug} was found on {signal.detected_at:%Y-%m-%d %H:%M} UTC"
    if signal.person_id != question.person.pk:
        text = f"{found} for their account, and went to somebody else of it."
        return failed(Code.NO_SIGNAL, text, said | {"person": signal.person_id})
    run = Enrollment.objects.filter(playbook=question.playbook, person=question.person, signal=signal).first()
    if run and run.ended_at and run.ended_at <= question.at:
        why = run.end_reason.replace("_", " ") or "at its end"
        text = f"{found} and began a run, which ended on {run.ended_at:%Y-%m-%d %H:%M} UTC: {why}."
        return failed(Code.NO_SIGNAL, text, said | {"enrollment": run.pk})
    text = f"{found} and began nothing: the playbook did not listen to it then. The next one may begin it."
    return failed(Code.NO_SIGNAL, text, said)


def entering(question: Question) -> Iterator[Gate]:
    """The signal, and the gates of entering as if it were found now."""
    yield noticed(question)
    own = question.signal if question.signal and question.signal.person_id == question.person.pk else None
    signal = own or _supposed(question)
    several = question.home is None and len(question.accounts) > 1
    yield from entry_gates.every(
        question.playbook,
        signal,
        question.person,
        question.standing,
        question.now,
        in_account=own.account_id is not None if own else not several,
    )


def _supposed(question: Question) -> Signal:
    """Of the surest definition that could begin it, so that only what is closed for each of them is said."""
    surest = question.playbook.signals.order_by("-confidence").first()
    return Signal(
        person_id=question.person.pk,
        account_id=question.account.pk,
        confidence=surest.confidence if surest else 1,
        expires_at=question.now + _LIFETIME,
    )


def contact(question: Question, run: Enrollment | None) -> Iterator[Gate]:
    """May they be contacted at its first step that may propose it, with which offer, and are they held out?"""
    assert question.step is not None
    case, state = _case(question, run), question.standing
    channel, now = str(question.step.config.get("channel", "")), question.now
    offers = [question.offer] if question.offer else list(question.step.config.get("offers", ()))
    topic = next(iter(Offer.objects.filter(slug__in=offers).order_by("-priority")), Offer()).topic
    country = question.person.country or question.account.country
    yield contact_gates.erased(question.person)
    reached = contact_gates.contact_point(state.contact_points, question.person.pk, channel)
    yield from state.permissions[question.person.pk].check(channel, topic, reached, country, now)
    yield from state.permissions[question.person.pk].resting(now)
    yield contact_gates.no_problem(case, state)
    theirs = contact_gates.accounts(case, state)
    yield contact_gates.first_closed([contact_gates.paid(one) for one in theirs])
    yield contact_gates.first_closed([contact_gates.staying(one) for one in theirs])
    yield contact_gates.account_free(case, state)
    yield pressure.check(state.touches[question.person.pk], channel, now, state.policy.caps)
    yield contact_gates.rested(question.person.pk, state, now, running=run.pk if run else None)
    yield contact_gates.channel_ready(channel, country, lambda: state.channels)
    yield contact_gates.in_hours(case, channel, state, now)
    yield from _choice(question, offers, channel)
    yield held_out(question)


def _case(question: Question, run: Enrollment | None) -> Case:
    run = run or Enrollment(pk=0, signal=_supposed(question))
    version = plan.of(question.playbook.live_version_id or 0)
    return Case(run, version, question.person, question.account, _SUPPOSED, question.standing.policy)


def _choice(question: Question, offers: list[str], channel: str) -> Iterator[Gate]:
    """What `decide` would say, were there a reason to offer it."""
    templates = dict((question.step.config.get("templates") if question.step else None) or {})
    begins = question.signal.definition.slug if question.signal else ""
    template = str(templates.get(begins) or next(iter(templates.values()), ""))
    ask = Ask(question.person, question.account, offers, template, channel, _SUPPOSED)
    choice = decide.offer(ask, decide.catalog([ask], question.now))
    yield from (gate for gate in choice.gates if gate.gate != Code.NO_EVIDENCE)


def held_out(question: Question) -> Gate:
    """As far as it is stored: looking at somebody draws nobody."""
    accounts = [one.pk for one in question.accounts]
    rows = HoldoutAssignment.objects.filter(account__in=accounts, assigned_at__lte=question.at)
    drawn = sorted(rows, key=lambda row: not row.held_out)
    if not drawn:
        return passed(Code.HOLDOUT, {"held_out": None})
    return judge.drawn(drawn[0])
