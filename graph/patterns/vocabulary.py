"""Words that say little: which ones tell nothing about a fault, a control or a question.

English first, as interfaces mostly are; an unknown word always counts as telling.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP_WORDS = _words("""
    a about after all also an and any are as at be been before but by can could did do does for from
    had has have how i if in into is it its just me my no nor not of off on or our out own so some
    than that the their them then there these they this those to too up us was we were what when
    where which who whom whose why will with would you your
""")
"""Words that carry no meaning by themselves."""

GENERIC_MESSAGE_WORDS = _words("""
    again another attempt available bad call can't cannot check choose code complete completed
    connect connection contact couldn't enter error errors exception fail failed failure fetch field
    fields fill form found gone happened incorrect input internal invalid later load loading message
    minutes missing moment network occurred oh ok oops page please problem process processed provide
    refresh reload request requested required response retry save saved saving select server service
    someone something sorry soon status submit successfully support system temporarily time timed
    timeout try unable unavailable unexpected unknown update updated valid value went whoops wrong
    ein es fehler fehlgeschlagen gelaufen schief une est erreur survenue algo error ha mal salido
""")
"""Words of messages that any fault of any application could show."""

PERMISSION_WORDS = _words("""
    access allowed authenticated authorised authorized authorization credentials denied forbidden
    login permission permissions permitted privileges signed unauthenticated unauthorised
    unauthorized berechtigung verboten interdit
""")
"""Words of messages about who the user is: one lost role is refused everywhere."""

GENERIC_CODE_WORDS = _words("""
    assignment caught classname const constructor defined function iterable literal map null object
    promise properties property prototype rangeerror read reading reference referenceerror rejection
    set setting string syntaxerror typeerror uncaught undefined unhandled
""")
"""Words of exceptions that the language writes, not the application."""

GENERIC_CONTROL_WORDS = _words("""
    accept add again agree apply back cancel change changes choose clear click close confirm
    continue copy create delete details disable discard dismiss done download edit enable exit
    expand finish first go got help here hide info last learn less load menu more new next now ok
    okay open options previous proceed read refresh reload remove reset retry save see select send
    settings share show skip start submit toggle try undo update upload view yes
""")
"""Names that controls of different forms share: ``Save`` here is not ``Save`` there."""

ROLE_WORDS = _words("""
    anchor area box button check checkbox combobox dialog disclosure div field form heading icon img
    image input item label li link list listbox listitem menuitem nav option overlay radio role row
    section select slider span spinbutton svg switch tab td text textarea textbox tr
""")
"""What kind of element it is, which says nothing about which one."""

GENERIC_QUESTION_WORDS = _words("""
    affect affected anything bad behaviour behavior biggest broken bug bugs cause causes common
    customer customers day difficulties difficulty everything find finding findings friction
    frustrate frustrated frustrating frustration get gets getting give go goes going happen happened
    happening happens hard issue issues know last let like look main make many matter most much
    overview pain part pattern patterns people person please point points problem problems question
    recording recordings report reports see serious session sessions show site something struggle
    struggled struggles struggling stuck summarise summarize summary tell thing things today top
    trouble troubles us use used user users using visitor visitors want went week whole work worked
    working works worst wrong app application product website page pages analyse analyze check demo
    bundled example examples folder latest newest our recent run runs running sample samples
""")
"""Words of a question that ask for everything, and so single out nothing."""
