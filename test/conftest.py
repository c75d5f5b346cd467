"""Fixtures for all tests: each cell on a ROS domain of its own, ended whatever happens."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

FIRST_DOMAIN, LAST_DOMAIN = 20, 99

_used: set[int] = set()
"""Nodes of this process may outlive their test in the graph, so that no domain is taken twice."""


@pytest.fixture(scope="module")
def ros_domain() -> Iterator[int]:
    """A ROS domain that no other test run on this machine uses, set in the environment of this module's tests."""
    before = os.environ.get("ROS_DOMAIN_ID")
    for domain in sorted({*range(FIRST_DOMAIN, LAST_DOMAIN + 1)} - _used):
        path = Path(tempfile.gettempdir()) / f"tandem-test-domain-{domain}.lock"
        with path.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            os.environ["ROS_DOMAIN_ID"] = str(domain)
            _used.add(domain)
            try:
                yield domain
            finally:
                if before is None:
                    del os.environ["ROS_DOMAIN_ID"]
                else:
                    os.environ["ROS_DOMAIN_ID"] = before
            return
    pytest.fail("all test domains are taken")
