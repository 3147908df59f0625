"""PostHog's ``elements_chain``: the element that was acted on, and those around it.

Elements are joined by ``;``, innermost first; each is ``tag.class1.class2:key="value"key="value"``.
Quotes in values are escaped, and values hold semicolons, so the text is scanned, never split.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

MAX_ELEMENTS = 20
MAX_TEXT = 65_536
"""Characters looked at; a chain is at most some thousand."""

CONTROLS = frozenset({"a", "button", "input", "select", "textarea", "label", "option", "summary"})
_CONTROL_ROLES = frozenset({"button", "link", "tab", "menuitem", "option", "checkbox", "switch"})

_ENDS = frozenset("; \t\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainElement:
    """One element of the chain."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    """As PostHog names them: ``text``, ``href``, ``nth-child``, ``attr_id``, ``attr__<name>``."""

    @property
    def text(self) -> str:
        return self.attributes.get("text", "").strip()

    @property
    def href(self) -> str:
        return self.attributes.get("href") or self.attributes.get("attr__href", "")

    @property
    def is_control(self) -> bool:
        return self.tag in CONTROLS or self.attributes.get("attr__role", "") in _CONTROL_ROLES


def parse_elements_chain(chain: str) -> tuple[ChainElement, ...]:
    """The elements, innermost first. Malformed text gives what can be read of it."""
    elements: list[ChainElement] = []
    for part in _parts(chain[:MAX_TEXT]):
        elements.append(_element(part))
        if len(elements) == MAX_ELEMENTS:
            break
    return tuple(elements)


def acted_on(elements: Sequence[ChainElement]) -> ChainElement | None:
    """The control that was meant: a click on an icon is a click on the button around it."""
    control = next((element for element in elements if element.is_control), None)
    return control or next(iter(elements), None)


def words_of(elements: Sequence[ChainElement], element: ChainElement) -> str:
    """The text of an element, else of the elements inside it, else its accessible name."""
    inner = elements[: list(elements).index(element) + 1]
    text = element.text or next((one.text for one in inner if one.text), "")
    names = ("attr__aria-label", "attr__placeholder", "attr__name", "attr__title", "attr__value")
    return text or next(
        (element.attributes[name] for name in names if name in element.attributes), ""
    )


def _parts(chain: str) -> list[str]:
    """The text of each element: separators inside quotes do not count."""
    parts: list[str] = []
    start = position = 0
    while position < len(chain):
        letter = chain[position]
        if letter == '"':
            position = _after_quoted(chain, position)
            continue
        if letter in _ENDS:
            parts.append(chain[start:position])
            start = position + 1
        position += 1
    return [part for part in [*parts, chain[start:]] if part]


def _after_quoted(text: str, position: int) -> int:
    """The position behind the quoted value that starts here; the end of the text at the latest."""
    position += 1
    while position < len(text) and text[position] != '"':
        position += 2 if text[position] == "\\" else 1
    return min(position + 1, len(text))


def _element(part: str) -> ChainElement:
    quote = part.find('"')
    colon = part.rfind(":", 0, quote) if quote >= 0 else -1
    tag = part.partition('"')[0].partition(".")[0].partition(":")[0]
    attributes = {} if colon < 0 else _attributes(part, colon + 1)
    return ChainElement(tag=tag.lower(), attributes=attributes)


def _attributes(part: str, position: int) -> dict[str, str]:
    attributes: dict[str, str] = {}
    while (equals := part.find('="', position)) >= 0:
        end = _after_quoted(part, equals + 1)
        value = part[equals + 2 : end].removesuffix('"')
        attributes[part[position:equals]] = _unescaped(value)
        position = end
    return attributes


def _unescaped(value: str) -> str:
    parts = value.split("\\\\")  # between escaped backslashes, a backslash can only escape a quote
    return "\\".join(part.replace('\\"', '"') for part in parts)
