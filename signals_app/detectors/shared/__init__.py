"""What the kinds of detectors are written with."""
