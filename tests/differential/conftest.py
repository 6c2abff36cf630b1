import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from contestant import Contestant, our_command, reference_command


def pytest_sessionstart(session):
    """Both speakers are here, or nothing is tested: no test is ever skipped."""
    if not shutil.which(reference_command()[0]):
        pytest.exit("these tests compare with Debian's exabgp: apt-get install exabgp", 1)
    try:
        our_command()
    except FileNotFoundError as error:
        pytest.exit(str(error), 1)


@pytest.fixture
def both(tmp_path):
    """A function of a case, and of what to do with each speaker: (ExaBGP's result, ours).

    process_lines: name of a speaker -> more lines for its process section.
    """

    def run(case, action, process_lines=None, **options):
        def one(name, command):
            lines = (process_lines or {}).get(name, "")
            with Contestant(
                command, case, tmp_path / name, process_lines=lines, **options
            ) as contestant:
                return action(contestant)

        with ThreadPoolExecutor(2) as pool:
            results = [
                pool.submit(one, "exabgp", reference_command()),
                pool.submit(one, "openbell", our_command()),
            ]
            return tuple(result.result() for result in results)

    return run
