import pytest
from django.test import Client

from offers_app.models import Proposition
from people_app.models import Person
from tests.build import a_person
from tests.conftest import Time
from tests.recipients.offers import a_policy, a_proposition


@pytest.fixture
def person(db: None, time: Time) -> Person:
    a_policy()
    return a_person(email="ada@corp.test", consent=("email",))


@pytest.fixture
def proposition(person: Person) -> Proposition:
    return a_proposition(person)


@pytest.fixture
def browser() -> Client:
    """A person's browser: it has no cookie and checks CSRF like the real server."""
    return Client(enforce_csrf_checks=True, headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
