import os
import shutil

import pytest

import peers
from lab import Lab
from speaker import Speaker, speaker_command

TOOLS = {"ip": "iproute2", "nsenter": "util-linux", "setpriv": "util-linux", "nstat": "iproute2"}


def pytest_sessionstart(session):
    """Everything the tests need is here, or nothing is tested: no test is ever skipped."""
    packages = {package for tool, package in TOOLS.items() if not shutil.which(tool)}
    packages |= {peer.package for peer in peers.ALL if peer.missing_programs()}
    if packages:
        pytest.exit(
            "these tests talk to real BGP speakers; install what is missing:\n"
            f"    apt-get install {' '.join(sorted(packages))}",
            returncode=1,
        )
    if os.geteuid() != 0:
        pytest.exit("these tests make network namespaces: run them as root", returncode=1)
    try:
        speaker_command()
    except FileNotFoundError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture
def lab(tmp_path):
    lab = Lab(tmp_path)
    yield lab
    lab.close()


class Connected:
    """The speaker and one peer with an established session between them."""

    def __init__(self, lab, peer_class, session, **options):
        self.peer = peer_class(lab, session)
        self.speaker = Speaker(
            lab, session.families, session.speaker_as, session.peer_as, **options
        )
        self.speaker.wait_established()
        self.peer.wait_established()


@pytest.fixture(scope="module")
def connect(tmp_path_factory):
    """A function that connects the speaker to a new peer, each pair in a lab of its own."""
    labs = []

    def start(peer_class, session, **options):
        lab = Lab(tmp_path_factory.mktemp(peer_class.__name__.lower()))
        labs.append(lab)
        return Connected(lab, peer_class, session, **options)

    yield start
    for lab in reversed(labs):
        lab.close()
