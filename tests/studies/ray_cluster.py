"""Start a Ray cluster of a head and two nodes, run a command on it, kill a node when a run is finished, say the end.

python -m tests.studies.ray_cluster OUT COMMAND...     to be started in a network of its own
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import ray
from ray.cluster_utils import Cluster


def main(out: Path, command: list[str]) -> None:
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
    cluster.wait_for_nodes()
    ray.init(cluster.address, log_to_driver=False)
    before = alive()
    study = subprocess.Popen([*command, f"executor.address={cluster.address}"])
    until = time.monotonic() + 120
    while not list(out.glob("runs/*/run.json")) and study.poll() is None and time.monotonic() < until:
        time.sleep(0.1)
    cluster.remove_node(nodes[0], allow_graceful=False)  # SIGKILL for the node with all its processes
    code = study.wait()
    until = time.monotonic() + 60
    while alive() == before and time.monotonic() < until:  # the head may notice later than the study ends
        time.sleep(0.2)
    print(json.dumps({"code": code, "nodes_before": before, "nodes_after": alive()}))
    ray.shutdown()
    cluster.shutdown()


def alive() -> int:
    return sum(bool(node["Alive"]) for node in ray.nodes())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
