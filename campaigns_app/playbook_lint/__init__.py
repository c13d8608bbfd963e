"""Refuses playbooks that would press people, before anybody enters one. Pure: values in, findings out.

`check.findings(written)` is the whole of it; the rules are `rules.yaml`. What it is asked about is read by
`campaigns_app.playbook_linted`.
"""
