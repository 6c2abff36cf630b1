"""`healthcheck` beside that of ExaBGP 4.2.21: the same options, the same life, the same commands."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from contestant import our_command
from healthcheck import Healthcheck, in_namespace

IPS = ["--no-ip-setup", "--ip", "10.0.0.1", "--ip", "2001:db8::1/128"]
ATTRIBUTES = [
    "--local-preference", "0", "--community", "1:1 2:2", "--extended-community", "target:1:1",
    "--large-community", "1:1:1", "--disabled-community", "6:6", "--as-path", "65001",
    "--down-as-path", "65001 65001", "--disabled-as-path", "65009", "--next-hop", "10.0.0.9",
]  # fmt: skip

# name: how many addresses it announces, options
LIVES = {
    "plain": (2, IPS),
    "attributes": (2, [*IPS, *ATTRIBUTES]),
    "up-as-path": (2, [*IPS, "--up-as-path", "1 2 3"]),
    "withdraw-on-down": (2, [*IPS, *ATTRIBUTES, "--withdraw-on-down", "--path-id", "7"]),
    "path-id-zero": (2, [*IPS, "--path-id", "0"]),
    "neighbor": (2, [*IPS, "--neighbor", "10.0.0.2"]),
    "neighbors": (2, [*IPS, "--neighbor", "10.0.0.2", "--neighbor", "2001:db8::2"]),
    "metrics": (2, [*IPS, "--up-metric", "7", "--down-metric", "8", "--disabled-metric", "9"]),
    "network": (1, ["--no-ip-setup", "--ip", "10.0.0.0/29"]),
    "deaggregate": (
        5,
        ["--no-ip-setup", "--ip", "10.0.0.0/30", "--ip", "10.1.0.1", "--deaggregate-networks",
         "--increase", "-3", "--start-ip", "2"],
    ),
    "start-ip-beyond": (2, [*IPS, "--start-ip", "5"]),
    "start-ip-negative": (2, [*IPS, "--start-ip", "-1"]),
    "at-once": (2, [*IPS, "--rise", "1", "--fall", "0"]),
    "no-ack": (2, [*IPS, "--no-ack"]),
    "debug": (2, [*IPS, "--debug"]),
    "silent-shortened": (2, ["--no-ip-s", "--ip=10.0.0.1", "--ip", "10.0.0.1", "--increa", "5"]),
}  # fmt: skip

# On the loopback of in_namespace()
LOOPBACK_LIVES = {
    "loopback": (4, ["--no-ip-setup"]),
    "label": (2, ["--label", "web"]),
    "label-start-ip": (2, ["--label", "web", "--start-ip", "1"]),
    "label-deaggregate": (256, ["--label", "db", "--deaggregate-networks", "--no-ip-setup"]),
}


def both(tmp_path, action):
    """action(command, directory) for ExaBGP's and ours: (theirs, ours)."""
    commands = {"exabgp": ["exabgp-healthcheck"], "openbell": [*our_command(), "healthcheck"]}
    with ThreadPoolExecutor(2) as pool:
        results = [
            pool.submit(action, command, tmp_path / name)
            for name, command in commands.items()
        ]
        return [result.result() for result in results]


def live(command, directory, size, options):
    """Through every state and back."""
    answers = "--no-ack" not in options
    with Healthcheck(command, directory, size, options, answers) as check:
        check.wait_announced("DOWN")
        check.set(success=True)
        check.wait_announced("UP")
        check.set(disabled=True)
        check.wait_announced("DISABLED")
        check.set(disabled=False)
        check.wait_announced("UP")
        check.set(success=False)
        check.wait_announced("DOWN")
        return check.finish()


def compare(tmp_path, size, options, command=lambda words: words):
    theirs, ours = both(
        tmp_path, lambda words, directory: live(command(words), directory, size, options)
    )
    assert ours == theirs
    assert ours.exit_code == 0
    assert all(" withdraw " in f" {line}" for line in ours.blocks[-1])
    return ours


@pytest.mark.parametrize("name", LIVES)
def test_the_same_life(tmp_path, name):
    compare(tmp_path, *LIVES[name])


@pytest.mark.parametrize("name", LOOPBACK_LIVES)
def test_the_same_addresses_of_the_loopback(tmp_path, name):
    compare(tmp_path, *LOOPBACK_LIVES[name], command=in_namespace)


def test_hooks_hear_the_same_states(tmp_path):
    record = compare(tmp_path, 2, IPS)
    assert record.states == [
        "FALLING", "DOWN", "RISING", "UP", "DISABLED", "INIT", "RISING", "UP", "FALLING", "DOWN",
    ]  # fmt: skip


def test_the_same_file_of_options(tmp_path):
    path = tmp_path / "healthcheck.conf"
    path.write_text(
        "debug\n# a comment\n\n  name =  web\nup-metric=5\ndown-metric = 6\nno-ip-setup\n"
        "community = 1:1 2:2\nip = 10.0.0.1\n"
    )
    options = ["--down-metric", "9", "--config", str(path), "--ip", "10.0.0.2"]
    record = compare(tmp_path, 2, options)
    assert record.blocks[0][0].startswith("announce route 10.0.0.1/32 next-hop self med 9 ")


@pytest.mark.parametrize("disabled", [False, True])
@pytest.mark.parametrize("extra", [[], ["--withdraw-on-down"]])
def test_interval_zero_leaves_after_the_first_announcement(tmp_path, disabled, extra):
    def once(command, directory):
        options = [*IPS, "--interval", "0", *extra]
        if disabled:
            options += ["--disable", "/"]
        with Healthcheck(command, directory, 2, options) as check:
            return check.finish(ask=False)

    theirs, ours = both(tmp_path, once)
    assert ours == theirs
    assert ours.exit_code == 0 and len(ours.blocks) == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--ip", "10.0.0.1/24"],
        ["--ip", "web"],
        ["--ip", "10.0.0.1", "--neighbor", "web"],
        ["--ip", "10.0.0.1", "--next-hop", "web"],
        ["--ip", "10.0.0.1", "--interval", "often"],
        ["--ip", "10.0.0.1", "--rise", "1.5"],
        ["--ip", "10.0.0.1", "--silent", "--no-syslog"],
        ["--ip", "10.0.0.1", "--bogus"],
        ["--ip", "10.0.0.1", "--d"],
        ["--ip", "10.0.0.1", "stray"],
        ["--ip"],
    ],
)
def test_the_same_mistakes(tmp_path, options):
    def refused(command, _directory):
        done = subprocess.run(
            [*command, *options, "--no-ip-setup"], capture_output=True, timeout=30, text=True
        )
        assert "healthcheck: error: " in done.stderr
        return done.returncode, done.stdout

    theirs, ours = both(tmp_path, refused)
    assert ours == theirs == (2, "")


def test_no_address(tmp_path):
    def refused(command, _directory):
        words = in_namespace([*command, "--label", "nothing", "--no-syslog"])
        done = subprocess.run(words, capture_output=True, timeout=30, text=True)
        assert "No IP found" in done.stderr
        return done.returncode, done.stdout

    theirs, ours = both(tmp_path, refused)
    assert ours == theirs == (1, "")
