"""Packages say what they offer, and offer what they say."""

import importlib

import pytest


@pytest.mark.parametrize("package", ["agent", "tools", "prompts"])
def test_exported_names_exist_and_are_sorted(package: str) -> None:
    """`__all__` is the front door of a package: complete, in order, without repeats."""
    module = importlib.import_module(package)
    offered: list[str] = module.__all__
    assert offered == sorted(set(offered))
    assert all(hasattr(module, name) for name in offered)
