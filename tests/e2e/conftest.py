import os
import shutil
import sys
from pathlib import Path

import pytest

# The namespaces, the peers and the relay helper are those of the interoperability tests.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "interop"))

from peers import Bird, Frr, GoBgp  # noqa: E402
from speaker import speaker_command  # noqa: E402
from stage import Stage  # noqa: E402

TOOLS = {"ip": "iproute2", "nsenter": "util-linux", "setpriv": "util-linux"}


def pytest_sessionstart(session):
    """Everything the tests need is here, or nothing is tested: no test is ever skipped."""
    packages = {package for tool, package in TOOLS.items() if not shutil.which(tool)}
    packages |= {peer.package for peer in (Bird, Frr, GoBgp) if peer.missing_programs()}
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
def stage(tmp_path):
    stage = Stage(tmp_path)
    yield stage
    stage.close()


@pytest.fixture(scope="module")
def module_stage(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("stage"))
    yield stage
    stage.close()
