"""Processes are found by what they are and ended for good."""

import os
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest

from jlis.kernel.embedded import processes

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@pytest.fixture
def child(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", STUBBORN], cwd=tmp_path, stdout=subprocess.PIPE, start_new_session=True
    )
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_pid_is_believed_only_with_the_time_of_its_start(child):
    started = psutil.Process(child.pid).create_time()
    assert processes.running(child.pid, started)
    assert processes.running(child.pid, started - 100) is None


def test_a_dead_process_that_nobody_has_reaped_does_not_run(child):
    child.kill()
    assert processes.wait_until(lambda: psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE, 5)
    assert processes.running(child.pid) is None
    assert processes.session_members(child.pid) == []


def test_a_process_is_found_by_program_and_folder(child, tmp_path):
    name = psutil.Process(child.pid).name()
    assert [found.pid for found in processes.working_in(tmp_path, name)] == [child.pid]
    assert list(processes.working_in(tmp_path.parent, name)) == []
    assert list(processes.working_in(tmp_path, "postgres")) == []


def test_a_stubborn_process_is_ended_by_the_last_step(child):
    begun = time.monotonic()
    assert processes.end(psutil.Process(child.pid), (signal.SIGTERM, 0.3), (signal.SIGKILL, 5.0))
    assert time.monotonic() - begun > 0.3
    assert not psutil.pid_exists(child.pid)


def test_a_process_that_outlives_its_last_step_is_reported(child):
    assert not processes.end(psutil.Process(child.pid), (signal.SIGTERM, 0.2))
    assert processes.running(child.pid)


def test_a_session_has_the_children_of_its_leader(tmp_path):
    script = "import subprocess, sys, time; subprocess.Popen(['sleep', '60']); print('up', flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True, cwd=tmp_path
    ) as leader:
        leader.stdout.readline()
        assert len(processes.session_members(leader.pid)) == 2
        os.killpg(leader.pid, signal.SIGKILL)


def test_a_port_that_somebody_listens_on_is_not_free():
    port = processes.free_port()
    assert processes.port_is_free(port)
    with socket.create_server(("127.0.0.1", port)):
        assert not processes.port_is_free(port)
