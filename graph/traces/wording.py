"""Words by which pages say that something failed, worked, is busy or was not found.

Markup comes first (alerts, live regions, ``aria-busy``); wording is the fallback, in English with the
commonest words of a few other languages. Every pattern is RE2 and is tried on short texts only.
"""

from __future__ import annotations

from functools import lru_cache
from typing import cast

import re2

from graph.traces.dom import Node

MAX_MESSAGE = 260
"""Characters of a text that can be a message; longer ones are content."""

_ERROR = re2.compile(
    r"(?i)\b(?:errors?|failed|failure|fail(?:s)? to|could ?n[o']t|unable|went wrong|"
    r"not (?:authori[sz]ed|permitted|saved|sent|found)|"
    r"denied|forbidden|declined|rejected|refused|expired|timed? ?out|timeout|oops|"
    r"try again|invalid|unexpected|exception|conflict|crashed|lost connection|"
    r"(?:sign|log) in again|(?:signed|logged) out|session (?:has )?(?:expired|ended)|"
    r"(?:did|does|was|were|has|have)(?: not|n.t) (?:work|save|load|send|complete|respond|go through)\w*|"
    r"fehler|fehlgeschlagen|erreur|échec|impossible|fallo|erro|fout)\b|"
    r"\b(?:404|500|502|503)\b.{0,20}(?:error|not|page|server|gateway|service)"
)
_GENERIC = re2.compile(
    r"(?i)went wrong|unexpected|unknown error|internal error|server error|oops|try again|(?:^|\s)error(?: \d+)?\.?$"
)
_REFUSAL = re2.compile(
    r"(?i)\b(?:can(?:no|')t|not (?:available|possible|allowed|supported)|unavailable|sorry|no longer|problem|offline)\b"
)
"""Words of a failure and also of a plain notice: they count in a message that is marked as one."""
_VALIDATION = re2.compile(
    r"(?i)\b(?:required|must (?:be|have|contain|match|not)|please \w+|"
    r"(?:is|are) (?:missing|invalid|too (?:short|long|weak|small|large|big))|invalid|"
    r"not (?:a )?valid|enter an? |choose an? |select an? |at least|at most|does(?: not|n.t) match|do(?: not|n.t) match|"
    r"incomplete|incorrect|wrong (?:password|code|format)|only (?:letters|numbers|digits)|"
    r"already (?:taken|exists|in use|registered)|can(?:no|')t be (?:empty|blank)|cannot be (?:empty|blank)|"
    r"pflichtfeld|obligatoire|obligatorio)\b"
)
_INVITES = re2.compile(
    r"(?i)^(?:enter|choose|select|pick|type) (?:an? |the |your )|^(?:optional|required)$"
)
_SUCCESS = re2.compile(
    r"(?i)\b(?:saved|success(?:ful(?:ly)?)?|thank(?:s| you)|confirmed|confirmation|completed?|done|sent|"
    r"submitted|created|updated|added|removed|deleted|booked|placed|published|copied|applied|changed|"
    r"joined|invited|welcome|congratulations|subscribed|uploaded|imported|gespeichert|merci|gracias)\b"
)
_NEGATION = re2.compile(r"(?i)\b(?:not|n't|never|unable|fail\w*|could|cannot|can't|no)\b")
_BUSY = re2.compile(
    r"(?i)^[\s\W]*(?:(?:still )?(?:loading|saving|processing|submitting|sending|searching|working|uploading|"
    r"downloading|importing|exporting|generating|preparing|calculating|updating|deleting|creating|booking|paying|"
    r"placing|applying|refreshing|fetching|connecting|verifying|checking|signing|redirecting|joining|"
    r"refunding|cancell?ing|inviting|publishing|checking out)\b.{0,40}(?:…|\.\.\.|$)|"
    r"\w{3,}ing\b[^.!?]{0,40}(?:…|\.\.\.)$|"
    r"(?:one moment|please wait|just a (?:moment|second)|hang on|bitte warten|lädt|chargement|cargando).{0,40}$)"
)
_BUSY_MARK = re2.compile(
    r"(?i)(?:^|[\s_-])(?:spinner|spinning|loading|loader|skeleton|shimmer|busy|progress-?(?:bar|circle|ring)|"
    r"is-loading|circularprogress)(?:$|[\s_-])"
)
_NO_RESULTS = re2.compile(
    r"(?i)\b(?:no (?:\w+ ){0,3}(?:results?|matches|matching|items?|records?|entries|hits|data|orders?|products?|"
    r"rooms?|listings?|articles?|pages?|documents?|projects?|tickets?|customers?|contacts?|stays?|properties|messages|"
    r"trips?|sailings?|flights?|availability|dates?) ?(?:were |was )?(?:found|match\w*|available|yet|to show|for|here)?|"
    r"nothing (?:found|matches|matched|to show|here)|(?:0|zero) (?:results?|matches|items|found)|"
    r"(?:0|zero|no) (?:\w+ ){1,3}(?:found|match\w*|available|returned)|did(?: not|n't) match any|we could(?: not|n't) find any|keine (?:ergebnisse|treffer)|aucun résultat|sin resultados)\b"
)
_ALERT_MARK = re2.compile(
    r"(?i)(?:^|[\s_-])(?:alert|toast|notification|notice|snackbar|flash|banner|message|feedback|callout|growl|"
    r"notify|status-?message)(?:$|[\s_-])"
)
_ERROR_MARK = re2.compile(
    r"(?i)(?:^|[\s_-])(?:error|errors|danger|invalid|failure|failed|fatal|is-error|has-error|destructive)(?:$|[\s_-])"
)
_SUBMIT = re2.compile(
    r"(?i)\b(?:save|submit|send|pay|buy|order|book|confirm|apply|update|create|add|invite|publish|post|sign ?(?:in|up)|"
    r"log ?in|register|checkout|check out|place|continue|next|finish|complete|subscribe|upload|import|export|download|"
    r"delete|remove|cancel (?:order|booking|subscription|plan|reservation)|refund|search|find|show|go|request|redeem|reserve|donate|"
    r"join|accept|approve|generate|connect|verify|change|reset|start|speichern|senden|weiter|kaufen)\b"
)
_WRITE = re2.compile(
    r"(?i)\b(?:save|submit|send|pay|buy|order|book|confirm|apply|update|create|invite|publish|post|place|subscribe|"
    r"upload|import|delete|remove|refund|return|request|redeem|reserve|donate|approve|connect|change|reset|rename|archive|"
    r"duplicate|move|assign|share|cancel (?:order|booking|subscription|plan|reservation))\b"
)
_BACK = re2.compile(r"(?i)^\W*(?:back|previous|prev|return|edit|change|zurück|retour|volver)\b")
_SEARCH = re2.compile(r"(?i)search|find|query|filter|look ?up|suche|\bq\b")
_LOGIN_PAGE = re2.compile(r"(?i)/(?:log-?in|sign-?in|auth|session/new|sso)\b")
_ANALYTICS = re2.compile(
    r"(?i)analytics|telemetry|/collect\b|/track(?:ing)?\b|beacon|metrics|/log(?:s|ging)?\b|pixel|sentry|segment\.|"
    r"posthog|mixpanel|amplitude|hotjar|clarity|datadog|newrelic|bugsnag|rollbar|intercom|doubleclick|google-analytics|"
    r"googletagmanager|/i/v0/e|/decide\b|/flags\b|/ingest\b|fullstory|logrocket|/rum\b|facebook\.com/tr|heap|launchdarkly|"
    r"/stats?\b|/ping\b|/heartbeat\b|/vitals\b|/events?/batch"
)
_NOISE = re2.compile(
    r"(?i)resizeobserver loop|script error\.?$|non-error promise rejection|extension context invalidated|"
    r"the message port closed|message channel closed|chrome-extension://|moz-extension://|safari-extension://|"
    r"safari-web-extension://|webkit-masked-url|\[hmr\]|\[vite\]|react devtools|\[fast refresh\]|"
    r"third-party cookie|was preloaded using link preload|deprecat|aborterror|the user aborted|"
    r"signal is aborted|operation was aborted|request aborted|play\(\) request was interrupted|"
    r"favicon|source ?map|devtools|passive event listener"
)
_GARBAGE_HINTS = ("NaN", "undefined", "null", "[object ", "Invalid Date", "{{", "Infinity")
_GARBAGE = re2.compile(
    r"(?:^|[\s$€£¥(:#/])(NaN|undefined|null|\[object \w+\]|Invalid Date|\{\{[^}]{1,30}\}\}|Infinity)(?:$|[\s\d%.,;:)/€$£-])"
)
_DIGITS = re2.compile(r"[0-9a-fA-F]{8,}|\d+")
_QUOTED = re2.compile(r"'[^']{0,80}'|\"[^\"]{0,80}\"|“[^”]{0,80}”|`[^`]{0,80}`")


