"""Scores in the admin: their signs as rows, how accounts are spread, what was learned, and an account's own."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from people_app.models import Account
from signals_app.models import Score, ScoreDefinition, SignalDefinition
from signals_app.scores import compute, rules, training
from tests.build import an_account
from tests.conftest import Time
from tests.signals.scores_world import ACTIVE, PAID, a_definition, a_sign, scored

pytestmark = pytest.mark.django_db
LIST = "/admin/signals_app/scoredefinition/"
RULE = '{"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "%s"}'
FORM = {"name": "Health", "slug": "health", "description": "", "live": "on"}


def row(number: int, **columns: Any) -> dict[str, Any]:
    said = {"part": "fit", "name": f"Sign {number}", "points": "2", "if": RULE % "pro"} | columns
    return {f"sign_{number}_{column}": value for column, value in said.items()}


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def refused(client: Client, url: str, form: dict[str, Any]) -> str:
    answer = client.post(url, form)
    assert answer.status_code == 200
    return answer.content.decode().replace("&#x27;", "'")


def test_it_works(admin_client: Client, time: Time) -> None:
    an_account("acme", plan="pro")
    an_account("idle", plan="free")
    form = FORM | row(0) | row(2, part="usage", name="Other", points="1.5", **{"if": RULE % "free"})
    assert admin_client.post(f"{LIST}add/", form).status_code == 302
    made = ScoreDefinition.objects.get()
    assert made.signs == [
        {"part": "fit", "name": "Sign 0", "points": 2, "if": PAID},
        {"part": "usage", "name": "Other", "points": 1.5, "if": PAID | {"value": "free"}},
    ]
    assert (made.edited, made.version) == (True, 1)
    assert "0 % of all accounts measured" in page(admin_client, LIST)
    assert "No account is measured yet" in page(admin_client, f"{LIST}{made.pk}/change/")
    scored()
    listed = page(admin_client, LIST)
    assert "2026-03-10 10:00 UTC" in listed
    assert "close_small" not in listed, "not to be trained is no failure"
    text = page(admin_client, f"{LIST}{made.pk}/change/")
    assert "Points: fit 2, usage 1.5." in text
    assert "2 accounts are measured; 1 of them stand at 50 % or higher." in text
    assert "40 to 50 %: 1" in text and "50 to 60 %: 1" in text


def test_a_form_that_is_saved_as_it_is_changes_nothing(admin_client: Client, time: Time) -> None:
    made = a_definition(
        name="Health", signs=[a_sign("fit", PAID, 2, "Sign 0"), a_sign("usage", ACTIVE, 1.5, "Active")]
    )
    scored()
    answer = admin_client.get(f"{LIST}{made.pk}/change/")
    form = answer.context["adminform"].form
    said = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    assert admin_client.post(f"{LIST}{made.pk}/change/", said).status_code == 302
    found = ScoreDefinition.objects.get()
    assert (found.signs, found.version, found.edited) == (made.signs, 1, False)
    assert not compute.waiting()


def test_changed_signs_are_a_new_version_and_a_pass_begins(admin_client: Client, time: Time) -> None:
    account = an_account(plan="pro")
    made = a_definition(signs=[a_sign("fit", PAID, 2, "One"), a_sign("usage", ACTIVE, 2, "Two")])
    scored()
    form = FORM | row(0, name="One") | row(1, name="Two", remove="on")
    assert admin_client.post(f"{LIST}{made.pk}/change/", form).status_code == 302
    found = ScoreDefinition.objects.get()
    assert ([sign["name"] for sign in found.signs], found.version, found.edited) == (["One"], 2, True)
    scored()
    assert Score.objects.get(account=account).value == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({}, "Must be a list with at least one sign"),
        (row(0, points="0"), "must be a number above 0"),
        (row(0, points="1e9"), "less than or equal to 1000000"),
        (row(0, part=""), "must be a text of up to 40 characters"),
        (row(0, **{"if": ""}), "must be"),
        (row(0, **{"if": '{"fact": "moon"}'}), "fact"),
        (
            row(0, **{"if": RULE.replace("account", "person") % "pro"}),
            "of: It asks about a person: choose “the whole account” at “Of”.",
        ),
        (row(0) | row(1, name="Sign 0"), "Two have the same name"),
        (row(0) | {"trained": "on"}, "It was not trained yet."),
    ],
)
def test_what_makes_no_sense_is_refused(admin_client: Client, rows: dict[str, Any], said: str) -> None:
    assert said in refused(admin_client, f"{LIST}add/", FORM | rows)
    assert not ScoreDefinition.objects.exists()


def test_signs_that_are_stored_are_folded_with_what_they_say_and_a_wrong_one_is_open(
    admin_client: Client,
) -> None:
    made = a_definition(signs=[a_sign("fit", PAID, 1, "Pays"), a_sign("usage", ACTIVE, 2.5, "Is there")])
    url = f"{LIST}{made.pk}/change/"
    answer = admin_client.get(url)
    folded = [(one.name, one.is_collapsible) for one in answer.context["adminform"]][1:4]
    assert folded == [
        ("Pays (fit, 1 point)", True),
        ("Is there (usage, 2.5 points)", True),
        ("Sign 3", False),
    ]
    form = FORM | row(0, name="Pays", points="") | row(1, name="Is there")
    wrong = admin_client.post(url, form).context["adminform"]
    assert [one.is_collapsible for one in wrong][1:3] == [False, True]
    blank = admin_client.get(f"{LIST}add/").context["adminform"]
    assert [one.is_collapsible for one in blank][1] is False


@pytest.mark.parametrize(
    "signs", [[3], [{"name": "x"}], [{"name": "x", "part": 4, "points": "many", "if": {}}]]
)
def test_signs_that_cannot_be_read_are_shown_all_the_same(admin_client: Client, signs: Any) -> None:
    made = a_definition(signs=signs)
    text = page(admin_client, f"{LIST}{made.pk}/change/")
    assert "Sign 1" in text and "Points: " not in text


def test_it_goes_on_by_itself_until_all_are_measured(admin_client: Client, time: Time) -> None:
    an_account("acme", plan="pro")
    made = a_definition(signs=[a_sign("fit", PAID, 2, "Pays")])
    url = f"{LIST}{made.pk}/change/"
    assert 'hx-trigger="every 3s"' in page(admin_client, url)
    scored()
    text = page(admin_client, url)
    assert 'hx-trigger="every 3s"' not in text
    assert "Measured once an hour" in text and "last: 2026-03-10 10:00 UTC" in text
    training.ask(made)
    assert 'hx-trigger="every 3s"' in page(admin_client, url)


def test_a_wrong_row_is_told_at_that_row(admin_client: Client) -> None:
    answer = admin_client.post(f"{LIST}add/", FORM | row(1, points=""))
    assert list(answer.context["adminform"].form.errors) == ["sign_1_points"]


def test_one_that_a_live_signal_asks_for_is_neither_switched_off_nor_deleted(admin_client: Client) -> None:
    made = a_definition(signs=[a_sign("fit", PAID, 2, "One")])
    config = {"name": "health", "at_least": 0.7}
    asks = SignalDefinition.objects.create(
        slug="fine", name="Fine", detector="score", config=config, live=True
    )
    form = {name: value for name, value in (FORM | row(0, name="One")).items() if name != "live"}
    sentence = "the signal fine refers to it"
    assert sentence in refused(admin_client, f"{LIST}{made.pk}/change/", form)
    link = f'the signal <a href="/admin/signals_app/signaldefinition/{asks.pk}/change/">Fine</a> refers to it'
    text = page(admin_client, f"{LIST}{made.pk}/delete/")
    assert link in text and "Go back" in text
    chosen = {"action": "delete_selected", "_selected_action": [made.pk]}
    text = admin_client.post(LIST, chosen).content.decode()
    assert link in text and "Back to the list" in text
    SignalDefinition.objects.filter(pk=asks.pk).update(live=False)
    Score.objects.create(
        account=an_account(), name="health", value=1, at=made.refreshed_at or "2026-03-10T10:00Z"
    )
    assert admin_client.post(f"{LIST}{made.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not ScoreDefinition.objects.exists() and not Score.objects.exists()


LEARNED = {
    "at": "2026-03-10T09:00:00+00:00", "answers": 200, "yes": 80, "accounts": 150, "left_out": 2,
    "unused": [], "intercept": -1.0, "weights": [1.25], "brier": 0.18, "base_brier": 0.24, "base_rate": 0.4,
    "area": 0.81, "z": 0.1, "calibrated": True,
    "bins": [
        {"first": 0.2, "last": 0.3, "count": 120, "predicted": 0.25, "observed": 0.2,
         "low": 0.14, "high": 0.28, "fits": True},
        {"first": 0.6, "last": 0.7, "count": 80, "predicted": 0.62, "observed": 0.7,
         "low": 0.59, "high": 0.79, "fits": True},
    ],
}  # fmt: skip


def test_what_was_learned_is_drawn_and_may_be_switched_on(admin_client: Client, time: Time) -> None:
    made = a_definition(signs=[a_sign("fit", PAID, 2, "Sign 0")])
    ScoreDefinition.objects.update(training=LEARNED | {"signs": rules.fingerprint(made.signs)})
    text = page(admin_client, f"{LIST}{made.pk}/change/")
    assert "its error (Brier score 0.180) is 25 % less than that of always saying 40%" in text.replace(
        "\n", " "
    )
    assert 'cx="25.0" cy="80.0"' in text and 'y1="72.0" y2="86.0"' in text
    assert "Sign 0: 1.25" in text and "It can be used" in text
    form = FORM | row(0) | {"trained": "on"}
    assert admin_client.post(f"{LIST}{made.pk}/change/", form).status_code == 302
    found = ScoreDefinition.objects.get()
    assert found.trained and found.version == 1
    an_account("acme", plan="pro")
    scored()
    assert float(Score.objects.get().value) == pytest.approx(0.56218, abs=1e-5)
    assert "It is used." in page(admin_client, f"{LIST}{made.pk}/change/")


def test_training_is_asked_for_by_a_button_and_says_what_is_missing(admin_client: Client, time: Time) -> None:
    made = a_definition(signs=[a_sign("usage", ACTIVE)])
    url = f"{LIST}{made.pk}/train/"
    assert url in page(admin_client, f"{LIST}{made.pk}/change/")
    assert admin_client.get(url).status_code == 405
    assert "It is being trained" in admin_client.post(url, follow=True).content.decode()
    training.run()
    assert "There are 0 answers of accounts" in page(admin_client, f"{LIST}{made.pk}/change/")


def test_who_may_only_look_can_neither_change_nor_train(client: Client) -> None:
    made = a_definition(signs=[a_sign("usage", ACTIVE)])
    staff = User.objects.create(username="sam", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_scoredefinition"))
    client.force_login(staff)
    text = page(client, f"{LIST}{made.pk}/change/")
    assert "/train/" not in text and "usage 1" in text
    assert client.post(f"{LIST}{made.pk}/train/").status_code == 403


def test_an_account_shows_its_scores_with_every_sign(admin_client: Client, time: Time) -> None:
    account = an_account("acme", plan="pro")
    nothing = an_account("new", plan="")
    a_definition(signs=[a_sign("fit", PAID, 3, "Pays"), a_sign("usage", ACTIVE, 1, "Is there")])
    scored()
    text = page(admin_client, f"/admin/people_app/account/{account.pk}/change/")
    assert "<strong>75 %</strong>" in text
    assert "fit 3 of 3, usage 0 of 1" in text
    assert "✓ Pays" in text and "– Is there" in text
    assert "? Pays" in page(admin_client, f"/admin/people_app/account/{nothing.pk}/change/")
    assert Account.objects.count() == 2


def test_the_editors_of_signs_ask_about_accounts(admin_client: Client) -> None:
    assert page(admin_client, f"{LIST}add/").count('data-rule-about="account"') == 5


def test_what_is_missing_is_said_at_once(admin_client: Client) -> None:
    """A name and a sign alike."""
    text = refused(admin_client, f"{LIST}add/", {})
    assert "This field is required." in text and "Must be a list with at least one sign." in text
    text = refused(admin_client, f"{LIST}add/", row(0, points=""))
    assert "This field is required." in text and "must be a number above 0" in text
