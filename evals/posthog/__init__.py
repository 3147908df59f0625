"""A PostHog of our own: recordings of a folder behind the parts of PostHog's interface that Snags reads."""
