"""Of a failed statement the kind and the place are kept, never the row."""

import re

import pytest
from django.db import DatabaseError, connection, transaction

from offers_app.wording import Broken, Missing
from upsell_project.lib.errors import told, where


def failure(sql: str) -> DatabaseError:
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return caught.value


@pytest.mark.django_db
def test_a_rows_data_is_left_out() -> None:
    lacking = failure("INSERT INTO people_app_person (user_id) VALUES ('ana@acme.test')")
    assert "ana@acme.test" in str(lacking), "PostgreSQL quotes the whole row in the DETAIL"
    assert told(lacking).startswith("IntegrityError: null value in column")
    assert "ana@acme.test" not in told(lacking)


@pytest.mark.django_db
def test_a_quoted_value_is_left_out() -> None:
    wrong = failure("SELECT 'ana@acme.test'::int")
    assert told(wrong) == "DataError: invalid input syntax for type integer"
    assert "ana@acme.test" not in where(wrong)


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


def test_our_own_errors_are_told_whole_and_long_ones_cut() -> None:
    assert told(Missing("plan")) == f"Missing: {Missing('plan')}"
    assert len(told(Broken("x" * 9000))) == 2000


def test_of_others_only_the_type_and_the_place() -> None:
    assert re.fullmatch(r"KeyError: at line \d+ of test_errors.py", told(raised(KeyError("ana@acme.test"))))
    assert told(ValueError("ana@acme.test")) == "ValueError"
