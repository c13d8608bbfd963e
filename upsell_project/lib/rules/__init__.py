"""The one language of rules, pure: signals, segments, entry and exit, eligibility, replay and explanations."""
