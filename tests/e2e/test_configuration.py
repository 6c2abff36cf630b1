"""What `openbell check` says of mistakes in the sections that only OpenBell has, and where."""

import re
import subprocess

import pytest
from running import SUBSCRIBE
from speaker import speaker_command
from stage import neighbor, process

SERVICE = (
    "service good {\n    route 10.1.0.0/24 next-hop self;\n"
    "    check peer { neighbor 10.255.0.2; }\n}\n"
)

# A section with its mistake between « and », where the complaint must point to its first character.
MISTAKES = {
    "on-exit": "process p {\n    run /bin/true;\n    on-exit «vanish»;\n}\n",
    "on-exit after": "process p {\n    run /bin/true;\n    on-exit withdraw after «soon»;\n}\n",
    "subscribe": "process p {\n    run /bin/true;\n    subscribe [ service «weather» ];\n}\n",
    "service twice": SERVICE + "«service good» {\n    route 10.2.0.0/24 next-hop self;\n}\n",
    "service route": "service s {\n    route «10.0.0.0/33» next-hop self;\n}\n",
    "service without route": "«service s» {\n    all;\n}\n",
    "service word": "service s {\n    route 10.0.0.0/24 next-hop self;\n    «colour» blue;\n}\n",
    "at-least": "service s {\n    route 10.0.0.0/24 next-hop self;\n    at-least «x»;\n}\n",
    "when": "service s {\n    route 10.0.0.0/24 next-hop self;\n    when down { med «x»; }\n}\n",
    "dampen": "service s {\n    route 10.0.0.0/24 next-hop self;\n    dampen { after «x»; }\n}\n",
    "last-announcer":
        "service s {\n    route 10.0.0.0/24 next-hop self;\n    last-announcer [ «ghost» ];\n}\n",
    "check kind": "service s {\n    route 10.0.0.0/24 next-hop self;\n    check «weather» { }\n}\n",
    "check word":
        "service s {\n    route 10.0.0.0/24 next-hop self;\n"
        "    check tcp {\n        address 127.0.0.1:80;\n        «path» /;\n    }\n}\n",
    "check address":
        "service s {\n    route 10.0.0.0/24 next-hop self;\n"
        "    check hold { address «nowhere»; }\n}\n",
    "check timeout":
        "service s {\n    route 10.0.0.0/24 next-hop self;\n"
        "    check exec { command /bin/true; interval «200»; }\n}\n",
    "check session":
        "service s {\n    route 10.0.0.0/24 next-hop self;\n"
        "    check bfd { «session» ghost; }\n}\n",
    "plan step": "plan p {\n    service «ghost» down;\n}\n",
    "plan word": SERVICE + "plan p {\n    service good «sideways»;\n}\n",
    "plan route": "plan p {\n    route 10.0.0.0/24 next-hop «nobody»;\n}\n",
    "plan when":
        SERVICE + "plan p {\n    service good down;\n    when check «good/ghost» down;\n}\n",
    "plan empty": "«plan p» {\n}\n",
    "guard maximum": "guard {\n    maximum-changes «many»;\n}\n",
    "guard zone": "guard {\n    frozen mon-fri 09:30-16:00 «America/Nowhere»;\n}\n",
    "guard hours": "guard {\n    frozen «09:30-25:00»;\n}\n",
    "guard days": "guard {\n    frozen «mon-fry» 09:30-16:00;\n}\n",
    "guard checks": "guard {\n    checks «sometimes»;\n}\n",
    "guard word": "guard {\n    «melt» 5;\n}\n",
    "bfd address": "bfd up {\n    peer-address «10.0.0»;\n    local-address 10.0.0.1;\n}\n",
    "bfd interval":
        "bfd up {\n    peer-address 10.0.0.2;\n    local-address 10.0.0.1;\n    transmit «3»;\n}\n",
    "bfd secret":
        "bfd up {\n    peer-address 10.0.0.2;\n    local-address 10.0.0.1;\n"
        "    authentication «rot13» 1 secret;\n}\n",
    "bfd incomplete": "«bfd up» {\n    peer-address 10.0.0.2;\n}\n",
    "realtime cpu": "realtime {\n    cpu «4096»;\n}\n",
    "realtime priority": "realtime {\n    priority fifo «100»;\n}\n",
    "realtime idle": "realtime {\n    idle «dream»;\n}\n",
}  # fmt: skip


def check(path, text):
    path.write_text(text)
    done = subprocess.run(
        [*speaker_command(), "check", path], capture_output=True, text=True, timeout=30
    )
    return done.returncode, done.stdout + done.stderr


def whole(section):
    extra = SUBSCRIBE + "    on-exit withdraw after 250ms;\n"
    return process("relay", "relay.py", extra=extra) + neighbor() + section


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_said_with_its_place(tmp_path, name):
    path = tmp_path / "openbell.conf"
    text = whole(MISTAKES[name])
    before = text[: text.index("«")]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    status, said = check(path, text.replace("«", "").replace("»", ""))
    places = re.findall(rf"^{re.escape(str(path))}:(\d+):(\d+): error: ", said, re.M)
    assert status == 1 and places == [(str(line), str(column))], said


def test_every_mistake_is_said_at_once(tmp_path):
    """A service, a plan and a guard with one each, in the order of the file."""
    parts = ("service word", "guard checks", "realtime idle")
    text = whole("".join(MISTAKES[name] for name in parts))
    status, said = check(tmp_path / "openbell.conf", text.replace("«", "").replace("»", ""))
    assert status == 1
    lines = [int(line) for line in re.findall(r"openbell\.conf:(\d+):\d+: error: ", said)]
    assert len(lines) == len(parts) and lines == sorted(lines), said


def test_what_is_right_is_taken(tmp_path):
    good = SERVICE + (
        "plan p { service good down; when service good down; }\n"
        "guard { maximum-changes 5; frozen fri-mon 22:00-06:00 Europe/Zurich; leases hold; }\n"
        "bfd up { peer-address 10.0.0.2; local-address 10.0.0.1; transmit 10ms; }\n"
        "realtime { idle spin-then-block; }\n"
    )
    status, said = check(tmp_path / "openbell.conf", whole(good))
    assert status == 0 and "error" not in said, said
