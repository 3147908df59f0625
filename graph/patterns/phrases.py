"""How each effect is told, as text with gaps. Values only; ``graph.patterns.titles`` fills them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """How one effect is told: of a control, of a page, and as a question about either."""

    control: str
    page: str
    control_question: str
    page_question: str


PHRASES: Mapping[str, Phrase] = {
    "no_response": Phrase(
        control="{control}{where} does nothing",
        page="Clicks{where} do nothing",
        control_question="Does using {control}{where} have no visible effect?",
        page_question="Do clicks{where} have no visible effect?",
    ),
    "blocked_click": Phrase(
        control="Clicks{where} fall on {control}, which lies over the page",
        page="Clicks{where} fall on something that lies over the page",
        control_question="Do clicks{where} fall on {control}, which lies over their target?",
        page_question="Do clicks{where} fall on something that lies over their target?",
    ),
    "failed_request": Phrase(
        control="{control}{where} {answer}{also}",
        page="{request} {answer}{where}{also}",
        control_question="Does the request behind {control}{where} fail and stay failed?",
        page_question="Does {request} fail{where} and stay failed?",
    ),
    "error_behind_request": Phrase(
        control="{control}{where} {answer}{also}",
        page="{request} {answer}{where}{also}",
        control_question="Does {message} appear after {control} is used{where}, when {request} fails?",
        page_question="Does {message} appear{where}, when {request} fails?",
    ),
    "error_shown": Phrase(
        control="{control}{where} shows {message}",
        page="{page} shows {message}",
        control_question="Does {message} appear after {control} is used{where}?",
        page_question="Does {message} appear{where}?",
    ),
    "failure_event": Phrase(
        control="The application reports {message}{where}",
        page="The application reports {message}{where}",
        control_question="Does the application report {message} in the session?",
        page_question="Does the application report {message} in the session?",
    ),
    "error_after": Phrase(
        control="{control}{where} throws {message} and does nothing else",
        page="An action{where} throws {message} and does nothing else",
        control_question="Is {message} the only effect of using {control}{where}?",
        page_question="Is {message} the only effect of an action{where}?",
    ),
    "exception": Phrase(
        control="{control}{where} throws {message}",
        page="{page} throws {message}",
        control_question="Is {message} thrown when {control} is used{where}?",
        page_question="Is {message} thrown{where}?",
    ),
    "console_error": Phrase(
        control="{control}{where} logs {message}",
        page="{page} logs {message}",
        control_question="Is {message} logged when {control} is used{where}?",
        page_question="Is {message} logged{where}?",
    ),
    "spinner": Phrase(
        control="{control}{where} never stops loading",
        page="{page} never stops loading",
        control_question="Does {control}{where} stay busy without ever finishing?",
        page_question="Does {page} stay busy without ever finishing?",
    ),
    "blank": Phrase(
        control="{control}{where} leaves a blank page",
        page="{page} goes blank",
        control_question="Does the page go blank after {control} is used{where}?",
        page_question="Does {page} lose nearly all of its content?",
    ),
    "slow": Phrase(
        control="{control}{where} is slow to answer",
        page="{page} is slow",
        control_question="Does {control}{where} take a second or longer to show an effect?",
        page_question="Does {page} take a second or longer to react?",
    ),
    "spinner_with_words": Phrase(
        control="{control}{where} never gets past {message}",
        page="{message}{where} never goes away",
        control_question="Does {message} stay without end after {control} is used{where}?",
        page_question="Does {message}{where} stay without end?",
    ),
    "slow_with_words": Phrase(
        control="{control}{where} is slow: {message} stays for long",
        page="{message}{where} stays for long",
        control_question="Does {message} stay for three seconds or longer after {control} is used{where}?",
        page_question="Does {message}{where} stay for three seconds or longer?",
    ),
    "lost_input": Phrase(
        control="What was typed into {control}{where} is lost",
        page="What was typed{where} is lost",
        control_question="Is what was typed into {control}{where} gone later, uncleared by the user?",
        page_question="Is what was typed{where} gone later, without the user clearing it?",
    ),
    "taken_back": Phrase(
        control="A change to {control}{where} is taken back",
        page="A change{where} is taken back",
        control_question="Is a change to {control}{where} taken back, without the user doing it?",
        page_question="Is a change{where} taken back, without the user doing it?",
    ),
    "validation": Phrase(
        control="{control}{where} is refused with {message}",
        page="{page} refuses what was entered with {message}",
        control_question="Is {control}{where} refused with {message}?",
        page_question="Is what was entered{where} refused with {message}?",
    ),
    "refused_submit": Phrase(
        control="{control}{where} refuses the form with {message}",
        page="{page} refuses what was entered with {message}",
        control_question="Does {control}{where} refuse the form with {message}?",
        page_question="Is what was entered{where} refused with {message}?",
    ),
    "silent": Phrase(
        control="{control}{where} does not say whether it worked",
        page="A change{where} is sent without a word whether it worked",
        control_question="Is the change behind {control}{where} sent without any visible feedback?",
        page_question="Is a change{where} sent without any visible feedback?",
    ),
    "mismatch": Phrase(
        control="{control}{where} shows a number that cannot be right",
        page="Numbers{where} contradict each other",
        control_question="Does {control}{where} contradict another number, or change when it should not?",
        page_question="Do two numbers{where} contradict each other?",
    ),
    "no_value": Phrase(
        control="{value} is shown{where}",
        page="{value} is shown{where}",
        control_question="Does {value} stand{where} where a value should be?",
        page_question="Does {value} stand{where} where a value should be?",
    ),
    "no_results": Phrase(
        control="{control}{where} finds nothing",
        page="A search{where} finds nothing",
        control_question="Does {control}{where} come back without results?",
        page_question="Does a search{where} come back without results?",
    ),
    "wander": Phrase(
        control="People go back and forth around {control}{where}, looking for something",
        page="People go back and forth{where}, looking for something",
        control_question="Does the user go back and forth around {control}{where}?",
        page_question="Does the user go back and forth{where} without doing anything there?",
    ),
    "quick_back": Phrase(
        control="People leave right after {control}{where}",
        page="People leave {page} right after opening it",
        control_question="Does the user turn back within five seconds of {control}{where}?",
        page_question="Does the user turn back within five seconds of opening {page}?",
    ),
    "refill": Phrase(
        control="{control}{where} has to be filled in again",
        page="Fields{where} have to be filled in again",
        control_question="Does the user fill in {control}{where} again?",
        page_question="Does the user fill in fields{where} again?",
    ),
    "repeat_submit": Phrase(
        control="{control}{where} is sent again and again",
        page="A form{where} is sent again and again",
        control_question="Does the user send {control}{where} more than once?",
        page_question="Does the user send a form{where} more than once?",
    ),
    "hesitation": Phrase(
        control="People hesitate at {control}{where}",
        page="People hesitate{where}",
        control_question="Does the user hesitate at {control}{where}?",
        page_question="Does the user hesitate{where}?",
    ),
}

FACES: Mapping[str, str] = {
    "no_response": "no visible effect",
    "blocked_click": "a click on a cover",
    "failed_request": "a failed request",
    "error_shown": "an error on the page",
    "failure_event": "a failure the application reports",
    "error_after": "nothing but an error in the console",
    "spinner": "loading that does not end",
    "blank": "a blank page",
    "slow": "a late answer",
    "lost_input": "lost input",
    "validation": "a refusal",
    "silent": "no feedback",
    "mismatch": "a wrong number",
    "no_results": "no results",
}
"""What one fault can look like in different sessions; weak effects are no faces."""