_ERROR_HINTS = (
    "error", "fail", "could", "unable", "wrong", "not ", "n\'t", "n’t", "denied", "forbidden", "declin", "reject",
    "refus", "expired", "timed", "timeout", "time-out", "oops", "try again", "invalid", "unexpected", "exception",
    "conflict", "crash", "lost", "again", "logged", "signed", "session", "fehler", "erreur", "échec", "impossible", "erro", "fout", "50", "404",
)  # fmt: skip
_REFUSAL_HINTS = (
    "cannot",
    "can't",
    "can’t",
    "not ",
    "unavail",
    "sorry",
    "no longer",
    "problem",
    "offline",
)
_VALIDATION_HINTS = (
    "requir", "must", "please", "missing", "invalid", "too ", "valid", "enter", "choose", "select", "at least",
    "at most", "match", "incomplete", "incorrect", "wrong", "only", "already", "empty", "blank", "pflicht", "oblig",
)  # fmt: skip
_MAY_BE_A_NAME = frozenset(
    {"loading", "booking", "searching", "checking", "sending", "working", "processing"}
)
_BUSY_OBJECTS = frozenset(
    {"your", "the", "this", "my", "a", "an", "it", "data", "results", "more", "file", "files", "page", "changes",
     "payment", "order", "details", "for", "in", "out", "up", "on"}
)  # fmt: skip
_BUSY_HINTS = (
    "ing",
    "moment",
    "wait",
    "second",
    "hang on",
    "lädt",
    "chargement",
    "cargando",
    "bitte",
)
_EMPTY_HINTS = ("no ", "nothing", "0 ", "zero", "any", "keine", "aucun", "sin ")
# A plain search for a hint is twenty times cheaper than a pattern, and most texts hold none.


