"""Groups of issue keys that grow by union: what each holds, and what may not come together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graph.ids import SessionId
from graph.patterns.facets import Facets, key_order
from graph.sessions.summary import IssueKey


@dataclass(slots=True, kw_only=True)
class Cluster:
    """What the keys of one group hold together. Grows; belongs to one ``Clusters``."""

    root: IssueKey
    members: list[Facets]
    sessions: set[SessionId]
    overcame: set[SessionId]
    """Sessions in which every sighting was overcome."""
    calls: set[str] = field(default_factory=set[str])
    answers: set[str] = field(default_factory=set[str])
    messages: set[str] = field(default_factory=set[str])
    thrown: set[str] = field(default_factory=set[str])
    details: set[str] = field(default_factory=set[str])
    controls: set[str] = field(default_factory=set[str])
    effects: set[str] = field(default_factory=set[str])
    said: tuple[str, ...] = ()
    """The two lowest of all messages: enough to see in which word they differ."""

    @classmethod
    def of(cls, facets: Facets, sessions: set[SessionId], overcame: set[SessionId]) -> Cluster:
        """The group of one key."""
        return cls(
            root=facets.key,
            members=[facets],
            sessions=set(sessions),
            overcame=set(overcame),
            calls={facets.call} - {""},
            answers={facets.answer} - {""},
            messages={facets.message} - {""},
            thrown={facets.thrown} - {""},
            details={facets.detail} - {""},
            controls={facets.element} if facets.control else set(),
            effects={facets.effect},
            said=(facets.words,) if facets.words else (),
        )

    @property
    def order(self) -> tuple[int, tuple[str, str, str, str]]:
        """The group most sessions show comes first; equal ones by key."""
        return -len(self.sessions), key_order(self.root)

    def absorb(self, other: Cluster) -> None:
        """Take everything another group holds."""
        self.root = min(self.root, other.root, key=key_order)
        self.members.extend(other.members)
        in_both = self.sessions & other.sessions
        self.overcame = ((self.overcame | other.overcame) - in_both) | (
            self.overcame & other.overcame
        )
        self.sessions |= other.sessions
        self.calls |= other.calls
        self.answers |= other.answers
        self.messages |= other.messages
        self.thrown |= other.thrown
        self.details |= other.details
        self.controls |= other.controls
        self.effects |= other.effects
        self.said = tuple(sorted({*self.said, *other.said})[:2])


class Clusters:
    """Union-find over issue keys; the smaller group always moves, so n unions cost n log n."""

    def __init__(self, first: Iterable[Cluster]) -> None:
        self._by_key: dict[IssueKey, Cluster] = {cluster.root: cluster for cluster in first}

    def of(self, key: IssueKey) -> Cluster:
        """The group a key is in."""
        return self._by_key[key]

    def join(self, one: Cluster, other: Cluster) -> Cluster:
        """Make one group of two; the answer is that group."""
        if one is other:
            return one
        large, small = (one, other) if len(one.members) >= len(other.members) else (other, one)
        for facets in small.members:
            self._by_key[facets.key] = large
        large.absorb(small)
        return large

    def all(self) -> list[Cluster]:
        """Every group once, the commonest first."""
        once: Mapping[int, Cluster] = {id(cluster): cluster for cluster in self._by_key.values()}
        return sorted(once.values(), key=lambda cluster: cluster.order)


def apart(one: set[str], other: set[str]) -> bool:
    """True where both are known and have nothing in common."""
    return bool(one) and bool(other) and one.isdisjoint(other)
