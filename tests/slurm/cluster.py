"""A Slurm cluster of one node on this machine: munge, slurmctld and slurmd of Debian's slurm-wlm, all in one folder.

By hand, as root: `.venv/bin/python tests/slurm/cluster.py COMMAND ...` starts it, runs the command, and stops it.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sinfo", "sbatch")
_SECONDS_TO_START = 60
#: Where Slurm's programs look by themselves: the executor plugin hands no variable of Slurm's on to jobs.
_SYSTEM_CONFIG = Path("/etc/slurm/slurm.conf")
_CONFIG = """\
ClusterName=one
SlurmctldHost={host}
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={directory}/munge.socket
StateSaveLocation={directory}/state
SlurmdSpoolDir={directory}/spool
SlurmctldPidFile={directory}/slurmctld.pid
SlurmdPidFile={directory}/slurmd.pid
SlurmctldLogFile={directory}/slurmctld.log
SlurmdLogFile={directory}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
MinJobAge=300
ReturnToService=2
NodeName={host} NodeHostname={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory={megabytes} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """What there is not that a cluster needs, or an empty string."""
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        return f"needs {', '.join(absent)}: apt-get install slurm-wlm munge"
    if _SYSTEM_CONFIG.exists():
        return f"needs a machine without a cluster of its own, but there is {_SYSTEM_CONFIG}"
    return "" if os.geteuid() == 0 else "needs root to start munge and Slurm"


@contextlib.contextmanager
def cluster() -> Iterator[dict[str, str]]:
    """Start the cluster; gives the environment for its users.

    Raises:
        RuntimeError: it did not come up; says what its logs say.

    """
    with tempfile.TemporaryDirectory(prefix="clm-slurm-") as name, contextlib.ExitStack() as stack:
        directory = Path(name)
        directory.chmod(0o755)
        key = directory / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o400)
        config = directory / "slurm.conf"
        config.write_text(_configuration(directory))
        _SYSTEM_CONFIG.parent.mkdir(exist_ok=True)
        _SYSTEM_CONFIG.unlink(missing_ok=True)  # of a test that was killed: it leads nowhere
        _SYSTEM_CONFIG.symlink_to(config)
        stack.callback(_SYSTEM_CONFIG.unlink)
        for folder in ("state", "spool"):
            (directory / folder).mkdir()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SLURM_")}
        munge = ["munged", "--foreground", "--force", f"--key-file={key}", f"--socket={directory}/munge.socket"]
        munge += [f"--pid-file={directory}/munge.pid", f"--log-file={directory}/munge.log"]
        munge += [f"--seed-file={directory}/munge.seed"]
        for command in (munge, ["slurmctld", "-D", "-f", str(config)], ["slurmd", "-D", "-f", str(config)]):
            stack.enter_context(_running(command, environment, directory / f"{command[0]}.out"))
            time.sleep(1)
        _wait_for_node(directory, environment)
        yield environment


def _configuration(directory: Path) -> str:
    with socket.socket() as one, socket.socket() as two:
        for port in (one, two):
            port.bind(("127.0.0.1", 0))
        controller, node = one.getsockname()[1], two.getsockname()[1]
    megabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    host = socket.gethostname().partition(".")[0]
    return _CONFIG.format(
        host=host, controller=controller, node=node, directory=directory, cores=os.cpu_count(), megabytes=megabytes
    )


@contextlib.contextmanager
def _running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for_node(directory: Path, environment: dict[str, str]) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline:
        command = ["sinfo", "--noheader", "--format=%t"]
        state = subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout.strip()
        if state == "idle":
            return
        time.sleep(0.5)
    logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in sorted(directory.glob("*.[lo][ou][gt]")))
    raise RuntimeError(f"the node is {state or 'not there'} after {_SECONDS_TO_START} s\n{logs}")


def main() -> int:
    """Run a command in the cluster."""
    if trouble := missing():
        sys.exit(f"Error: no Slurm here: it {trouble}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the cluster is taken down
    with cluster() as environment:
        return subprocess.run(sys.argv[1:] or ["sinfo"], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
