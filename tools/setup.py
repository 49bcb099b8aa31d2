"""Set a checkout up: `run` for starting dockmon, `test` for its whole suite.

Standard library only, for any Python: it runs before anything is installed. What
is already as the lock files want it is left alone, so a second call costs nothing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# Package of Debian -> a file that shows it is there.
DEBIAN_PACKAGES = {
    "docker.io": "/usr/sbin/dockerd",
    "containerd": "/usr/bin/containerd",
    "runc": "/usr/sbin/runc",
    "busybox-static": "/usr/bin/busybox",
    "chromium": "/usr/bin/chromium",
    "openssl": "/usr/bin/openssl",
    "fonts-dejavu-core": "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
}


def main(purpose):
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what tells older ones
        sys.exit(
            f"dockmon needs Python 3.11 or newer; this is {sys.version.split()[0]}. "
            "Name another one: make PYTHON=python3.12 ..."
        )
    os.chdir(ROOT)
    if purpose == "test":
        debian_packages()
    virtual_environment()
    locks = ["run"] if purpose == "run" else ["run", "dev"]
    python_packages(locks)
    browser_files(with_development=purpose == "test")


def virtual_environment():
    if PYTHON.exists():
        return
    say("making the virtual environment")
    if subprocess.run([sys.executable, "-m", "venv", str(VENV)]).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    # Debian keeps the module's other half in a package of its own.
    if not (may_install() and apt(["python3-venv"])):
        sys.exit("Python's venv module does not work here. On Debian: apt-get install python3-venv")
    run([sys.executable, "-m", "venv", str(VENV)])


def python_packages(locks):
    files = [ROOT / "requirements" / f"{lock}.txt" for lock in locks]
    stamp = Stamp("python-" + "-".join(locks), [*files, ROOT / "pyproject.toml"])
    if stamp.is_current():
        return
    say("installing the locked Python packages")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    wanted = [part for file in files for part in ("-r", str(file))]
    run([*pip, "--require-hashes", *wanted])
    run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
    stamp.set()


def browser_files(with_development):
    level = "test" if with_development else "run"
    lock = ROOT / "package-lock.json"
    stamp = Stamp(f"node-{level}", [lock, ROOT / "tools" / "vendor.py"])
    vendored = (ROOT / "static" / "vendor" / "importmap.json").exists()
    if vendored and (
        stamp.is_current() or (level == "run" and Stamp("node-test", stamp.files).is_current())
    ):
        return
    say("installing the locked browser files")
    npm, environment = find_npm()
    omit = [] if with_development else ["--omit=dev"]
    run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *omit],
        env=environment,
    )
    run([str(PYTHON), "tools/vendor.py"])
    stamp.set()


def find_npm():
    """Return npm and its environment; where there is none, it comes as a Python package."""
    npm = shutil.which("npm")
    if npm:
        return npm, None
    ours = VENV / "bin" / "npm"
    if not ours.exists():
        say("installing Node and npm into the virtual environment")
        run(
            [
                str(PYTHON),
                "-m",
                "pip",
                "--disable-pip-version-check",
                "install",
                "--quiet",
                "--require-hashes",
                "-r",
                "requirements/node.txt",
            ]
        )
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return str(ours), {**os.environ, "PATH": path}


def debian_packages():
    missing = [name for name, file in DEBIAN_PACKAGES.items() if not Path(file).exists()]
    if "busybox-static" in missing and Path("/bin/busybox").exists():
        missing.remove("busybox-static")
    if not missing:
        return
    if may_install() and apt(missing):
        return
    say(
        f"not here, so the tests that need them are skipped: {', '.join(missing)}. "
        f"On Debian, as root: apt-get install {' '.join(missing)}"
    )
    if os.environ.get("CI") == "true":
        sys.exit("with CI=true nothing may be skipped")


def may_install():
    return os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt(packages):
    say(f"installing Debian packages: {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "-qq"], install):
        done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL)
        if done.returncode != 0 and command is install:
            return False
    return True


class Stamp:
    """Remembers that something was done for these contents of these files."""

    def __init__(self, name, files):
        self.files = files
        self.path = VENV / f".done-{name}"
        contents = b"".join(file.read_bytes() for file in files)
        self.digest = hashlib.sha256(contents).hexdigest()

    def is_current(self):
        return self.path.exists() and self.path.read_text() == self.digest

    def set(self):
        self.path.write_text(self.digest)


def run(command, env=None):
    done = subprocess.run(command, env=env)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(command)}")


def say(text):
    print(f"setup: {text}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
