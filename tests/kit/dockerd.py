"""A Docker engine of the tests' own: real, without a registry, and gone afterwards.

Everything it has lies in one temporary directory: data, sockets, logs, and the
containerd it uses, which runs by itself so that dockerd can be killed and
started again as systemd does it. What carries the directory's name belongs to
it, and so a leftover of a run that was shot is found and cleared, too.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import re
import shutil
import signal
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import docker

from dockmon.config import EngineAddress
from dockmon.domain.errors import DockmonError
from dockmon.engines.client import DockerClient
from tests.kit.waiting import eventually

# Ends at once when asked to; `sleep` as a container's first process does not.
POLITE = ("sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.05; done")
STUBBORN = ("sh", "-c", "trap '' TERM; while true; do sleep 0.05; done")

_PREFIX = "dockmon-engine-"
_CGROUPS = Path("/sys/fs/cgroup")
_PACKAGES = {
    "dockerd": "docker.io",
    "containerd": "containerd",
    "busybox": "busybox-static",
    "iptables": "iptables",
}
_NO_CRI = 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
_LISTENING = "0A"
_numbers = itertools.count(1)


def missing() -> str | None:
    """Return what keeps an engine from being started here, None when nothing does."""
    if os.geteuid() != 0:
        return "a Docker engine of the tests' own needs root"
    packages = [name for tool, name in _PACKAGES.items() if shutil.which(tool) is None]
    return f"missing Debian packages: {' '.join(packages)}" if packages else None


class Engine:
    """One dockerd with its containerd.

    has_bridge: with a network, so that ports can be published. options: more
    arguments for dockerd.
    """

    image = "dockmon-test:busybox"
    is_podman = False

    def __init__(self, has_bridge: bool = False, options: Sequence[str] = ()) -> None:
        sweep()
        self.root = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir="/tmp"))
        self.socket = self.root / "docker.sock"
        self._hidden_socket = self.root / "away.sock"
        self._bridge = f"dmtest{os.getpid() % 10_000}n{next(_numbers)}" if has_bridge else None
        self._options = tuple(options)
        self._containerd: subprocess.Popen[bytes] | None = None
        self._dockerd: subprocess.Popen[bytes] | None = None
        self._api: docker.APIClient | None = None

    # ----- its life

    def start(self) -> Engine:
        """Start what does not run, and wait until it answers."""
        try:
            if self._bridge:
                _make_bridge(self._bridge)
            self._start_containerd()
            self._start_dockerd()
            if not self.api.images(self.image):
                self.api.import_image_from_data(root_image(), "dockmon-test", "busybox", changes=[])
        except BaseException:
            self.close()
            raise
        return self

    def _start_containerd(self) -> None:
        if self._containerd is not None and self._containerd.poll() is None:
            return
        config = self.root / "containerd.toml"
        config.write_text(_NO_CRI)
        self._containerd = self._spawn(
            "containerd",
            *("-c", str(config), "--address", str(self.root / "containerd.sock")),
            *("--root", str(self.root / "croot"), "--state", str(self.root / "cstate")),
        )
        self._await((self.root / "containerd.sock").exists, self._containerd, "containerd")

    def _start_dockerd(self) -> None:
        (self.root / "docker.pid").unlink(missing_ok=True)
        self._dockerd = self._spawn(
            "dockerd",
            *("--containerd", str(self.root / "containerd.sock")),
            *("--data-root", str(self.root / "data"), "--exec-root", str(self.root / "exec")),
            *("-p", str(self.root / "docker.pid"), "-H", f"unix://{self.socket}"),
            # Cgroups and network that nobody else uses, so that all can be cleared away.
            *("--exec-opt", "native.cgroupdriver=cgroupfs", "--cgroup-parent", self._cgroup),
            *("--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"),
            f"--bridge={self._bridge or 'none'}",
            *self._options,
        )
        self._await(self.answers, self._dockerd, "dockerd")

    def _spawn(self, tool: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.root / f"{tool}.log").open("ab") as log:
            # A session of its own: Ctrl-C ends the tests first, and they end the engine.
            return subprocess.Popen(
                [tool, *arguments], stdout=log, stderr=log, start_new_session=True
            )

    def _await(self, condition: Any, process: subprocess.Popen[bytes], tool: str) -> None:
        def ready() -> bool:
            if process.poll() is not None:
                log = (self.root / f"{tool}.log").read_text(errors="replace")
                raise RuntimeError(f"{tool} ended with {process.returncode}:\n{log[-3000:]}")
            return bool(condition())

        eventually(ready, timeout=60, what=f"the start of {tool}")

    def answers(self) -> bool:
        """Whether the engine answers a ping."""
        # Not by the SDK: it leaks a socket for every attempt that finds nobody.
        client = self.client(ping_timeout_seconds=5)
        try:
            client.ping()
        except DockmonError:
            return False
        finally:
            client.close()
        return True

    def kill(self) -> None:
        """End dockerd without a word; its containers run on. `start` brings it back."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End dockerd as a service manager does; it ends its containers."""
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """Stop and start dockerd."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """Let dockerd hang: it accepts, and never answers. `thaw` undoes it."""
        self._signal(signal.SIGSTOP)
        # A process is not stopped yet when the signal was sent.
        eventually(lambda: _is_stopped(self.pid), what="the freeze of dockerd")

    def thaw(self) -> None:
        """Let a frozen dockerd go on."""
        self._signal(signal.SIGCONT)

    def hide_socket(self) -> None:
        """Move the socket's file away; connections that are open stay so."""
        self.socket.rename(self._hidden_socket)

    def show_socket(self) -> None:
        """Move the socket's file back, if it is away."""
        if self._hidden_socket.exists():
            self._hidden_socket.rename(self.socket)

    def _signal(self, number: signal.Signals) -> None:
        if self._dockerd is not None and self._dockerd.poll() is None:
            self._dockerd.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        self._signal(signal.SIGCONT)
        self._signal(number)
        if self._dockerd is not None:
            self._dockerd.wait(timeout=60)
        self._dockerd = None

    def close(self) -> None:
        """Leave nothing behind, whatever state things are in."""
        self.thaw()
        self.show_socket()
        with contextlib.suppress(Exception):
            self.remove_all()
        if self._api is not None:
            self._api.close()
        for process in (self._dockerd, self._containerd):
            _end_process(process)
        _clear(self.root)
        if self._bridge:
            subprocess.run(["ip", "link", "delete", self._bridge], check=False)

    # ----- looking at it, past dockmon

    @property
    def address(self) -> EngineAddress:
        """How dockmon is told of it, under the name `local`."""
        return EngineAddress("local", f"unix://{self.socket}")

    @property
    def api(self) -> docker.APIClient:
        """The SDK's own client, for arranging things and for a second opinion."""
        if self._api is None:
            self._api = docker.APIClient(f"unix://{self.socket}", version="1.41", timeout=60)
        return self._api

    @property
    def pid(self) -> int:
        """The process id of dockerd."""
        assert self._dockerd is not None
        return self._dockerd.pid

    def tcp_port(self) -> int:
        """The port of the one TCP address dockerd was told to listen on (port 0 in `options`)."""
        sockets = {os.readlink(fd) for fd in Path(f"/proc/{self.pid}/fd").iterdir()}
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENING and f"socket:[{fields[9]}]" in sockets:
                return int(fields[1].rpartition(":")[2], 16)
        raise RuntimeError("dockerd listens on no TCP port")

    def client(self, name: str = "local", **options: Any) -> DockerClient:
        """Return dockmon's client for it."""
        return DockerClient(EngineAddress(name, f"unix://{self.socket}"), **options)

    def create(self, name: str, *command: str, **options: Any) -> str:
        """Create a container and return its id. Options are those of the Docker API's body."""
        host = {"NetworkMode": "none", **options.pop("HostConfig", {})}
        body = {"Image": self.image, "Cmd": list(command or POLITE), "HostConfig": host, **options}
        url = f"{self.api.base_url}/v1.41/containers/create"
        answer = self.api.post(url, params={"name": name}, json=body)
        assert answer.ok, answer.text
        return str(answer.json()["Id"])

    def run(self, name: str, *command: str, **options: Any) -> str:
        """Create and start a container and return its id, once it is ready to be stopped."""
        container_id = self.create(name, *command, **options)
        self.api.start(container_id)
        eventually(lambda: self._is_ready(container_id, command or POLITE))
        return container_id

    def _is_ready(self, container_id: str, command: Sequence[str]) -> bool:
        """Whether the trap is set: a first process without one is deaf to SIGTERM."""
        if not command[-1].startswith("trap"):
            return True
        told = self.inspect(container_id)["State"]
        if not told["Running"]:
            return True
        with contextlib.suppress(FileNotFoundError):
            status = Path(f"/proc/{told['Pid']}/status").read_text()
            masks = re.findall(r"Sig(?:Cgt|Ign):\s*([0-9a-f]+)", status)
            return any(int(mask, 16) >> (signal.SIGTERM - 1) & 1 for mask in masks)
        return False

    def inspect(self, container: str) -> dict[str, Any]:
        """Return what the engine says of a container."""
        return dict(self.api.inspect_container(container))

    def listed(self) -> dict[str, dict[str, Any]]:
        """Return the engine's own list by name."""
        rows = self.api.containers(all=True)
        return {row["Names"][0].lstrip("/"): row for row in rows}

    def remove_all(self) -> None:
        """Remove every container."""
        ids = [row["Id"] for row in self.api.containers(all=True)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(self._remove, ids))

    def _remove(self, container_id: str) -> None:
        # Gone already, or going: somebody was quicker.
        with contextlib.suppress(docker.errors.APIError):
            self.api.remove_container(container_id, force=True, v=True)

    @property
    def _cgroup(self) -> str:
        return f"/{self.root.name}"


