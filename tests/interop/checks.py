"""What is checked with every peer, family by family."""

from lab import wait_until
from routes import ANNOUNCED, ORIGIN_COMMUNITY, ORIGINATED, json_announced, json_withdrawn


def check_announced_and_withdrawn(connected, family):
    """A helper's announce shows in the peer's table with its attributes, its withdraw ends it."""
    peer, route = connected.peer, ANNOUNCED[family]
    assert peer.lookup(family, route.key) is None
    connected.speaker.announce(route.announce)
    shown = peer.wait_route(family, route.key)
    expected = {"as_path": [peer.session.speaker_as], **route.attributes}
    for name in expected.keys() & shown.keys():
        assert shown[name] == expected[name], (name, shown)
    assert "as_path" in shown
    assert expected.keys() - shown.keys() <= peer.hidden.get(family, set()), shown
    if family in peer.keeps_withdrawn:
        counted = peer.updates_received()
        connected.speaker.announce(route.withdraw)
        wait_until(lambda: peer.updates_received() > counted, f"{route.withdraw} received")
        assert peer.established()
    else:
        connected.speaker.announce(route.withdraw)
        peer.wait_no_route(family, route.key)


def check_received_and_revoked(connected, family):
    """A route of the peer's own reaches the helper as JSON, and so does its withdrawal."""
    peer, speaker, origin = connected.peer, connected.speaker, ORIGINATED[family]
    mark = speaker.mark()
    peer.originate(family)
    update = speaker.wait_routes(
        f"{origin.key} announced", lambda seen: origin.key in json_announced(seen, family), mark
    )
    attributes = json_announced(update, family)[origin.key]
    assert attributes["as_path"] == [peer.session.peer_as]
    if origin.next_hop and family not in peer.own_next_hop:
        assert attributes["next_hop"] == origin.next_hop
    if origin.label:
        assert attributes["labels"] == [origin.label]
    if family in peer.sets_community:
        assert attributes["communities"] == {ORIGIN_COMMUNITY}
    mark = speaker.mark()
    peer.revoke(family)
    speaker.wait_routes(
        f"{origin.key} withdrawn", lambda seen: origin.key in json_withdrawn(seen, family), mark
    )
