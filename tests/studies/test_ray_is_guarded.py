"""A Ray cluster of our own answers to this machine alone and to those who know its token; others are not touched."""

import subprocess
import sys
from pathlib import Path

import pytest

from experiments.refusal import Refusal

ray = pytest.importorskip("ray")
ROOT = Path(__file__).resolve().parents[2]

# In a network with an address that other machines could reach, were there any.
WITH_AN_ADDRESS = (
    "ip link set lo up; ip link add d0 type dummy; ip addr add 10.9.9.9/24 dev d0; ip link set d0 up; "
    'ip route add default dev d0; exec "$@"'
)
PROBE = """
import glob, os
from experiments.execute.executors.ray import make
before = dict(os.environ)

def listening():
    inodes = {}
    for path in glob.glob("/proc/[0-9]*/fd/*"):
        try:
            inodes[os.readlink(path)] = path
        except OSError:
            pass
    for kind in ("tcp", "tcp6"):
        for line in open(f"/proc/net/{kind}").read().splitlines()[1:]:
            parts = line.split()
            if parts[3] == "0A" and f"socket:[{parts[9]}]" in inodes:
                yield parts[1].split(":")[0]

with make(1, "") as engine:
    slot = engine.slot()
    mode, token = (slot.submit(os.getenv, f"RAY_AUTH_{name}").result() for name in ("MODE", "TOKEN"))
    print("token", mode, len(token))
    print("listens", *sorted(set(listening())))
print("left", dict(os.environ) == before)
"""


def test_versions_without_tokens_and_addresses_of_other_machines_are_refused() -> None:
    from experiments.execute.executors.ray import HERE, check_addresses, check_version

    check_version("2.52.0")
    check_version("3.0.0rc1")
    for version in ("2.51.9", "1.13.0"):
        with pytest.raises(Refusal, match=rf"ray needs version 2\.52 or newer, .* was {version}"):
            check_version(version)
    check_addresses([HERE])
    with pytest.raises(Refusal, match=r"Ray answers at 10\.0\.0\.5, and not to this machine alone"):
        check_addresses([HERE, "10.0.0.5"])


@pytest.mark.slow
def test_a_cluster_of_our_own_listens_at_loopback_and_asks_for_its_token() -> None:
    inside = ["unshare", "--net", "--map-root-user", "sh", "-c", WITH_AN_ADDRESS, "sh"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("needs the right to make a network")
    done = subprocess.run(
        [*inside, sys.executable, "-c", PROBE], capture_output=True, text=True, cwd=ROOT, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    output = dict(
        line.split(" ", 1) for line in done.stdout.splitlines() if line.split(" ")[0] in ("token", "listens", "left")
    )
    assert output["token"] == "token 64"
    assert set(output["listens"].split()) <= {
        "0100007F",
        "0000000000000000FFFF00000100007F",
        "00000000000000000000000001000000",
    }
    assert output["left"] == "True"
