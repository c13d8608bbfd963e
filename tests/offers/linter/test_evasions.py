"""Liquid hides no word: what a program yields is read before, or the program is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers_app import wording, written
from offers_app.linter import check
from offers_app.linter.draft import Draft
from offers_app.linter.ways import MOST

PHRASES = [
    "Selling fast",
    "Only 3 seats left",
    "Nur noch 3 Plätze",
    "Vente flash",
    "Últimas plazas disponibles",
]
KNOWN = {"yes": "on", "list": ["one"], "two": ["one", "two"]}


def refused(text: str) -> set[str]:
    return {one.rule for one in check.findings(Draft({"body": text})) if one.blocks}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('Sel{{ "gnil" | reverse }} fast', "reverse"),
        ('{{ "U2VsbGluZyBmYXN0" | base64_decode }}', "base64_decode"),
        ('{{ "Selling" | append: " fast" }}', "append"),
        ('{{ "fast" | prepend: "Selling " }}', "prepend"),
        ('{{ "Sexxing fast" | replace: "xx", "ll" }}', "replace"),
        ('{{ "Sel|ling fast" | split: "|" | join: "" }}', "join"),
        ('{{ "Selzling fast" | remove: "z" }}', "remove"),
        ('{{ "Selling fastly" | slice: 0, 12 }}', "slice"),
        ('{{ "Selling fast and well" | truncate: 12, "" }}', "truncate"),
        ('{{ "Selling%20fast" | url_decode }}', "url_decode"),
        ("Only {{ 2 | plus: 1 }} seats left", "plus"),
        ('{{ "please come back now" | upcase }}', "upcase"),
        ('{% if nobody %}{{ "gnilleS" | reverse }}{% endif %}', "reverse"),
        ("{% capture x %}Sel{% endcapture %}{{ x }}ling fast", "capture"),
        ('{% cycle "Sel" %}ling fast', "cycle"),
        ('{% assign x = "Sel" %}{{ x }}ling fast', "assign"),
        ('{% echo "Sel" %}ling fast', "echo"),
        ('{% liquid echo "Sel" %}ling fast', "liquid"),
        ("Sel{% comment %}x{% endcomment %}ling fast", "comment"),
        ("Only {% increment x %} seats left", "increment"),
        ("{% tablerow x in (1..3) %}a{% endtablerow %}", "tablerow"),
    ],
)
def test_what_builds_words_is_refused_by_its_name_wherever_it_stands(text: str, named: str) -> None:
    fault = written.faults({"channel": "email", "headline": "a", "why": "b", "body": text})["body"]
    assert named in fault
    assert "texts may use if, unless, case and for" in fault
    found = [one for one in check.findings(Draft({"body": text})) if one.rule == "unreadable"]
    assert any(named in one.message for one in found)
    assert all(text[one.start : one.end].startswith("{") for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "Sel {%- if true -%} ling fast{% endif %}",
        'Sel{{ "ling" | default: "zzz" }} fast',
        'Sel{{ nobody | default: "ling" | default: "zzz" }} fast',
        "{% if a %}Selling{% else %}x{% endif %} {% if b %}x{% else %}fast{% endif %}",
        "{% if a %}x{% elsif b %}Selling fast{% else %}x{% endif %}",
        "{% if a %}Sel{% if b %}x{% elsif c %}ling {% else %}y{% endif %}{% endif %}fast",
        "{% case a %}{% when 1 %}x{% when 2 %}Selling{% when 3 %}y{% endcase %} {% unless a %}fast{% endunless %}",
        "{% for a in list %}ling fast Sel{% endfor %}",
        "{% for a in two %}{% if forloop.first %}Selling {% else %}fast{% endif %}{% endfor %}",
        '{{ "Only" }} {{ 3 }} seats {{ nobody | default: "left" }}',
        "<!-- <p> -->{% if a %}Sel<!--<p>-->{% endif %}ling fast",
        'Sel<b title="<p>">ling</b> fast',
    ],
)
def test_words_that_are_built_of_branches_and_literals_are_read(text: str) -> None:
    assert "false-scarcity" in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "{% case 1 %}{% when 1 %}Sel{% when 1 %}ling fast{% endcase %}",
        "{% case 1 %}{% when 1 %}Sel{% when 1.0 %}ling fast{% endcase %}",
        "{% case 1 %}{% when 2 %}x{% else %}Sel{% else %}ling fast{% endcase %}",
        "{% for n in (3..3) %}Only {{ n }} seats left{% endfor %}",
        "{% for a in list reversed %}{{ a }}{% endfor %}",
        "{% for a in two %}{% case a %}{% when 'one' %}Sel{% when 'two' %}ling {% else %}fast{% endcase %}{% endfor %}",
        "{% if a %}" * 9 + "x" + "{% endif %}" * 9,
        "{% if a %}b{% else %}c{% endif %}" * 7,
    ],
)
def test_what_shows_several_branches_or_too_many_ways_is_refused(text: str) -> None:
    assert "unreadable" in refused(text)


def test_as_many_ways_as_are_read_pass_and_paragraphs_do_not_multiply() -> None:
    six = "{% if a %}b{% else %}c{% endif %}" * 6
    assert MOST == 2**6
    assert not refused(f"<p>{six}</p><p>{six}</p>\n\n{six}")


NOISE = st.sampled_from(["zz", "x y ", "", "more ", "</p>", " - "])
SPACE = st.sampled_from(["", "-"])


@st.composite
def hidden(draw: st.DrawFn, word: str, depth: int = 2) -> str:
    """A program that yields this word and nothing else."""
    if depth and len(word) > 1 and draw(st.booleans()):
        at = draw(st.integers(1, len(word) - 1))
        return draw(hidden(word[:at], depth - 1)) + draw(hidden(word[at:], depth - 1))
    inner = draw(hidden(word, depth - 1)) if depth else word
    noise, cut = draw(NOISE), draw(SPACE) if not word.endswith(" ") and not word.startswith(" ") else ""
    return draw(
        st.sampled_from(
            [
                word,
                f'{{{{ "{word}" }}}}',
                f'{{{{ nobody | default: "{word}" }}}}',
                f'{{{{ "{word}" | default: "{noise}" }}}}',
                f'{{{{ nobody | default: "{word}" | default: "{noise}" }}}}',
                f"{{% if yes {cut}%}}{inner}{{%{cut} else %}}{noise}{{% endif %}}",
                f"{{% if nobody %}}{noise}{{% elsif yes %}}{inner}{{% else %}}{noise}{{% endif %}}",
                f"{{% unless nobody %}}{inner}{{% endunless %}}",
                f"{{% if nobody %}}{noise}{{% endif %}}{inner}",
                f"{{% case yes %}}{noise}{{% when 'off' %}}{noise}{{% when 'on' %}}{inner}{{% endcase %}}",
                f"{{% case yes %}}{{% when 'off' %}}{noise}{{% else %}}{inner}{{% endcase %}}",
                f"{{% for one in list %}}{inner}{{% endfor %}}",
                f"{{% for one in two limit: 1 %}}{inner}{{% else %}}{noise}{{% endfor %}}",
                f"{{% for one in nobody %}}{noise}{{% else %}}{inner}{{% endfor %}}",
                f"{{% if yes %}}{inner}{{% comment %}}{noise}{{% endcomment %}}{{% endif %}}",
                f'{{{{ "{word[::-1]}" | reverse }}}}',
                f"{{% capture a %}}{inner}{{% endcapture %}}{{{{ a }}}}",
            ]
        )
    )


@given(data=st.data(), phrase=st.sampled_from(PHRASES))
def test_no_program_hides_a_phrase(data: st.DataObject, phrase: str) -> None:
    program = data.draw(hidden(phrase, 4))
    try:
        said = wording.render(program, KNOWN, html=False)
    except wording.Broken:
        said = phrase
    except wording.Missing:
        return
    assert not refused(said) or refused(program), said
    assert phrase not in said or refused(program)
