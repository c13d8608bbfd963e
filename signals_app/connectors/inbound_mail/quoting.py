"""What somebody wrote themselves: without the mail they answer and without their signature. English, German, French,
Spanish; rules of thumb, which rather leave too much than too little."""

import re

_LONGEST = 300
_INTRODUCTIONS = re.compile(
    r"\s*(on\b.{4,250}\bwrote\s?:|(am|den)\b.{4,250}\bschrieb\b.{0,150}:"
    r"|.{3,200}\bschrieb am\b.{4,100}:|le\b.{4,250}\ba\s[ée]crit\s?:"
    r"|el\b.{4,250}\bescribi[óo]\s?:|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.{0,150}<[^<>\s]+@[^<>\s]+>\s?:)\s*",
    re.IGNORECASE,
)
_BEGUN = re.compile(r"\s*(on|am|den|le|el)\b.{4,}", re.IGNORECASE)
_SEPARATORS = re.compile(
    r"\s*(-{2,}\s*(original message|original appointment|forwarded message|urspr[üu]ngliche nachricht"
    r"|weitergeleitete nachricht"
    r"|message d'origine|message original|message transf[ée]r[ée]|mensaje original"
    r"|mensaje reenviado)\s*-{2,}|_{10,}|begin forwarded message:)\s*",
    re.IGNORECASE,
)
_FROM = re.compile(r"\s*\*?(from|von|de|de la part de|expéditeur)\s?:\*?\s*\S.*", re.IGNORECASE)
_SENT = re.compile(
    r"\s*\*?(sent|date|gesendet|datum|envoyé|date d'envoi|enviado|fecha|enviado el|to|an|à"
    r"|para)\s?:\*?\s*\S.*",
    re.IGNORECASE,
)
_DEVICES = re.compile(
    r"\s*(sent from (my|outlook|yahoo|proton|mail for|samsung)\b.{0,80}|get outlook for \w+.{0,60}"
    r"|von meinem .{1,40} gesendet"
    r"|gesendet (von|mit) .{1,60}|envoy[ée] (de|depuis) (mon|ma|yahoo|outlook)\b.{0,60}"
    r"|enviado desde mi .{1,60})\s*",
    re.IGNORECASE,
)
_CLOSINGS = re.compile(
    r"\s*((best|kind|warm|many)?\s?(regards|wishes)|best|cheers|sincerely|yours( sincerely| truly)?"
    r"|thanks|many thanks|thank you"
    r"|(mit )?(freundlichen?|besten?|herzlichen?|vielen?|liebe) gr[üu](ss|ß)en?|mfg|lg|vg"
    r"|bien [àa] vous|cordialement"
    r"|bien cordialement|salutations|(un )?(cordial )?saludos?( cordiales?)?|un saludo"
    r"|atentamente)\s*[,.!]*\s*",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """The new part of a reply. An empty text when everything was quoted."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = [line for line in lines[: _quoted_from(lines)] if not line.lstrip().startswith(">")]
    return "\n".join(line.rstrip() for line in _unsigned(kept)).strip()


def _quoted_from(lines: list[str]) -> int:
    """The line where the earlier mail begins, if it is all that follows."""
    for at, line in enumerate(lines):
        if len(line) > _LONGEST:
            continue
        if _INTRODUCTIONS.fullmatch(line) or _SEPARATORS.fullmatch(line):
            return len(lines) if _answered_below(lines, at + 1) else at
        if _BEGUN.fullmatch(line) and _broken_introduction(lines, at):
            return at
        if _FROM.fullmatch(line) and any(
            _SENT.fullmatch(next_[:_LONGEST]) for next_ in lines[at + 1 : at + 4]
        ):
            return at
    return len(lines)


def _broken_introduction(lines: list[str], at: int) -> bool:
    """Broken over two or three lines."""
    for upto in (2, 3):
        whole = " ".join(part.strip() for part in lines[at : at + upto])
        if len(whole) <= _LONGEST and _INTRODUCTIONS.fullmatch(whole):
            return True
    return False


def _answered_below(lines: list[str], start: int) -> bool:
    """After a quote marked by `>` comes text again: they wrote below it or in between."""
    quoted = False
    for line in lines[start:]:
        if line.lstrip().startswith(">"):
            quoted = True
        elif line.strip():
            return quoted
    return False


def _unsigned(lines: list[str]) -> list[str]:
    """Up to the signature. A closing counts only below some text and above at most six more lines."""
    written = [at for at, line in enumerate(lines) if line.strip()]
    for rank, at in enumerate(written):
        short = lines[at][:_LONGEST]
        if short.rstrip() == "--" or _DEVICES.fullmatch(short):
            return lines[:at]
        if rank and len(written) - rank <= 7 and _CLOSINGS.fullmatch(short):
            return lines[:at]
    return lines