def root_image() -> bytes:
    """Return a root file system with busybox and its links, as a tar."""
    busybox = shutil.which("busybox")
    assert busybox
    listed = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(Path(busybox).resolve(), "bin/busybox")
        for applet in listed.stdout.split():
            if applet != "busybox":
                link = tarfile.TarInfo(f"bin/{applet}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(link)
    return buffer.getvalue()


def _make_bridge(name: str) -> None:
    if Path(f"/sys/class/net/{name}").exists():
        return
    third = os.getpid() % 200 + 20
    for command in (
        f"ip link add {name} type bridge",
        f"ip address add 10.213.{third}.1/24 dev {name}",
        f"ip link set {name} up",
    ):
        subprocess.run(command.split(), check=True)


# ----- leaving nothing behind


def sweep() -> None:
    """Clear away what runs that were shot have left."""
    for root in Path("/tmp").glob(f"{_PREFIX}*"):
        owner = root.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdecimal() and not Path(f"/proc/{owner}").exists():
            # Another run may be at it at this moment.
            with contextlib.suppress(AssertionError):
                _clear(root)


def _clear(root: Path) -> None:
    """End every process, mount and cgroup that carries the directory's name, and remove it."""
    for group in _cgroups(root):
        _thaw_group(group)
        _end_pids(_pids_in(group))
    # Shims stay when containerd ends; they are told its address, which is below our root.
    eventually(lambda: not _end_pids(_pids_of(root)), timeout=30, what="the end of processes")
    for target in sorted(_mounts(root), key=len, reverse=True):
        subprocess.run(["umount", "-l", target], check=False, stderr=subprocess.DEVNULL)
    for group in _cgroups(root):
        eventually(lambda group=group: _remove_group(group), what=f"the removal of {group}")
    shutil.rmtree(root, ignore_errors=True)


def _end_process(process: subprocess.Popen[bytes] | None) -> None:
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=20)


