"""What seasons are called in texts: fit to stand alone, at the beginning of a sentence or in a subject."""

from typing import Any

_NAMES: dict[str, dict[str, str]] = {
    "en": {
        "black_friday": "Black Friday",
        "cyber_week": "Cyber Week",
        "christmas": "Christmas",
        "new_year": "New Year",
        "summer_holidays": "Summer holidays",
        "back_to_school": "Back to school",
        "tax_season": "Tax season",
        "public_holiday": "Public holiday",
        "fiscal_year_end": "Fiscal year end",
    },
    "de": {
        "black_friday": "Black Friday",
        "cyber_week": "Cyber Week",
        "christmas": "Weihnachten",
        "new_year": "Jahreswechsel",
        "summer_holidays": "Sommerferien",
        "back_to_school": "Schulanfang",
        "tax_season": "Steuersaison",
        "public_holiday": "Feiertag",
        "fiscal_year_end": "Geschäftsjahresende",
    },
    "fr": {
        "black_friday": "Black Friday",
        "cyber_week": "Cyber Week",
        "christmas": "Noël",
        "new_year": "Nouvel An",
        "summer_holidays": "Vacances d’été",
        "back_to_school": "Rentrée",
        "tax_season": "Période fiscale",
        "public_holiday": "Jour férié",
        "fiscal_year_end": "Clôture de l’exercice",
    },
    "es": {
        "black_friday": "Black Friday",
        "cyber_week": "Cyber Week",
        "christmas": "Navidad",
        "new_year": "Año Nuevo",
        "summer_holidays": "Vacaciones de verano",
        "back_to_school": "Vuelta al cole",
        "tax_season": "Campaña fiscal",
        "public_holiday": "Festivo",
        "fiscal_year_end": "Cierre del ejercicio",
    },
}


def of(season: Any, language: str) -> str:
    """Empty for what is no season of ours."""
    return _NAMES.get(language, _NAMES["en"]).get(season, "") if isinstance(season, str) else ""
