"""What offers and playbooks refer to: refused when it is saved, and kept while they need it."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils.html import strip_tags

from campaigns_app import playbook_files, starter_pack
from campaigns_app.models import Enrollment, Playbook, PlaybookVersion
from offers_app import decide
from offers_app.models import Offer, Template, Treatment
from signals_app import references, sound
from signals_app.models import ScoreDefinition, Segment, SignalDefinition
from signals_app.scores import sound as score_sound
from signals_app.segments import sound as segment_sound
from tests.admin.test_editing import _save as save
from tests.admin.world import a_world
from tests.api.caller import Caller, a_playbook, an_offer
from tests.build import a_person, an_account
from tests.campaigns.rules import BANNER, FREE
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
VIP = {"fact": "segment", "slug": "vip", "op": "is", "value": True}
VIPP = {"not": {**VIP, "slug": "vipp"}}
SAID = "There is no segment “vipp”. Did you mean “vip”?"
END = {"exit": {"reason": "done"}}


@pytest.fixture(autouse=True)
def vip() -> Segment:
    return Segment.objects.create(slug="vip", name="VIP", rule=FREE)


def kept(slug: str, sort: str = "segment") -> list[str]:
    return references.referring(sort, [slug]).get(slug, [])


def test_an_offer_of_an_earlier_version_for_whoever_is_not_in_a_group_that_there_is_not_is_for_nobody() -> (
    None
):
    Offer.objects.create(slug="pro", name="Pro", live=True, eligibility=VIPP)
    template = Template.objects.create(slug="nudge", name="Nudge")
    Treatment.objects.create(template=template, channel="in_app", locale="en", headline="x", body="x")
    account = an_account()
    asked = [decide.Ask(a_person(account=account), account, ("pro",), "nudge", "in_app", {"used": 17})]
    choice = decide.offer(asked[0], decide.catalog(asked, clock.now()))
    assert choice.offer is None
    assert "asks for what is not known" in choice.gates[-1].reason
    Offer.objects.update(eligibility={"not": VIP})
    assert decide.offer(asked[0], decide.catalog(asked, clock.now())).offer


def test_an_offer_is_refused_by_every_way_in(admin_client: Client) -> None:
    offer = an_offer()
    offer.eligibility = {"all": [FREE, VIPP]}
    with pytest.raises(ValidationError) as refused:
        offer.full_clean()
    assert refused.value.message_dict == {"eligibility": [f"all[1].not.slug: {SAID}"]}
    page = save(admin_client, f"/admin/offers_app/offer/{offer.pk}/change/", eligibility=json.dumps(VIPP))
    assert page.status_code == 200
    assert f"not.slug: {SAID}" in page.content.decode()
    answer = Caller("editor").patch("/api/offers/pro-plan/", {"eligibility": VIPP})
    assert answer.status_code == 400
    assert json.loads(answer.content)["errors"][0]["message"] == f"not.slug: {SAID}"
    assert Offer.objects.get().eligibility == {}


def test_an_offer_may_ask_for_answers_to_itself() -> None:
    answered = {"fact": "answer", "answer": "declined", "offer": "new", "window": {"days": 30}}
    rule = {**answered, "op": "at_most", "value": 0}
    body = {"slug": "new", "name": "New", "eligibility": rule}
    assert Caller("editor").post("/api/offers/", body).status_code == 201
    Offer(slug="new-2", name="New", eligibility={**rule, "offer": "new-2"}).full_clean()
    other = Caller("editor").post(
        "/api/offers/", body | {"slug": "next", "eligibility": {**rule, "offer": "nw"}}
    )
    assert "There is no offer “nw”. Did you mean “new”?" in other.content.decode()


def test_a_playbook_is_refused_by_every_way_in(admin_client: Client) -> None:
    playbook = a_world().version.playbook
    page = f"/admin/campaigns_app/playbook/{playbook.pk}/change/"
    for name in ("entry", "exit_when"):
        said = save(admin_client, page, **{name: json.dumps(VIPP)})
        assert f"not.slug: {SAID}" in said.content.decode()
        answer = Caller("editor").patch(f"/api/playbooks/{playbook.slug}/", {name: VIPP})
        assert answer.status_code == 400
        assert json.loads(answer.content)["errors"][0]["message"] == f"not.slug: {SAID}"
        with pytest.raises(ValidationError):
            PlaybookVersion(playbook=playbook, number=7, goal_event="x", **{name: VIPP}).full_clean()
    assert PlaybookVersion.objects.count() == 1
    step = playbook.versions.get().steps.filter(kind="wait_until").get()
    data = {"step": step.pk, "position": 9, "condition": "rule", "rule": json.dumps(VIPP)}
    PlaybookVersion.objects.update(published_at=None)
    assert SAID in admin_client.post("/admin/campaigns_app/lane/add/", data).content.decode()


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"entry": VIPP}, "entry.not.slug"),
        ({"exit_when": {"all": [VIPP]}}, "exit_when.all[0].not.slug"),
        (
            {"steps": [{"branch": {"lanes": [{"when": {"rule": VIPP}}, {"when": "otherwise"}]}}]},
            "steps[0].lanes[0].when.rule.not.slug",
        ),
    ],
)
def test_a_file_is_refused_with_the_place(document: dict[str, Any], place: str) -> None:
    playbook = a_playbook()
    with pytest.raises(playbook_files.Invalid) as refused:
        playbook_files.publish(playbook, {"goal_event": "x", "steps": [END], **document})
    assert str(refused.value) == f"{place}: {SAID}"


def test_a_file_is_refused_with_an_offer_that_there_is_not() -> None:
    an_offer("pro-plna")
    lanes = [{"when": "clicked", "steps": [BANNER, END]}, {"when": "otherwise"}]
    with pytest.raises(playbook_files.Invalid) as refused:
        playbook_files.publish(a_playbook(), {"goal_event": "x", "steps": [{"branch": {"lanes": lanes}}]})
    said = "There is no offer “pro-plan”. Did you mean “pro-plna”?"
    assert str(refused.value) == f"steps[0].branch.lanes[0].steps[0].message.offers[0]: {said}"


def test_what_an_earlier_version_published_goes_on_when_something_else_is_changed() -> None:
    playbook = a_playbook()
    PlaybookVersion.objects.update(entry=VIPP)
    playbook.refresh_from_db()
    new = playbook_files.revise(playbook, {"minimum_confidence": 0.5})
    assert (new.number, new.entry) == (2, VIPP)


def test_what_an_offer_or_a_playbook_asks_for_is_not_deleted(admin_client: Client, vip: Segment) -> None:
    offer = an_offer()
    Offer.objects.update(eligibility={"not": VIP})
    playbook = a_playbook()
    playbook_files.publish(playbook, {"goal_event": "x", "steps": [END], "exit_when": VIP})
    assert kept("vip") == ["the offer pro-plan", "the playbook power-user-upsell"]
    page = f"/admin/signals_app/segment/{vip.pk}/delete/"
    links = [
        f'the offer <a href="/admin/offers_app/offer/{offer.pk}/change/">{offer}</a>',
        f'the playbook <a href="/admin/campaigns_app/playbook/{playbook.pk}/change/">{playbook}</a>',
    ]
    assert f"{', '.join(links)} refer to it" in admin_client.get(page).content.decode()
    admin_client.post(page, {"post": "yes"})
    assert Caller("editor").call("DELETE", "/api/segments/vip/").status_code == 409
    assert Segment.objects.exists()
    Playbook.objects.update(live=False)
    assert kept("vip") == ["the offer pro-plan"]
    offer.delete()
    admin_client.post(page, {"post": "yes"})
    assert not Segment.objects.exists()


def test_a_version_needs_it_while_somebody_is_in_it() -> None:
    world = a_world()
    old = world.version
    PlaybookVersion.objects.update(exit_when=VIP)
    playbook_files.publish(old.playbook, {"goal_event": "x", "steps": [END]})
    Enrollment.objects.update(state=Enrollment.State.ACTIVE)
    assert kept("vip") == ["the playbook power-user-upsell"]
    assert kept("pro-plan", "offer") == ["the playbook power-user-upsell"], "its banner proposes it"
    Enrollment.objects.update(state=Enrollment.State.FINISHED)
    assert kept("vip") == kept("pro-plan", "offer") == []


def test_signals_and_offers_that_are_needed_stay_and_keep_their_slugs(admin_client: Client) -> None:
    starter_pack.load()
    for sort, slug, path, users in (
        (
            "signal",
            "usage-limit-near",
            "signals_app/signaldefinition",
            "the score Health, the score Likely to say yes",
        ),
        ("offer", "pro-plan", "offers_app/offer", "the playbook Power user upsell"),
    ):
        model = SignalDefinition if sort == "signal" else Offer
        pk = model._default_manager.get(slug=slug).pk
        page = f"/admin/{path}/{pk}/"
        assert users in strip_tags(admin_client.get(f"{page}delete/").content.decode())
        admin_client.post(f"{page}delete/", {"post": "yes"})
        save(admin_client, f"{page}change/", slug="renamed", name="Another name")
        found = model._default_manager.get(pk=pk)
        assert (found.slug, found.name) == (slug, "Another name")
    free = SignalDefinition.objects.create(slug="free", name="Free", detector="rule")
    admin_client.post(f"/admin/signals_app/signaldefinition/{free.pk}/delete/", {"post": "yes"})
    assert not SignalDefinition.objects.filter(pk=free.pk).exists()


def test_the_starter_pack_refers_to_nothing_but_itself(vip: Segment) -> None:
    vip.delete()
    starter_pack.load()
    wrong: dict[str, Any] = {one.slug: sound.problems(one) for one in SignalDefinition.objects.all()}
    for segment in Segment.objects.all():
        wrong[segment.slug] = segment_sound.problems(segment.slug, segment.kind, segment.rule)
    for score in ScoreDefinition.objects.all():
        wrong[score.slug] = score_sound.problems(score.slug, score.signs)
    for offer in Offer.objects.all():
        wrong[offer.slug] = references.faults(offer.eligibility)
    assert len(wrong) >= 38
    assert not {slug: said for slug, said in wrong.items() if said}
    assert "the playbook power-user-upsell" in kept("usage-limit-near", "signal")
