"""Refuses manipulative texts before anybody reads them. Pure: values in, findings out; no Django, no clock.

`check.findings(draft)` is the whole of it; the rules are `rules.yaml`, their words `patterns/<language>.yaml`.
"""
