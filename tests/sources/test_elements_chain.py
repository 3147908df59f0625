"""The grammar of PostHog's `elements_chain`, with what real pages put into it."""

from __future__ import annotations

from hypothesis import given, strategies as st

from graph.sources.elements_chain import (
    MAX_ELEMENTS,
    ChainElement,
    acted_on,
    parse_elements_chain,
    words_of,
)

CHAIN = (
    'svg.icon:nth-child="1"nth-of-type="1";'
    'button.md:flex.w-[3px]:attr__aria-label="Save; now"nth-child="2"text="Say \\"hi; you\\" \\\\";'
    'a.link:href="/cart?a=b;c"attr__href="/cart"'
)


def test_elements_are_innermost_first() -> None:
    """Semicolons, quotes and backslashes inside values split nothing."""
    icon, button, link = parse_elements_chain(CHAIN)
    assert (icon.tag, button.tag, link.tag) == ("svg", "button", "a")
    assert button.attributes == {
        "attr__aria-label": "Save; now",
        "nth-child": "2",
        "text": 'Say "hi; you" \\',
    }
    assert link.href == "/cart?a=b;c"


def test_a_click_on_an_icon_is_a_click_on_its_button() -> None:
    """The control around the innermost element is what was meant."""
    elements = parse_elements_chain(CHAIN)
    control = acted_on(elements)
    assert control is elements[1]
    assert words_of(elements, elements[1]) == 'Say "hi; you" \\'


def test_words_come_from_inside_or_from_the_name() -> None:
    """A button without text of its own is named by what is in it, else by its label."""
    elements = parse_elements_chain('span:text="Pay now";button.big:nth-child="1"')
    control = acted_on(elements)
    assert control is not None
    assert words_of(elements, control) == "Pay now"
    elements = parse_elements_chain('input:attr__name="card"attr__type="text"')
    assert words_of(elements, elements[0]) == "card"


def test_inert_elements_stay_what_they_are() -> None:
    """Where there is no control, the innermost element was acted on."""
    elements = parse_elements_chain('div.card:text="Soon";section;body')
    assert acted_on(elements) == ChainElement(tag="div", attributes={"text": "Soon"})
    assert acted_on([]) is None


def test_long_chains_are_bounded() -> None:
    """A chain is at most twenty elements; the rest is the page around it."""
    assert len(parse_elements_chain(";".join(["div"] * 500))) == MAX_ELEMENTS
    assert len(parse_elements_chain('div:text="' + "x" * 1_000_000)) == 1


@given(st.text(alphabet=st.sampled_from('ab.:;="\\ \n-_'), max_size=200))
def test_any_text_parses(chain: str) -> None:
    """Malformed chains give what can be read of them, and never an error."""
    for element in parse_elements_chain(chain):
        assert ";" not in element.tag


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["text", "href", "nth-child", "attr_id", "attr__data-x"]),
            st.text(max_size=20),
            max_size=4,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_is_written_is_read(elements: list[dict[str, str]]) -> None:
    """Any values survive the way through the grammar."""
    chain = ";".join(f"div.a.b{':' if element else ''}{written(element)}" for element in elements)
    assert [dict(one.attributes) for one in parse_elements_chain(chain)] == elements


def written(attributes: dict[str, str]) -> str:
    """Attributes as PostHog writes them."""
    escaped = {
        key: value.replace("\\", "\\\\").replace('"', '\\"') for key, value in attributes.items()
    }
    return "".join(f'{key}="{value}"' for key, value in escaped.items())
