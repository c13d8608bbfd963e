"""Every merge field that texts may use is in the documents for staff."""

import re

from django.conf import settings

from offers_app import merge_fields

SAID_BY_EXAMPLE = "evidence"  # what it holds depends on the signal


def test_each_is_named() -> None:
    texts = [(settings.BASE_DIR / "docs" / name).read_text() for name in ("texts.md", "offers.md")]
    named = {
        part
        for text in texts
        for said in re.findall(r"`([^`\n]+)`", text)
        for part in re.findall(r"[a-z_]+", said)
    }
    known = {field for field in merge_fields.KNOWN if not field.startswith(SAID_BY_EXAMPLE)}
    assert {field for field in known if field.rpartition(".")[2] not in named} == set()
