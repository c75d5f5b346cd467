"""Where the set-up puts things."""

import sys
from dataclasses import dataclass
from pathlib import Path

PYTHON_TAG = f"python{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True)
class Places:
    """Folders of one checkout.

    Attributes:
        root: the checkout.
    """

    root: Path

    @property
    def source(self) -> Path:
        """What Python imports ``tandem`` from."""
        return self.root / "src"

    @property
    def venv(self) -> Path:
        """The environment, which is also the prefix of ROS where that comes from wheels."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.venv / "bin" / "python3"

    @property
    def site_packages(self) -> Path:
        """Where pip puts packages of the environment."""
        return self.venv / "lib" / PYTHON_TAG / "site-packages"

    @property
    def stamps(self) -> Path:
        """What is known of the environment; gone together with it."""
        return self.venv / "tandem"

    @property
    def build(self) -> Path:
        """What building leaves behind."""
        return self.root / "build"

    @property
    def install(self) -> Path:
        """Where the built packages are installed."""
        return self.root / "install"

    @property
    def log(self) -> Path:
        """Everything that the tools of the set-up said."""
        return self.build / "setup.log"
