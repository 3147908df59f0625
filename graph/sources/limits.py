"""How much of a stranger's file is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLimits:
    """Limits for one file. The defaults are generous: a local folder is its owner's.

    For files that come from a network, use Sentry Relay's: 10 MiB before and 100 MiB after
    decompression.
    """

    max_file_bytes: int = 256 * MIB
    """As stored, before decompression."""
    max_decoded_bytes: int = GIB
    """After decompression: of each layer, and of all compressed fields of a file together."""
    max_ratio: int = 500
    """Decoded to stored bytes. Real recordings reach 12, zlib can reach 1,029."""
    ratio_floor_bytes: int = 64 * MIB
    """The ratio is not looked at below this much: a small file may compress very well."""
    max_members: int = 10_000
    """gzip members or zstd frames of one file. A recorder that appends every 2 s needs 1,800 an
    hour; without a cap, 2 MB of empty members hold a naive reader for 9 s."""
    max_layers: int = 2
    """Compression inside compression: once more is an accident, twice more is an attack."""
    max_depth: int = 512
    """JSON levels of one event. A DOM level costs two; real pages stay below 200."""
    max_events: int = 1_000_000
    """Events of one file."""
    max_values: int = 50_000_000
    """Commas and line breaks of one file, a bound on its JSON values: ``[1,1,1,...`` takes thirty
    times its size in memory. An event of a real recording has some thirty values."""
    max_event_bytes: int = 64 * MIB
    """One event. Decoded it takes some ten times as much."""
    head_bytes: int = 64 * KIB
    """How much of a file is decoded to list it."""
