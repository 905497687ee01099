"""A small client: a bounded number of requests over a few connections that are kept open."""

import http.client
import threading
import time


def rate(
    address: str, path: str, body: bytes, headers: dict[str, str], *, requests: int, connections: int = 4
) -> float:
    """Answers a second; raises when one is not 200."""
    faults: list[str] = []

    def send(count: int) -> None:
        connection = http.client.HTTPConnection(address, timeout=30)
        for _ in range(count):
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                faults.append(f"{path}: {answer.status}")
                return
        connection.close()

    threads = [threading.Thread(target=send, args=(requests // connections,)) for _ in range(connections)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(faults[0])
    return requests / (time.perf_counter() - started)
