"""`manage.py first_admin`."""

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_USERNAME", "demo")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a-good-password")


def test_it_makes_a_superuser(named: None) -> None:
    call_command("first_admin")
    user = User.objects.get(username="demo")
    assert user.is_superuser
    assert user.check_password("a-good-password")


def test_again_it_changes_nothing(named: None, monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("first_admin")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "another-password")
    call_command("first_admin")
    assert User.objects.get().check_password("a-good-password")


def test_without_a_name_or_password_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DJANGO_SUPERUSER_USERNAME", raising=False)
    with pytest.raises(CommandError, match="DJANGO_SUPERUSER_USERNAME"):
        call_command("first_admin")
