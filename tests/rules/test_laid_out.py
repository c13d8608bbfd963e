"""A rule line by line."""

from tests.rules.test_reading import FREE, NEAR, VIP, WEIGHED
from upsell_project.lib.rules import laid_out, reading

SHOWN = """
0 All of these
1 Account plan is free
1 Any of these
2 Exports used >= 80 % of the limit
2 Not this
3 In the segment vips
1 Enough of these: at least 60 % of the weights
2 Account plan is free
2 In the segment vips
"""


def test_groups_stand_before_what_is_in_them() -> None:
    rule = reading.read({"all": [FREE, {"any": [NEAR, {"not": VIP}]}, WEIGHED]})
    found = "\n".join(f"{one.level} {one.said}" for one in laid_out.lines(rule))
    assert found == SHOWN.strip()


def test_a_question_alone_is_one_line() -> None:
    (line,) = laid_out.lines(reading.read(FREE))
    assert (line.level, line.said, line.rule) == (0, "Account plan is free", reading.read(FREE))
