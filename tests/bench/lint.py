#!/usr/bin/env python3
"""Compares the CPU time of `flowbind lint` with that of `connect-flow lint` (PyPI), in turns, on one folder of flows.

usage: lint.py FLOWBIND CONNECT_FLOW FOLDER [ROUNDS]

connect-flow is given only the files that it can read; flowbind is given the whole folder. CPU time is user and system
time of the whole process, start-up included, the smallest of all rounds: what disturbs a measurement only adds to it.
"""

import json
import os
import pathlib
import subprocess
import sys


def run(command):
    """Runs a command and gives its CPU seconds and its peak memory in KiB."""
    with open(os.devnull, "w", encoding="utf-8") as null:
        process = subprocess.Popen(command, stdout=null, stderr=null)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 2):
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    flowbind, connect_flow, folder = sys.argv[1:4]
    rounds = int(sys.argv[4]) if len(sys.argv) == 5 else 20
    files = sorted(str(path) for path in pathlib.Path(folder).rglob("*.json"))
    judged = subprocess.run([connect_flow, "--json", "lint", *files], capture_output=True, check=False)
    report = json.loads(judged.stdout)
    readable = [file["path"] for file in report["files"] if file["error"] is None]
    commands = {
        "connect-flow lint": [connect_flow, "lint", *readable],
        "flowbind lint": [flowbind, "lint", folder],
        "flowbind lint --output sarif": [flowbind, "lint", folder, "--output", "sarif"],
    }
    results = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            results[name].append(run(command))
    theirs = min(cpu for cpu, _ in results["connect-flow lint"])
    print(f"{len(files)} files, of which connect-flow reads {len(readable)}; smallest of {rounds} rounds")
    for name, measured in results.items():
        cpu, memory = min(cpu for cpu, _ in measured), max(memory for _, memory in measured)
        print(f"{name:30} {cpu:6.3f} CPU s  {cpu / theirs:5.2f} of connect-flow's  {memory / 1024:6.1f} MiB at most")


if __name__ == "__main__":
    main()