def _hinted(text: str, hints: tuple[str, ...]) -> bool:
    lowered = text.lower()
    return any(hint in lowered for hint in hints)


@lru_cache(maxsize=4_096)
def sounds_like_error(text: str) -> bool:
    """Short, and worded like a failure."""
    return len(text) <= MAX_MESSAGE and _hinted(text, _ERROR_HINTS) and bool(_ERROR.search(text))


def sounds_generic(text: str) -> bool:
    """A message that names no reason a user could act on."""
    return bool(_GENERIC.search(text[:MAX_MESSAGE]))


@lru_cache(maxsize=4_096)
def sounds_like_refusal(text: str) -> bool:
    """Short, and worded like a failure or like a mere notice."""
    return (
        len(text) <= MAX_MESSAGE and _hinted(text, _REFUSAL_HINTS) and bool(_REFUSAL.search(text))
    )


def refuses_input(text: str) -> bool:
    """Worded like a refusal of input and not like the label of a field that waits for it."""
    return sounds_like_validation(text) and not _INVITES.search(text)


def sounds_like_validation(text: str) -> bool:
    """Short, and worded like a refusal of input."""
    short = len(text) <= MAX_MESSAGE
    return short and _hinted(text, _VALIDATION_HINTS) and bool(_VALIDATION.search(text))


@lru_cache(maxsize=4_096)
def sounds_like_success(text: str) -> bool:
    """Short, worded like something that worked, and not negated."""
    if len(text) > MAX_MESSAGE or not _SUCCESS.search(text):
        return False
    return not _NEGATION.search(text) and not _ERROR.search(text)


