"""For all tests: each cell on a ROS domain of its own, ended whatever happens; what is not installed is a reason to skip."""

import fcntl
import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

FIRST_DOMAIN, LAST_DOMAIN = 20, 99

OPTIONAL = {
    "hypothesis": "dev",
    "accelerate": "train",
    "datasets": "data",
    "duckdb": "data",
    "msgpack": "remote",
    "onnx": "vla",
    "onnxruntime": "vla",
    "matplotlib": "train",
    "peft": "vla",
    "pyarrow": "data",
    "ray": "ray",
    "safetensors": "vla",
    "torch": "vla",
    "transformers": "vla",
    "tensorboard": "train",
    "websockets": "remote",
    "zmq": "remote",
}
"""Modules that a cell can do without, and the file of requirements/ that has them. `tandem test` installs all but ray."""

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


def _lacking(error: BaseException | None) -> str:
    """In words, which optional module an exception is about; empty where it is about something else."""
    while error is not None and not isinstance(error, ModuleNotFoundError):
        error = error.__cause__
    module = (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    return f"{module} is not installed (requirements/{OPTIONAL[module]}.txt)" if module in OPTIONAL else ""


def _skipped(report: Any, call: pytest.CallInfo[Any], where: str) -> Any:
    if call.excinfo is not None and (reason := _lacking(call.excinfo.value)):
        report.outcome, report.longrepr = "skipped", (where, 0, f"Skipped: {reason}")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """A file of tests that needs what isn't there is left out, with the name of what is missing."""
    report = yield
    return _skipped(report, report.call, str(collector.path))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    """Likewise a test that finds out when it runs."""
    report = yield
    return _skipped(report, call, str(item.path))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A folder of which every file was left out for a reason has not failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.OK
