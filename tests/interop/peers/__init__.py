"""Real BGP speakers to talk to, each behind the same small interface (see base.Peer)."""

from peers.base import Session
from peers.bird import Bird
from peers.exabgp import ExaBgp
from peers.frr import Frr
from peers.gobgp import GoBgp
from peers.openbgpd import OpenBgpd

ALL = (Bird, Frr, GoBgp, OpenBgpd, ExaBgp)

__all__ = ["ALL", "Bird", "ExaBgp", "Frr", "GoBgp", "OpenBgpd", "Session"]
