"""Podman's Docker-compatible service as an engine of the tests' own, where it is installed."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import Any

from tests.kit.dockerd import Engine, root_image

# Without them runc may not raise the limits where the tests themselves are contained.
_LIMITS = [{"Name": name, "Soft": 1024, "Hard": 1024} for name in ("nofile", "nproc")]


class Podman(Engine):
    """One `podman system service` with storage of its own."""

    image = "docker.io/library/dockmon-test:latest"
    is_podman = True

    @staticmethod
    def is_installed() -> bool:
        return shutil.which("podman") is not None

    def start(self) -> Podman:
        try:
            self._start_dockerd()
            if not self.api.images(self.image):
                self.api.import_image_from_data(root_image(), "dockmon-test", changes=[])
        except BaseException:
            self.close()
            raise
        return self

    def _start_dockerd(self) -> None:
        self._dockerd = self._spawn(
            "podman",
            *("--root", str(self.root / "data"), "--runroot", str(self.root / "exec")),
            *("--tmpdir", str(self.root / "tmp"), "--storage-driver", "vfs"),
            *("--cgroup-manager", "cgroupfs", "--events-backend", "file"),
            *("system", "service", "-t", "0", f"unix://{self.socket}"),
        )
        self._await(self.answers, self._dockerd, "podman")

    def close(self) -> None:
        super().close()
        # Where Podman puts its monitors; it stays there empty, and is no longer ours alone.
        for place in Path("/sys/fs/cgroup").glob("*/libpod_parent/conmon"):
            with contextlib.suppress(OSError):
                place.rmdir()
                place.parent.rmdir()

    def create(self, name: str, *command: str, **options: Any) -> str:
        own = {"CgroupParent": self._cgroup, "Ulimits": _LIMITS}
        options["HostConfig"] = {**own, **options.get("HostConfig", {})}
        return super().create(name, *command, **options)
