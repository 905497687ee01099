"""The web server as `make run` starts it, over an application of the test: what it lets through and how it ends."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from jlis import web_server
from jlis.kernel.embedded import processes
from jlis.kernel.embedded.home import PROJECT


def application(environ, start_response):
    """What the server under test serves."""
    if environ["PATH_INFO"] == "/crash":
        raise ValueError("千代田 太郎")
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1)
    body = f"{environ['PATH_INFO']} {environ['REMOTE_ADDR']} {os.environ['JLIS_SERVES_WEB']}".encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def server(tmp_path) -> Iterator[tuple[psutil.Process, int]]:
    port = processes.free_port()
    command = web_server.command(port, workers=1, application="tests.test_web_server:application")
    with (tmp_path / "log").open("wb") as log:
        started = subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=log, start_new_session=True)
    try:
        assert processes.wait_until(lambda: b"200 OK" in told(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 20)
        yield psutil.Process(started.pid), port
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait(10)


def told(port: int, message: bytes) -> bytes:
    """What comes back, as far as it comes at once."""
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(message)
        return connection.recv(65_536)
    return b""


def test_requests_answers_and_limits(server, tmp_path):
    _, port = server
    path = "/あ".encode()
    answer = told(port, b"GET " + path + b"?name=secret HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.split(b"\r\n\r\n")[1] == path.decode("latin-1").encode() + b" 127.0.0.1 true"
    many = b"".join(b"X-%d: a\r\n" % number for number in range(101))
    long = b"X: " + b"a" * 4 * web_server.LARGEST_HEAD + b"\r\n"
    for headers in (many, long):
        assert b" 431 " in told(port, b"GET / HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n").split(b"\r\n")[0]
    assert b" 500 " in told(port, b"GET /crash HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"secret" not in (tmp_path / "log").read_bytes()


def test_a_fallen_worker_is_started_again(server):
    main, port = server
    (fallen,) = main.children()
    fallen.kill()
    fallen.wait(5)
    assert processes.wait_until(lambda: b"200 OK" in told(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 20)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_at_its_end_it_finishes_an_answer_and_leaves_no_process(server, number):
    main, port = server
    workers = main.children()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.2)
        main.send_signal(number)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 OK")
    assert processes.wait_until(lambda: not main.is_running() or main.status() == psutil.STATUS_ZOMBIE, 10)
    assert not any(worker.is_running() for worker in workers)
