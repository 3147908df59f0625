"""One module per subcommand of ``snags``: its arguments, and what it does."""
