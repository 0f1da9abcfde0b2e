"""What a person feels, measured from outside, as ratios to a bare Textual app."""
