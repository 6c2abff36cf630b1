"""What commands answer, beside ExaBGP 4.2.21 for a helper that asks for version 4.

The reports for people (`help`, `show neighbor extensive` and `configuration`) are those of 5.0.
"""

import json

import corpus
from contestant import Case

ANNOUNCED = [
    "announce route 10.0.1.0/24 next-hop 192.0.2.1 as-path [ 65010 65011 ] community [ 65001:1 "
    "65001:2 ] large-community [ 1:2:3 ] extended-community [ target:1:1 ] origin egp",
    "announce route 10.0.2.0/24 rd 65001:1 label 100 next-hop 192.0.2.1",
    "announce route 2001:db8::/48 next-hop 2001:db8::1 aggregator ( 65010:192.0.2.9 ) "
    "atomic-aggregate originator-id 1.1.1.1 cluster-list [ 1.1.1.1 2.2.2.2 ] aigp 5",
    "announce flow route { match { source 10.0.0.0/24; protocol tcp; } then { rate-limit 9600; } }",
]

# Answered alike to the letter, routes in any order.
SAME = [
    "show neighbor",
    "show neighbor 127.0.0.9 summary",
    "show adj-rib out",
    "show adj-rib out extensive",
    "show adj-rib out 127.0.0.1",
    "show adj-rib out ipv4 unicast",
    "show adj-rib out flow",
    "show adj-rib out l2vpn",
    "show adj-rib in",
    "show adj-rib in extensive",
    "show adj-rib",
    "teardown",
    "teardown 4",
    "neighbor 127.0.0.1 teardown",
    "neighbor 127.0.0.1 teardown four",
    "announce watchdog",
    "withdraw watchdog dog",
    "announce eor ipv4 nonsense",
    "announce route-refresh",
    "announce route-refresh ipv4",
    "flush adj-rib",
    "flush adj-rib out",
    "clear adj-rib in",
    "# a comment",
    "ANNOUNCE route 10.0.0.0/24 next-hop 192.0.2.1",
    "announce",
    "withdraw",
    "neighbor",
    "neighbor 127.0.0.1",
    "neighbor 127.0.0.9 announce route 10.0.9.0/24 next-hop 192.0.2.1",
    "neighbor 127.0.0.1 local-as 65002 announce route 10.0.9.0/24 next-hop 192.0.2.1",
    "neighbor 127.0.0.9 , neighbor 127.0.0.1 announce route 10.0.9.1/32 next-hop 192.0.2.1",
]

def case():
    return Case.read(corpus.FOLDER / "session-events.conf")


def test_the_same_words(both):
    def ask(speaker):
        speaker.establish()
        for line in ANNOUNCED:
            assert speaker.helper.command(line) == ["done"]
            speaker.settle()
        return {line: speaker.helper.command(line) for line in SAME}

    theirs, ours = both(case(), ask, process_lines={"openbell": "version 4;"})
    for line in SAME:
        assert sorted(ours[line][:-1]) == sorted(theirs[line][:-1]), line
        assert ours[line][-1] == theirs[line][-1], line
    assert len(theirs["show adj-rib out extensive"]) == len(ANNOUNCED) + 2


def test_summary_has_the_columns_of_exabgp(both):
    def ask(speaker):
        speaker.establish()
        header, row, done = speaker.helper.command("show neighbor summary")
        assert done == "done"
        return header, row.split()[:2] + row.split()[3:], [row.index("established"), len(row)]

    theirs, ours = both(case(), ask)
    assert ours == theirs


def test_json_reports_are_json(both):
    """5.0's members (4.2 has no JSON reports)."""

    def ask(speaker):
        if speaker.directory.name == "exabgp":
            return None
        speaker.establish()
        neighbors = [
            speaker.helper.command(f"show neighbor {words}json")
            for words in ("", "summary ", "extensive ", "127.0.0.1 ")
        ]
        return neighbors, speaker.helper.command("show adj-rib out json")

    _, (neighbors, routes) = both(case(), ask)
    for line, done in neighbors:
        assert done == "done"
        (neighbor,) = json.loads(line)
        assert list(neighbor) == [
            "state", "duration", "fsm", "local", "peer", "messages", "capabilities", "families",
            "add-path",
        ]  # fmt: skip
        assert list(neighbor["local"]) == list(neighbor["peer"]) == [
            "capabilities", "families", "add-path", "address", "as", "id", "hold",
        ]  # fmt: skip
        assert list(neighbor["messages"]["sent"]) == [
            "open", "notification", "keepalive", "update", "refresh", "total",
        ]  # fmt: skip
        assert (neighbor["state"], neighbor["peer"]["as"]) == ("up", 65002)
    route = {"prefix": "10.0.0.0/24", "family": "ipv4 unicast"}
    assert [json.loads(line) for line in routes[:-1]] == [{"127.0.0.1": {"routes": [route]}}]
    assert routes[-1] == "done"
