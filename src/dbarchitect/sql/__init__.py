"""The one place that knows how SQL is written and parsed, for every engine."""
