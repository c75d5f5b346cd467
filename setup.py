"""For ``pip install -e .`` on a machine without ROS. colcon goes by package.xml and CMakeLists.txt instead."""

from pathlib import Path
from xml.etree import ElementTree

from setuptools import find_packages, setup

HERE = Path(__file__).parent


def requirements(name: str) -> list[str]:
    """The entries of a file in requirements/."""
    lines = (HERE / "requirements" / name).read_text(encoding="utf-8").splitlines()
    return [entry for line in lines if (entry := line.partition("#")[0].strip())]


manifest = ElementTree.parse(HERE / "package.xml").getroot()
setup(
    name="tandem-cell",
    version=manifest.findtext("version"),
    description=manifest.findtext("description"),
    license="Apache-2.0",
    package_dir={"": "src"},
    packages=find_packages("src"),
    python_requires=">=3.11",
    install_requires=[*requirements("base.txt"), "opencv-python-headless", "xacro"],
    extras_require={"vla": requirements("vla.txt"), "dev": requirements("dev.txt")},
    entry_points={"console_scripts": ["tandem = tandem.cli.app:main"]},
)
