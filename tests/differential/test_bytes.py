"""The same configuration and the same commands give the same bytes as ExaBGP 4.2.21."""

import pytest

import corpus
from contestant import Case

CONFIGURATIONS = corpus.configurations()
ROUTES = corpus.routes()


def first_difference(theirs, ours):
    """Two sequences of messages, from where they begin to differ."""
    at = next(
        (at for at, pair in enumerate(zip(theirs, ours)) if pair[0] != pair[1]),
        min(len(theirs), len(ours)),
    )
    return "".join(
        f"\n  {name} {len(list_)} messages, from {at}: {[text[:400] for text in list_[at : at + 3]]}"
        for name, list_ in (("exabgp  ", theirs), ("openbell", ours))
    )


def compare(theirs, ours):
    """What differs between two transcripts, one text each."""
    found = []
    for name, hex_ in theirs.opens.items():
        if hex_ != ours.opens[name]:
            found.append(f"OPEN to {name}:\n  exabgp   {hex_}\n  openbell {ours.opens[name]}")
        if theirs.start[name] != ours.start[name]:
            found.append(
                f"start of {name}: {first_difference(theirs.start[name], ours.start[name])}"
            )
    return found + [found for *_, found in answers(theirs, ours) if found]


def answers(theirs, ours):
    """(command, difference or "") of each command."""
    for (line, reply, said), (_, our_reply, we_said) in zip(theirs.answers, ours.answers):
        same = (reply, said) == (our_reply, we_said)
        yield line, "" if same else (
            f"{line}\n  exabgp   {reply} {said}\n  openbell {our_reply} {we_said}"
        )


@pytest.mark.parametrize("case", CONFIGURATIONS, ids=lambda case: case.name)
def test_configuration(case, both):
    theirs, ours = both(case, lambda speaker: speaker.run(case.commands))
    if case.any_order:
        for transcript in (theirs, ours):
            transcript.start = {name: sorted(said) for name, said in transcript.start.items()}
    found = compare(theirs, ours)
    if case.differs:
        assert found, f"no longer different, yet the corpus says so: {case.differs}"
    else:
        assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("session", ROUTES)
def test_routes(session, both):
    commands = ROUTES[session]
    case = Case.read(corpus.FOLDER / f"session-{session}.conf")
    theirs, ours = both(case, lambda speaker: speaker.run([each.line for each in commands]))
    wrong = []
    for command, (line, found) in zip(commands, answers(theirs, ours)):
        if command.differs and not found:
            wrong.append(f"{line}\n  no longer different, yet: differs: {command.differs}")
        elif found and not command.differs:
            wrong.append(found)
    assert not wrong, "\n" + "\n".join(wrong)


def test_corpus_is_large():
    """At least 20 configurations and 100 routes, as promised."""
    announced = [each for commands in ROUTES.values() for each in commands]
    assert len(CONFIGURATIONS) >= 20
    assert sum("announce " in each.line for each in announced) >= 100


def test_differences_are_explained():
    assert corpus.keys() <= corpus.explained()
