"""The words the router knows: one line per idea, with the words people use for it.

Phrases are separated by commas. A word that stands in none of these tables is taken for one about the
application under test ("coupon", "invoice") and is looked for in the report.
"""

from __future__ import annotations

from enum import StrEnum

from tools.lookup import vocabulary


class Term(StrEnum):
    """An idea that a question can hold."""

    SUMMARIZE = "summarize"
    AGAIN = "again"
    DEMO = "demo"
    WHICH = "which"
    OPEN = "open"
    SHOW = "show"
    FOUND = "found"
    PATTERN = "pattern"
    ISSUES = "issues"
    SESSION = "session"
    PEOPLE = "people"
    REPORT = "report"
    COUNT = "count"
    WHY = "why"
    SEVERITY = "severity"
    NOT = "not"
    SKIPPED = "skipped"
    COVERAGE = "coverage"
    CLAIMS = "claims"
    EVIDENCE = "evidence"
    HAPPENED = "happened"
    ROWS = "rows"
    SOURCES = "sources"
    PROGRESS = "progress"
    CANCEL = "cancel"
    GREETING = "greeting"
    THANKS = "thanks"
    HELP = "help"
    COMPARE = "compare"
    CHANGE = "change"
    PAGE = "page"
    BACK = "back"
    MOST = "most"
    AFFECTED = "affected"


def _phrases(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(phrase.split()) for phrase in text.split(","))


PHRASES: dict[Term, tuple[tuple[str, ...], ...]] = {
    Term.SUMMARIZE: _phrases(
        "summarize,summarise,summarized,summarising,summarizing,summary,analyze,analyse,analysis,digest,"
        "review,examine,inspect,scan,process,evaluate,go through,look through,look at,look into,"
        "have a look,take a look,make a report,create a report"
    ),
    Term.AGAIN: _phrases(
        "again,rerun,re run,new report,new run,start,once more,start over,refresh"
    ),
    Term.DEMO: _phrases("demo,demos,sample data,sample recordings,example recordings,bundled"),
    Term.WHICH: _phrases("list,which,give,enumerate,what are,tell me,display"),
    Term.OPEN: _phrases(
        "open,detail,details,expand,elaborate,explain,describe,more,what about,what is,what's,whats,"
        "tell me about,zoom,dig"
    ),
    Term.SHOW: _phrases("show,see,watch,play"),
    Term.FOUND: _phrases(
        "find,found,discover,discovered,detect,detected,learn,learned,come up,came up,turned up,"
        "go wrong,goes wrong,went wrong,going wrong,wrong,broken,breaks,broke,takeaways,insights,"
        "overview,rundown,highlights,recap,tldr"
    ),
    Term.PATTERN: _phrases(
        "pattern,patterns,issue,issues,problem,problems,snag,snags,finding,findings,bug,bugs,trouble,"
        "troubles,friction,pain,pains,obstacle,obstacles,defect,defects,glitch,glitches,difficulty,"
        "difficulties,complaint,complaints,struggle,struggles,struggled,struggling,fault,faults,error,"
        "errors,stuck,hurdle,hurdles,annoyance,annoyances"
    ),
    Term.ISSUES: _phrases("issue,issues,problem,problems,bug,bugs,error,errors,occurrences,times"),
    Term.SESSION: _phrases(
        "session,sessions,recording,recordings,replay,replays,visit,visits,who,"
        "which users,which people,which customers,which visitors,what users"
    ),
    Term.PEOPLE: _phrases(
        "user,users,people,person,persons,visitor,visitors,customer,customers,anyone,anybody,everyone"
    ),
    Term.REPORT: _phrases("report,reports,result,results,findings"),
    Term.COUNT: _phrases(
        "count,total,how many,how often,number of,amount of,what share,what percentage,what fraction,"
        "percentage of,share of"
    ),
    Term.WHY: _phrases("why,how come,reason,reasons,what makes,justify"),
    Term.SEVERITY: _phrases(
        "severity,severe,serious,grave,priority,important,bad,rated,ranked,rating"
    ),
    Term.NOT: _phrases(
        "not,never,no,without,isn't,isnt,aren't,arent,wasn't,wasnt,didn't,didnt,doesn't"
    ),
    Term.SKIPPED: _phrases(
        "skip,skipped,skips,omit,omitted,ignored,excluded,unreadable,dropped,left out,leave out,"
        "not look at,not looked at,didn't look at,not analyse,not analysed,not analyzed,thrown away"
    ),
    Term.COVERAGE: _phrases(
        "coverage,covered,blind,unseen,limitations,limits,cost,costs,tokens,reliable,not see,looked at,"
        "could not be seen,how complete,can i trust,trust,did you look at"
    ),
    Term.CLAIMS: _phrases(
        "withheld,withhold,claim,claims,audit,held back,refuted,refute,false alarms"
    ),
    Term.EVIDENCE: _phrases("evidence,proof,prove,example,examples,instance,instances,show me"),
    Term.HAPPENED: _phrases("happened,happens,happen,happening,going on,went on,took place,doing"),
    Term.ROWS: _phrases("row,rows,trace,moment,moments,timeline,around,clip,event,events"),
    Term.SOURCES: _phrases(
        "source,sources,available,folder,folders,can you read,can you look at,can i use,can you open"
    ),
    Term.PROGRESS: _phrases(
        "progress,yet,status,done,ready,finished,already,currently,so far,how far,how long,still running,"
        "until now,right now"
    ),
    Term.CANCEL: _phrases("cancel,stop,abort,kill,terminate"),
    Term.GREETING: _phrases(
        "hi,hello,hey,hiya,howdy,greetings,yo,good morning,good evening,good day"
    ),
    Term.THANKS: _phrases(
        "thanks,thx,ty,cheers,bye,goodbye,great,perfect,cool,nice,thank you,ok,okay"
    ),
    Term.HELP: _phrases(
        "help,commands,usage,what can you do,what can i ask,what can i do,what do you do,how does this work,"
        "how do you work,who are you,what are you,what is this,what should i ask"
    ),
    Term.COMPARE: _phrases(
        "compare,comparison,compared,versus,vs,differ,differs,difference,correlate"
    ),
    Term.CHANGE: _phrases(
        "fix,delete,remove,rename,merge,edit,email,mail,assign,ticket,translate,draft,jira,slack,deploy"
    ),
    Term.PAGE: _phrases("page,pages,screen,screens,url"),
    Term.BACK: _phrases("it,that,this,its,that one,this one,them,those"),
    Term.AFFECTED: _phrases("affected,affects,impacted,hit,hits,concerned,suffered"),
    Term.MOST: _phrases("most,commonest,common,frequent,often,widespread"),
}

KINDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "non-blocking": _phrases(
        "non blocking,nonblocking,not blocking,not blocked,did not block,didn't block,harmless,nuisance"
    ),
    "blocking": _phrases(
        "blocking,blocker,blockers,blocked,block,blocks,showstopper,showstoppers,stopped,could not go on"
    ),
    "abandonment": _phrases(
        "abandonment,abandon,abandoned,abandoning,give up,gave up,giving up,quit,drop off,dropped off,"
        "dropped out,walked away,left without"
    ),
    "confusion": _phrases(
        "confusion,confusing,confused,confuse,misled,misleading,unclear,puzzled,lost"
    ),
    "slow": _phrases(
        "slow,slowness,slower,slows,slowed,latency,lag,laggy,sluggish,loading,wait,waiting,waited,"
        "lose time,losing time,takes long,took long,long time"
    ),
}
LEVELS = ("low", "medium", "high", "critical")
OUTCOMES: dict[str, tuple[tuple[str, ...], ...]] = {
    "success after friction": _phrases("success after friction,detour,succeeded after"),
    "success": _phrases("succeeded,succeed,success,successful,completed,made it"),
    "failure": _phrases("failed,fail,failure,failures,unsuccessful"),
    "abandoned": _phrases("abandoned,gave up,give up,quit,left without"),
    "unclear": _phrases("unclear outcome"),
}

BEYOND: dict[str, frozenset[str]] = {
    "which browser or device a session used": frozenset(
        vocabulary(
            "browser browsers safari chrome firefox edge opera mobile phone phones tablet desktop "
            "android ios iphone ipad device devices"
        )
    ),
    "who the users are": frozenset(
        vocabulary(
            "country countries region city language age gender segment segments premium paying "
            "demographics email name names"
        )
    ),
    "money, goals or satisfaction": frozenset(
        vocabulary(
            "revenue money sales conversion conversions funnel churn retention nps satisfaction "
            "sentiment happy roi"
        )
    ),
    "how things change over time": frozenset(
        vocabulary(
            "trend trends yesterday today tomorrow week weeks month months daily release releases "
            "regression increase increased decrease decreased improved"
        )
    ),
}
"""What no report says, and the words by which people ask for it."""

STOPWORDS = frozenset(
    vocabulary(
        "a about after all also am an and any anything are as at away back be been before being but by can can't "
        "cant come could couldn't current did do does don't down during each ever every everything for from further "
        "get gets getting go goes going got had has have having he her here him his how i i'd i'm if in "
        "into is just kind kinds know let like look lot made main make many may maybe me mean much must "
        "my need nothing now occur occurs of off on one ones only or other our out over part perhaps please pls put read quick "
        "quickly rather really regarding related run said say says sec seem seems she should so some "
        "something sort still such take than the their then there they thing things through to too try "
        "under up us use used using very want wants was we well went were what when where while will "
        "with within would you your yours belong belongs affected affect affects hit hits met meet saw "
        "part mean look looks first last next place total whole entire there's let's new latest talk "
        "say tell ask asked question kindly data app application site website product thing set happen "
        "did it's that's worst top biggest case cases number numbered looking gone run ran"
    )
)
