"""The stages of the set-up: what each makes, and whether it is made already."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tandem.setup import colcon, environment, packages, rendering, stamps, system, venv
from tandem.setup.places import Places
from tandem.setup.progress import Progress
from tandem.setup.ros import Ros


@dataclass(frozen=True)
class Setup:
    """One run of the set-up.

    Attributes:
        places: the checkout.
        ros: which ROS it is for.
        environ: environment variables of the caller.
        extra: groups of packages beyond those that the program always needs.
    """

    places: Places
    ros: Ros
    environ: Mapping[str, str]
    extra: tuple[str, ...] = ()

    @property
    def renderer(self) -> str:
        """What MuJoCo draws with, once that is known; empty before, and where nothing works."""
        known = stamps.read(self._renderer_stamp)
        return known if known in rendering.RENDERERS else ""

    @property
    def _renderer_stamp(self) -> Path:
        return self.places.stamps / "renderer"

    def todo(self) -> list["Stage"]:
        """Stages that are still to be done, in order."""
        places, ros = self.places, self.ros
        venv_facts, built_from = venv.facts(places, ros), colcon.digest_of(places, ros)
        venv_stamp, system_stamp = places.stamps / "venv", places.build / "system"
        stages = [
            Stage("system packages", self._system, stamps.read(system_stamp) == system.facts(self.ros.mode)),
            Stage("Python environment", self._venv, stamps.read(venv_stamp) == venv_facts),
            Stage("Python packages", self._packages, not packages.missing_groups(places, ros, self.extra)),
            Stage("rendering", self._rendering, bool(self.renderer) or self._nothing_draws()),
            Stage("building the package", self._build, stamps.read(colcon.stamp_of(places)) == built_from),
        ]
        return [stage for stage in stages if not stage.done]

    def _system(self, progress: Progress, lock: int) -> None:
        names = system.missing_packages(self.ros.mode)
        progress.detail(f"apt-get: {' '.join(names)}")
        system.ensure_packages(names, log=self.places.log, lock=lock)
        stamps.write(self.places.build / "system", system.facts(self.ros.mode))

    def _venv(self, progress: Progress, lock: int) -> None:
        del progress
        venv.ensure(self.places, self.ros, lock)
        stamps.write(self.places.stamps / "venv", venv.facts(self.places, self.ros))

    def _packages(self, progress: Progress, lock: int) -> None:
        groups = packages.missing_groups(self.places, self.ros, self.extra)
        packages.install(self.places, self.ros, groups, progress, lock)

    def _rendering(self, progress: Progress, lock: int) -> None:
        env = environment.for_run(self.places, self.ros, self.environ)
        chosen = rendering.choose(self.places.python, env)
        for names in (system.EGL_PACKAGES, system.OSMESA_PACKAGES):
            if chosen != "none":
                break
            progress.detail(f"apt-get: {' '.join(names)}")
            system.ensure_packages(names, log=self.places.log, lock=lock)
            chosen = rendering.choose(self.places.python, env)
        stamps.write(self._renderer_stamp, f"none: {system.drawing_facts()}" if chosen == "none" else chosen)

    def _nothing_draws(self) -> bool:
        """Whether nothing worked with the libraries that are there now: trying again would be in vain."""
        known = stamps.read(self._renderer_stamp)
        return known.startswith("none") and known == f"none: {system.drawing_facts()}"

    def _build(self, progress: Progress, lock: int) -> None:
        colcon.build(self.places, self.ros, self.environ, progress, lock)


@dataclass(frozen=True)
class Stage:
    """One step of the set-up."""

    title: str
    run: Callable[[Progress, int], None]
    done: bool


def run_all(stages: Sequence[Stage], progress: Progress, lock: int) -> None:
    """Do the stages one after the other."""
    for stage in stages:
        with progress.stage(stage.title):
            stage.run(progress, lock)
