"""What something live refers to is not deleted: the page says by what it is kept, and leads there."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from signals_app import references
from upsell_project.lib.admin_base import Admin


class KeptAdmin(Admin):
    """Both pages of Django say only that something is protected; these say why, and what to do."""

    delete_confirmation_template = "admin/kept.html"
    delete_selected_confirmation_template = "admin/kept_selected.html"


def needed(sort: str, rows: Sequence[Any]) -> list[SafeString]:
    """A sentence for each of these that is needed, by name and with links; none where nothing needs them."""
    users = references.users(sort, [row.slug for row in rows])
    return [_sentence(row, users[row.slug]) for row in rows if row.slug in users]


def _sentence(row: Model, users: Sequence[references.User]) -> SafeString:
    those = format_html_join(", ", "the {} {}", ((user.own[0], linked(user.row)) for user in users))
    verb = "refers" if len(users) == 1 else "refer"
    return format_html("{} cannot be deleted: {} {} to it.", linked(row), those, verb)


def linked(row: Model) -> SafeString:
    """Its name as a link to its page."""
    page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}">{}</a>', page, row)