@lru_cache(maxsize=4_096)
def sounds_busy(text: str) -> bool:
    """A text that only says that something is going on."""
    if len(text) > 60 or not _hinted(text, _BUSY_HINTS) or not _BUSY.search(text):
        return False
    if text.rstrip().endswith(("…", "...")) or "please wait" in text.lower():
        return True
    # Without an ellipsis it may be a name: "Loading dock 4", "Booking number 17".
    words = text.lower().strip(" .!").split()
    return len(words) == 1 or words[1] in _BUSY_OBJECTS or words[0] not in _MAY_BE_A_NAME


@lru_cache(maxsize=4_096)
def sounds_empty(text: str) -> bool:
    """A text that says that a search or a list holds nothing."""
    short = len(text) <= MAX_MESSAGE
    return short and _hinted(text, _EMPTY_HINTS) and bool(_NO_RESULTS.search(text))


def submits(name: str) -> bool:
    """The name of a control that carries a task forward."""
    return len(name) <= 60 and bool(_SUBMIT.search(name))


def writes(name: str) -> bool:
    """The name of a control that changes something for good, so that a user waits for an answer."""
    return len(name) <= 60 and bool(_WRITE.search(name))


def goes_back(name: str) -> bool:
    """The name of a control that leads to an earlier step."""
    return len(name) <= 40 and bool(_BACK.search(name))


def searches(name: str) -> bool:
    return len(name) <= 80 and bool(_SEARCH.search(name))


def is_login_page(template: str) -> bool:
    return bool(_LOGIN_PAGE.search(template))


def is_analytics(url: str) -> bool:
    """A request that no user ever waits for."""
    return bool(_ANALYTICS.search(url[:300]))


def is_noise(text: str) -> bool:
    """A message that browsers and extensions write on healthy pages."""
    return bool(_NOISE.search(text[:600]))


@lru_cache(maxsize=4_096)
def _busy_class(classes: str) -> bool:
    return bool(_BUSY_MARK.search(classes))


@lru_cache(maxsize=4_096)
def _alert_class(classes: str) -> bool:
    return bool(_ALERT_MARK.search(classes))


@lru_cache(maxsize=4_096)
def _error_class(marks: str) -> bool:
    return bool(_ERROR_MARK.search(marks))


def marked_busy(node: Node) -> bool:
    """Markup says that the node is a busy indicator."""
    attrs = node.attrs
    if attrs.get("aria-busy") == "true" or attrs.get("role") == "progressbar":
        return True
    if node.tag == "progress" and "value" not in attrs:
        return True
    return "class" in attrs and _busy_class(attrs["class"])


def marked_alert(node: Node) -> bool:
    """Markup says that the node is a message to the user."""
    attrs = node.attrs
    if attrs.get("role") in ("alert", "status", "alertdialog") or "aria-live" in attrs:
        return True
    return "class" in attrs and _alert_class(attrs["class"])


def marked_error(node: Node) -> bool:
    """Markup says that the node is an error."""
    attrs = node.attrs
    if attrs.get("role") == "alertdialog":
        return True
    return any(mark in attrs and _error_class(attrs[mark]) for mark in ("class", "id"))


def marked_dialog(node: Node) -> bool:
    attrs = node.attrs
    return (
        node.tag == "dialog"
        or attrs.get("role") in ("dialog", "alertdialog")
        or attrs.get("aria-modal") == "true"
    )


@lru_cache(maxsize=4_096)
def holds_garbage(text: str) -> str:
    """A value that no page means to show (``NaN``, ``undefined``, ``[object Object]``), or nothing."""
    if len(text) > 60 or not any(hint in text for hint in _GARBAGE_HINTS):
        return ""
    found = _GARBAGE.search(text)
    return cast("str", found.group(1)) if found is not None else ""


def fingerprint(text: str) -> str:
    """The form of a message that sessions share: numbers, ids and quoted names replaced."""
    shape = _QUOTED.sub('"*"', text[:300])
    return _DIGITS.sub("#", shape).strip().lower()[:120]
