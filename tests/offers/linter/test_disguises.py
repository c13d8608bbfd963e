"""Texts that try to look harmless to a program and not to a reader."""

import pytest

from offers_app.linter import check
from offers_app.linter.draft import Draft, Finding


def found(text: str, field: str = "body", **more: str) -> dict[str, Finding]:
    texts = {field: text, **more}
    return {one.rule: one for one in check.findings(Draft(texts)) if one.blocks}


@pytest.mark.parametrize(
    "text",
    [
        "Only 3 seats left",
        "On\u200bly 3 se\u00adats le\u200dft",
        "Оnly 3 ѕeats lеft",  # Cyrillic O, s and e
        "Οnly 3 seats left",  # Greek O
        "Ｏｎｌｙ ３ ｓｅａｔｓ ｌｅｆｔ",
        "𝐎𝐧𝐥𝐲 𝟑 𝐬𝐞𝐚𝐭𝐬 𝐥𝐞𝐟𝐭",
        "ᴏɴʟʏ 3 ꜱᴇᴀᴛꜱ ʟᴇꜰᴛ",
        "O̶n̶l̶y̶ 3 s̶e̶a̶t̶s̶ left",
        "&#79;nly&nbsp;3 se&shy;ats l&#x65;ft",
        "<b>O</b>nly <em>3</em> se<strong>at</strong>s <!-- x -->left",
        "O n l y  3 seats left",
        "Only\u00a03\u2003seats\nleft",
        "{% if true %}Only 3{% endif %} seats left",
        "{% if person.role %}Hello{% else %}Only 3 seats left{% endif %}",
        "{% case evidence.resource %}{% when 'seats' %}Only 3 seats left{% else %}Hi{% endcase %}",
        '{{ "Only 3 seats left" }}',
        '{{ person.first_name | default: "Only 3 seats left" }}',
        "{% unless x %}Only {% endunless %}3 seats left",
        "{% for benefit in offer.benefits %}Only 3 seats left{% endfor %}",
    ],
)
def test_scarcity_is_seen_through_every_disguise(text: str) -> None:
    assert "false-scarcity" in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "{% for terms in person.list %}Last chance: {{ terms.incentive_ends }}{% endfor %}",
        '{{ terms.incentive_ends | default: "soon" }} Last chance',
        "Last chance {{ person.first_name }}",
        "Last chance {{ offer.ends }}",  # a text that staff type
        "Last chance \ue001",
        "Last chance &#xE001;",
    ],
)
def test_only_a_date_that_the_product_brings_binds_urgency(text: str) -> None:
    assert "unbound-countdown" in found(text)


def test_a_bound_end_in_another_text_of_the_treatment_binds_urgency() -> None:
    assert "unbound-countdown" in found("Last chance", "headline", body="Until Friday.")
    assert not found("Last chance", "headline", body="Until {{ terms.incentive_ends }}.")


def test_a_threatened_loss_needs_the_date_in_its_own_sentence() -> None:
    loss = "You will lose access to your dashboards"
    assert "loss-wording" in found(f"{loss}. The discount ends on {{{{ terms.incentive_ends }}}}.")
    assert not found(f"{loss} on {{{{ account.trial_ends }}}}.")


def test_a_claim_passes_with_its_record_and_not_with_the_word_source() -> None:
    claim = "Most teams in your tier choose Pro"
    assert "unsourced-claim" in found(f"{claim} (source: us).")
    assert not check.findings(Draft({"body": f"{claim}."}, claims=("Most teams in your tier choose Pro.",)))


def test_a_finding_marks_the_place_in_the_source() -> None:
    text = "<p>Hi {{ person.first_name }}, on\u200bly <b>3</b> seats left at this price.</p>"
    one = found(text)["false-scarcity"]
    assert text[one.start : one.end] == "on\u200bly <b>3</b> seats left"
    assert "2005/29/EC" in one.citation


def test_a_figure_that_is_counted_is_no_scarcity() -> None:
    assert not found("Only {{ evidence.left }} exports are left this month.")
