"""Which container dockmon runs in, from what kernels and engines of all kinds say."""

import os
from pathlib import Path

import pytest

from dockmon.probes.own_container import own_container

ID = "7d1f3c5e9b2a4860" * 4
OUTER = "0123456789abcdef" * 4

CGROUPS = {
    "v1 of Docker": f"12:pids:/docker/{ID}\n11:memory:/docker/{ID}\n1:name=systemd:/docker/{ID}\n",
    "v1 with systemd": f"11:memory:/system.slice/docker-{ID}.scope\n",
    "v2 of Docker, the host's namespace": f"0::/docker/{ID}\n",
    "v2 with systemd": f"0::/system.slice/docker-{ID}.scope\n",
    "v2, an init cgroup below": f"0::/system.slice/docker-{ID}.scope/init\n",
    "hybrid": f"9:cpuset:/docker/{ID}\n0::/system.slice/containerd.service\n",
    "Podman": f"0::/machine.slice/libpod-{ID}.scope/container\n",
    "Podman without root": (
        f"0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{ID}.scope/container\n"
    ),
    "Podman with cgroupfs": f"0::/libpod_parent/libpod-{ID}\n",
    "Kubernetes": (
        "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1f_2e.slice/"
        f"cri-containerd-{ID}.scope\n"
    ),
    "Docker in Docker": f"11:memory:/docker/{OUTER}/docker/{ID}\n",
}

# Lines as proc(5) has them; the paths are those of the engine's machine.
_OVERLAY = (
    "541 480 0:58 / / rw,relatime - overlay overlay "
    f"rw,lowerdir=/var/lib/docker/overlay2/{OUTER}/diff,workdir=/var/lib/docker/overlay2/x/work\n"
)
_DOCKER = "/var/lib/docker/containers"
_PODMAN = "/var/lib/containers/storage/overlay-containers"
_ROOTLESS = "/.local/share/containers/storage/overlay-containers"
MOUNTS = {
    "Docker": f"559 541 254:1 {_DOCKER}/{ID}/hostname /etc/hostname rw,relatime - ext4 /dev/a rw\n",
    "Docker, resolv.conf alone": (
        f"557 541 254:1 {_DOCKER}/{ID}/resolv.conf /etc/resolv.conf rw - ext4 /dev/a rw\n"
    ),
    "Docker with its data elsewhere": (
        f"559 541 8:2 /docker/containers/{ID}/hosts /etc/hosts rw - xfs /dev/b rw\n"
    ),
    "Podman": f"606 5 0:24 {_PODMAN}/{ID}/userdata/hostname /etc/hostname rw - tmpfs tmpfs rw\n",
    "Podman without root": (
        f"606 5 0:24 {_ROOTLESS}/{ID}/userdata/hosts /etc/hosts rw - btrfs /dev/c rw\n"
    ),
}
PRIVATE = {"v2": "0::/\n", "v1": "11:memory:/\n1:name=systemd:/\n"}


@pytest.fixture
def told(tmp_path):
    """Write both files down and ask."""

    def ask(cgroup: str | None = None, mountinfo: str | None = None) -> str | None:
        paths = tmp_path / "cgroup", tmp_path / "mountinfo"
        for path, text in zip(paths, (cgroup, mountinfo), strict=True):
            if text is not None:
                path.write_text(text)
        return own_container(*paths)

    return ask


@pytest.mark.parametrize("kind", CGROUPS)
def test_the_id_is_in_the_path_of_its_cgroup(told, kind):
    assert told(CGROUPS[kind], _OVERLAY) == ID


@pytest.mark.parametrize("kind", MOUNTS)
@pytest.mark.parametrize("version", PRIVATE)
def test_behind_a_cgroup_namespace_it_is_in_what_the_engine_mounts(told, kind, version):
    assert told(PRIVATE[version], _OVERLAY + MOUNTS[kind]) == ID


def test_on_the_machine_itself_there_is_none(told):
    session = "0::/user.slice/user-1000.slice/session-3.scope\n"
    # The machine sees the mounts of its containers, at other places.
    of_others = (
        f"90 25 0:44 / {_DOCKER}/{ID}/mounts/shm rw - tmpfs shm rw\n"
        f"91 25 254:1 /etc/hostname /etc/hostname rw - ext4 /dev/a rw\n"
        f"92 25 254:1 {_DOCKER}/{ID}/hostname /srv/copy/hostname rw - ext4 /dev/a rw\n"
    )
    assert told(session, of_others) is None


def test_a_short_or_longer_number_is_no_id(told):
    assert told(f"0::/docker/{ID[:12]}\n", "") is None
    assert (
        told("0::/docker/\n", f"1 2 3:4 {_DOCKER}/{ID[:12]}/hosts /etc/hosts rw - x y rw\n") is None
    )


def test_files_that_are_not_there_or_make_no_sense_tell_nothing(told, tmp_path):
    assert told() is None
    assert told("\x00\n::\n", "1 2\n\n") is None
    (tmp_path / "cgroup").write_bytes(os.urandom(512))
    assert own_container(tmp_path / "cgroup", Path("/nowhere")) is None
