"""Fixtures for all tests: each cell on a ROS domain of its own, ended whatever happens."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

FIRST_DOMAIN, LAST_DOMAIN = 20, 99


@pytest.fixture(scope="module")
def ros_domain() -> Iterator[int]:
    """A ROS domain that no other test run on this machine uses, set in the environment of this module's tests."""
    before = os.environ.get("ROS_DOMAIN_ID")
    for domain in range(FIRST_DOMAIN, LAST_DOMAIN + 1):
        path = Path(tempfile.gettempdir()) / f"tandem-test-domain-{domain}.lock"
        with path.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            os.environ["ROS_DOMAIN_ID"] = str(domain)
            try:
                yield domain
            finally:
                if before is None:
                    del os.environ["ROS_DOMAIN_ID"]
                else:
                    os.environ["ROS_DOMAIN_ID"] = before
            return
    pytest.fail("all test domains are taken")
