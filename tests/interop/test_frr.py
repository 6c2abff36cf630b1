import pytest
from checks import check_announced_and_withdrawn, check_received_and_revoked
from peers import Frr, Session

LABELED = ("ipv4 nlri-mpls", "ipv6 nlri-mpls")
OTHERS = tuple(family for family in Frr.families if family not in LABELED)


@pytest.fixture(scope="module")
def connected(connect):
    return connect(Frr, Session(OTHERS))


@pytest.fixture(scope="module")
def labeled(connect):
    return connect(Frr, Session(LABELED))


@pytest.mark.parametrize("family", OTHERS)
def test_route_of_the_speaker(connected, family):
    check_announced_and_withdrawn(connected, family)


@pytest.mark.parametrize("family", LABELED)
def test_labeled_route_of_the_speaker(labeled, family):
    check_announced_and_withdrawn(labeled, family)


@pytest.mark.parametrize("family", Frr.originates)
def test_route_of_the_peer(connected, family):
    check_received_and_revoked(connected, family)
