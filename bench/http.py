"""A small client over bare sockets: it costs less than any server that it measures, and is the same for all of them."""

import socket
import threading
import time

_PIECE = 65_536


def rate(
    address: str,
    path: str,
    body: bytes,
    headers: dict[str, str],
    *,
    requests: int,
    connections: int = 4,
    kept: bool = True,
) -> float:
    """Answers a second, over connections that are kept or made anew for each; raises when one is not 200."""
    host, _, port = address.partition(":")
    message = _message(address, path, body, headers, kept)
    faults: list[str] = []

    def send(count: int) -> None:
        try:
            send_all(count)
        except (OSError, RuntimeError) as error:
            faults.append(f"{path}: {error}")

    def send_all(count: int) -> None:
        open_one = None
        for _ in range(count):
            open_one = open_one or _connected(host, int(port))
            open_one.sendall(message)
            answer = _answer(open_one) if kept else _until_closed(open_one)
            if answer[9:12] != b"200":
                faults.append(f"{path}: {answer[:40]!r}")
                return
            if not kept:
                open_one.close()
                open_one = None

    threads = [threading.Thread(target=send, args=(requests // connections,)) for _ in range(connections)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(faults[0])
    return requests / (time.perf_counter() - started)


def times(address: str, path: str, body: bytes, headers: dict[str, str], *, requests: int) -> list[float]:
    """Seconds that each of some answers took, one after another over one kept connection."""
    host, _, port = address.partition(":")
    message = _message(address, path, body, headers, kept=True)
    took = []
    with _connected(host, int(port)) as connection:
        for _ in range(requests):
            started = time.perf_counter()
            connection.sendall(message)
            answer = _answer(connection)
            took.append(time.perf_counter() - started)
            if answer[9:12] != b"200":
                raise RuntimeError(f"{path}: {answer[:40]!r}")
    return took


def _connected(host: str, port: int) -> socket.socket:
    """Without looking an address up, which takes as long as some answers."""
    connection = socket.socket()
    connection.settimeout(30)
    connection.connect((host, port))
    return connection


def _message(address: str, path: str, body: bytes, headers: dict[str, str], kept: bool) -> bytes:
    lines = [f"POST {path} HTTP/1.1", f"Host: {address}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [] if kept else ["Connection: close"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _answer(connection: socket.socket) -> bytes:
    """One answer with its Content-Length."""
    got = _more(connection)
    while b"\r\n\r\n" not in got:
        got += _more(connection)
    head, _, content = got.partition(b"\r\n\r\n")
    after = head.lower().partition(b"content-length:")[2]
    missing = int(after.split(b"\r\n")[0]) - len(content)
    while missing > 0:
        missing -= len(_more(connection))
    return head


def _more(connection: socket.socket) -> bytes:
    got = connection.recv(_PIECE)
    if not got:
        raise RuntimeError("closed in the middle of an answer")
    return got


def _until_closed(connection: socket.socket) -> bytes:
    got = b""
    while piece := connection.recv(_PIECE):
        got += piece
    return got
