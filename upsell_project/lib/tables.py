"""Lists that staff move as CSV or JSON. What a spreadsheet would run as a formula leaves as text."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from tablib import Dataset

from upsell_project.lib.admin_base import Admin

if TYPE_CHECKING:

    class Resource:
        def do_instance_save(self, instance: Any, is_create: bool) -> None: ...

        def save_m2m(self, instance: Any, row: Any, **options: Any) -> None: ...
        def validate_instance(self, instance: Any, *args: Any, **options: Any) -> None: ...

    class ImportExportMixin: ...

    class ManyToManyWidget:
        model: Any

        def __init__(self, model: Any, *, field: str, separator: str) -> None: ...

    class CSV:
        def export_data(self, dataset: Any, **options: Any) -> Any: ...

        def create_dataset(self, in_stream: Any, **options: Any) -> Any: ...

    JSON = ExportForm = ImportForm = object
else:
    from import_export.admin import ImportExportMixin
    from import_export.formats.base_formats import CSV, JSON
    from import_export.resources import ModelResource as Resource
    from import_export.widgets import ManyToManyWidget
    from unfold.contrib.import_export.forms import ImportForm
    from unfold.contrib.import_export.forms import SelectableFieldsExportForm as ExportForm

_FORMULA = re.compile(r"[\s']*[=+\-@\t\r]")
_NUMBER = re.compile(r"-\d+(\.\d+)?")


class SafeCsv(CSV):
    """CSV whose cells no spreadsheet runs; reading such a file back takes the mark off again."""

    def export_data(self, dataset: Any, **options: Any) -> Any:
        return super().export_data(_each_cell(dataset, escaped), **options)

    def create_dataset(self, in_stream: Any, **options: Any) -> Any:
        return _each_cell(super().create_dataset(in_stream, **options), plain)


def escaped(cell: str) -> str:
    """Return the cell with a leading apostrophe if it could be a formula; negative numbers stay numbers."""
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def plain(cell: str) -> str:
    """Undo `escaped`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def _each_cell(dataset: Any, change: Callable[[str], str]) -> Any:
    rows = [[change("" if cell is None else str(cell)) for cell in row] for row in dataset]
    return Dataset(*rows, headers=dataset.headers)


class TableResource(Resource):
    """Rows are checked like a form, and a file is taken whole or not at all."""

    class Meta:
        use_transactions = True
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True


class SlugsWidget(ManyToManyWidget):
    """Slugs with blanks between them. One that is not there is an error, not left out."""

    def clean(self, value: Any, row: Any = None, **options: Any) -> Any:
        slugs = str(value or "").split()
        found = self.model.objects.filter(slug__in=slugs)
        if absent := set(slugs) - {one.slug for one in found}:
            what = self.model._meta.verbose_name_plural
            raise ValueError(f"There are no {what} {', '.join(sorted(absent))}.")
        return found


class TableAdmin(ImportExportMixin, Admin):
    """Import needs the rights to add and change, export the right to view."""

    formats = [SafeCsv, JSON]
    export_form_class = ExportForm
    import_form_class = ImportForm
    skip_admin_log = False

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)
