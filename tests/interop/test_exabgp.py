import pytest
from checks import check_announced_and_withdrawn, check_received_and_revoked
from peers import ExaBgp, Session


@pytest.fixture(scope="module")
def connected(connect):
    return connect(ExaBgp, Session(ExaBgp.families))


@pytest.mark.parametrize("family", ExaBgp.families)
def test_route_of_the_speaker(connected, family):
    check_announced_and_withdrawn(connected, family)


@pytest.mark.parametrize("family", ExaBgp.originates)
def test_route_of_the_peer(connected, family):
    check_received_and_revoked(connected, family)