def _end_pids(pids: list[int]) -> list[int]:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return pids


def _is_stopped(pid: int) -> bool:
    """Whether all its threads are stopped."""
    states = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            states.add((task / "stat").read_text().rpartition(")")[2].split()[0])
    return states == {"T"}


def _pids_of(root: Path) -> list[int]:
    """Return the processes that were given a path below the root, ourselves excepted."""
    mark = f"{root}/".encode()
    return [pid for pid, line in _command_lines() if mark in line and pid != os.getpid()]


_TOOLS = (b"dockerd", b"containerd", b"runc", b"docker-", b"podman", b"/usr/")


def _command_lines() -> Iterator[tuple[int, bytes]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                line = (entry / "cmdline").read_bytes()
                # A zombie has none; its parent has yet to notice.
                if line.startswith(
                    (b"dockerd", b"containerd", b"/usr", b"runc", b"docker-", b"podman")
                ):
                    yield int(entry.name), line


def _mounts(root: Path) -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    targets = [line.split()[4] for line in lines]
    return [target for target in targets if target.startswith(f"{root}/")]


def _cgroups(root: Path) -> list[Path]:
    """Return the engine's own cgroup in every hierarchy (v1) or in the one (v2)."""
    places = [_CGROUPS, *(path for path in _CGROUPS.iterdir() if path.is_dir())]
    groups = (place / root.name for place in places)
    return [group for group in groups if group.is_dir()]


def _thaw_group(group: Path) -> None:
    """Let paused containers run: a frozen process does not even notice being killed."""
    for name, word in (("freezer.state", "THAWED"), ("cgroup.freeze", "0")):
        for switch in group.rglob(name):
            with contextlib.suppress(OSError):
                switch.write_text(word)


def _pids_in(group: Path) -> list[int]:
    pids: list[int] = []
    for listing in group.rglob("cgroup.procs"):
        with contextlib.suppress(OSError):
            pids += [int(word) for word in listing.read_text().split()]
    return pids


def _remove_group(group: Path) -> bool:
    for directory, _names, _files in os.walk(group, topdown=False):
        with contextlib.suppress(OSError):
            Path(directory).rmdir()
    return not group.exists()
