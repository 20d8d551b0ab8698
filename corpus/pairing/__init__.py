"""Pairing: which document translates which, in piles of documents without common names.

1. Each document becomes a small profile (profile.py): what a translation copies, embeddings of a
   few passages, a sketch of its own wording, what its name says.
2. Profiles that share evidence become candidates (candidates.py), and features of each candidate
   pair become its log odds (evidence.py).
3. A global assignment uses each document once (assignment.py).
4. Documents that remain get a reason: duplicate, revision, excerpt, part of another document's
   counterpart, no counterpart (relations.py).

    result = pair(profiles)
    result.pairs[0].source, result.pairs[0].target, result.pairs[0].confidence
"""

from duizhao.corpus.pairing.outcome import Pair, Pairing, Unpaired
from duizhao.corpus.pairing.pairs import pair
from duizhao.corpus.pairing.profile import Profile, make_profile

__all__ = ["Pair", "Pairing", "Profile", "Unpaired", "make_profile", "pair"]
