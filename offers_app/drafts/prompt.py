"""What the model is asked: the offer's own data, the text as it is, and the names of merge fields. Pure.

No value of any person or account is in it, because none is ever passed in: `body` takes catalog data alone.

Source: https://platform.openai.com/docs/api-reference/chat/create and /docs/guides/structured-outputs (strict schemas
name every property as required, forbid others and know no lengths).
"""

import json
from collections.abc import Mapping
from typing import Any

from offers_app import merge_fields
from offers_app.limits import TEXTS

VARIANTS = 3
_SYSTEM = f"""You write short, honest texts for offers inside a software product and in its mails.
Rules, without exception:
- Say first why the person reads this now, from the merge fields of the evidence.
- Write merge fields in Liquid, as {{{{ evidence.used }}}}. Use only those that are listed. A field that may be missing
  gets a default: {{{{ person.first_name | default: "there" }}}}.
- Write no figure, price, date or name of your own: they come from merge fields.
- No urgency, scarcity, guilt or fear; no claim without a source; to decline is as fine as to accept.
- headline, why and labels are plain text in one line. body is HTML of p, strong, em, ul, ol, li and br; no links.
- Lengths in characters at most: {json.dumps(dict(TEXTS))}.
- Leave a label empty where it is empty in the present text.
Answer with JSON alone: {{"variants": [...]}}, {VARIANTS} variants that differ in approach."""


def body(model: str, treatment: Mapping[str, Any], offer: Mapping[str, Any], tone: str) -> dict[str, Any]:
    """The request. `treatment`: channel, locale and the present texts; `offer`: name, topic, fields, prices."""
    asked = {
        "channel": treatment["channel"],
        "locale": treatment["locale"],
        "tone": tone,
        "offer": offer,
        "present_text": {name: treatment[name] for name in TEXTS},
        "merge_fields": sorted(merge_fields.KNOWN | merge_fields.of(offer)),
    }
    return {
        "model": model,
        "messages": [
            {"role": "system", "content": _SYSTEM},
            {"role": "user", "content": json.dumps(asked, ensure_ascii=False, sort_keys=True)},
        ],
        "response_format": {"type": "json_schema", "json_schema": _schema()},
    }


def _schema() -> dict[str, Any]:
    variant = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in TEXTS},
        "required": list(TEXTS),
        "additionalProperties": False,
    }
    whole = {
        "type": "object",
        "properties": {"variants": {"type": "array", "items": variant}},
        "required": ["variants"],
        "additionalProperties": False,
    }
    return {"name": "variants", "strict": True, "schema": whole}
