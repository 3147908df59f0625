"""Addresses that hold a name are one page; places of their own are not."""

from __future__ import annotations

from graph.patterns.pages import PageFamilies
from tests.patterns.building import session


def test_hyphenated_names_are_one_page() -> None:
    """Four products under one parent are the product page."""
    names = ["blue-shirt", "red-hat", "old-shoe", "grey-sock"]
    families = PageFamilies([session(1, uses=[(f"/products/{one}", "") for one in names])])
    assert families.of("/products/red-hat") == "/products/{name}"
    assert families.of("/products") == "/products"


def test_names_of_one_word_are_known_by_their_controls() -> None:
    """Pages on which people use the same control are one page."""
    names = ["heron", "brook", "tarn", "fell"]
    uses = [(f"/product/{one}", 'button "Add to bag"') for one in names]
    assert PageFamilies([session(1, uses=uses)]).of("/product/tarn") == "/product/{name}"


def test_places_of_their_own_stay() -> None:
    """Settings share a ``Save`` and their menu, which stand on pages of any kind."""
    places = ["profile", "billing", "team", "security", "api"]
    uses = [(f"/settings/{one}", 'button "Save"') for one in places]
    uses += [(f"/settings/{one}", 'link "Team members"') for one in places]
    assert PageFamilies([session(1, uses=uses)]).of("/settings/billing") == "/settings/billing"


def test_a_few_addresses_prove_nothing() -> None:
    """Three hyphenated pages may be three pages."""
    names = ["getting-started", "api-keys", "web-hooks"]
    families = PageFamilies([session(1, uses=[(f"/docs/{one}", "") for one in names])])
    assert families.of("/docs/api-keys") == "/docs/api-keys"
