"""Who answers: from the request's own content, or by a script."""
