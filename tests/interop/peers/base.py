"""What every peer class can do."""

import shutil
from dataclasses import dataclass

from lab import wait_until
from routes import PEER_AS, SPEAKER_AS

LISTENING = "0A"  # a state of /proc/net/tcp


@dataclass(frozen=True)
class Session:
    """How the peer is to talk to the speaker. With active=True it connects, else it waits.

    protocol_options and channel_options are more lines for a neighbor and for each of its families,
    bfd the inside of its BFD section, all in the peer's own language (BIRD only).
    """

    families: tuple
    speaker_as: int = SPEAKER_AS
    peer_as: int = PEER_AS
    active: bool = False
    md5: str = ""
    gtsm: bool = False
    protocol_options: tuple = ()
    channel_options: tuple = ()
    bfd: str = ""


class Peer:
    """One running peer, configured for one session with the speaker.

    programs: what must be installed; package: the Debian package that has it. families: those that
    can be carried and looked up; originates: those of which the peer can announce a route of its
    own (ORIGINATED in routes.py). hidden: family -> attributes that its client does not show;
    own_next_hop: families in which it sends a next hop of its choice; sets_community: families in
    which its own routes have ORIGIN_COMMUNITY; keeps_withdrawn: families in which it never removes
    a route before the session ends, whatever the withdraw looks like.
    """

    programs = ()
    package = ""
    families = ()
    originates = ()
    hidden = {}
    own_next_hop = ()
    sets_community = ("ipv4 unicast",)
    keeps_withdrawn = ()

    def __init__(self, lab, session):
        self.lab = lab
        self.session = session
        self.directory = lab.directory / type(self).__name__.lower()
        self.directory.mkdir()
        self.process = None

    @classmethod
    def missing_programs(cls):
        return [program for program in cls.programs if not shutil.which(program)]

    def launch(self, command, env=None):
        """Start the daemon and wait until it serves BGP."""
        self.process = self.lab.peer.start(
            type(self).__name__, command, self.directory / "daemon.log", env=env, cwd=self.directory
        )
        self.lab.on_close(self.process.stop)
        if not self.session.active:
            wait_until(self._listening, lambda: f"{type(self).__name__} listens; {self.log_tail()}")

    def _listening(self):
        self.process.require_running()
        for table in ("tcp", "tcp6"):
            with open(f"/proc/{self.lab.peer.pid}/net/{table}") as sockets:
                for line in sockets.readlines()[1:]:
                    _, local, _, state, *_ = line.split()
                    if state == LISTENING and int(local.rpartition(":")[2], 16) == 179:
                        return True
        return False

    def wait_established(self):
        wait_until(
            self.established, lambda: f"{type(self).__name__} established; {self.log_tail()}"
        )

    def wait_route(self, family, key):
        """The attributes that the peer shows for the route, as soon as it has it."""
        return wait_until(
            lambda: self.lookup(family, key),
            lambda: f"{key} in {family} of {type(self).__name__}; {self.log_tail()}",
        )

    def wait_no_route(self, family, key):
        wait_until(
            lambda: self.lookup(family, key) is None,
            lambda: f"{key} gone from {family} of {type(self).__name__}; {self.log_tail()}",
        )

    def log_tail(self):
        return "its log:\n" + self.process.log()[-3000:]

    def established(self):
        """Whether its own client says that the session is established."""
        raise NotImplementedError

    def lookup(self, family, key):
        """The attributes that its own client shows for a route from the speaker, or None."""
        raise NotImplementedError

    def updates_received(self):
        """How many UPDATE messages it counts; only peers with keeps_withdrawn need to know."""
        raise NotImplementedError

    def originate(self, family):
        """Announce ORIGINATED[family] to the speaker."""
        raise NotImplementedError

    def revoke(self, family):
        """Withdraw what originate() announced."""
        raise NotImplementedError


