"""How fast is the sandbox? Ratios against a floor in the same run: toloka-kit talking to a server that answers canned JSON.

    python bench/sandbox.py [--tasks 10000] [--tolokers 50] [--small 1000] [--large 100000] [--takes 400]

1. `tasks` tasks created by toloka-kit, synchronously (5,000 a request) and asynchronously, over the same calls against canned answers.
   The canned answers are the sandbox's own, recorded once; the floor is toloka-kit plus a server that only copies bytes.
   Goal: at most 3.
2. As many assignments taken and submitted by concurrent Tolokers, none lost, none doubled: assignments a second.
3. All of them read back in pages of 1,000, over the same against canned answers. Goal: at most 3.
4. The 95th percentile of taking a page from a pool of `large` tasks, over one of `small`. Goal: at most 1.5.
"""
import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

RATIO_GOAL, FLAT_GOAL = 3.0, 1.5
SYNC_MOST, PAGE = 5_000, 1_000


class Tape(BaseHTTPRequestHandler):
    """Records what the sandbox answers (`target` set), or plays it back: the n-th request gets the n-th answer."""

    protocol_version = "HTTP/1.1"
    target = ""
    answers: list[tuple[int, bytes]] = []
    position = 0

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.target:
            self.answers.append(self._ask(body))
        status, data = self.answers[type(self).position % len(self.answers)]
        type(self).position += 1
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_PUT = handle_any

    def _ask(self, body: bytes) -> tuple[int, bytes]:
        line = http.client.HTTPConnection(urlsplit(self.target).netloc, timeout=600)
        headers = {name: value for name, value in self.headers.items() if name.lower() in ("authorization", "content-type")}
        line.request(self.command, self.path, body or None, headers)
        answer = line.getresponse()
        return answer.status, answer.read()

    def log_message(self, *_: Any) -> None:
        return


def play(path: str) -> None:
    """A process of its own, as the sandbox is: serve the answers of a file."""
    Tape.answers = [(status, bytes.fromhex(data)) for status, data in json.loads(Path(path).read_text())]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Tape)
    print(server.server_port, flush=True)
    server.serve_forever()


class Floor:
    """`with Floor(url, flow) as canned:` records `flow(url)` once and then serves it at `canned`."""

    def __init__(self, url: str, flow: Callable[[str], Any]) -> None:
        self._recorder = type("Recorder", (Tape,), {"target": url, "answers": [], "position": 0})
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._recorder)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        flow(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        server.server_close()

    def __enter__(self) -> str:
        self._file = tempfile.NamedTemporaryFile("w", suffix=".json", delete=False)
        json.dump([(status, data.hex()) for status, data in self._recorder.answers], self._file)
        self._file.close()
        self._process = subprocess.Popen([sys.executable, __file__, "--play", self._file.name], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        return f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.unlink(self._file.name)


def timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(name: str, url: str, flow: Callable[[str], Any], rounds: int = 3) -> float:
    """Best of some rounds, the two sides taking turns."""
    with Floor(url, flow) as canned:
        pairs = [(timed(lambda: flow(url)), timed(lambda: flow(canned))) for _ in range(rounds)]
    ours, floor = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    print(f"{name}: {ours:.2f} s; canned answers: {floor:.2f} s; ratio {ours / floor:.2f} (goal {RATIO_GOAL})", flush=True)
    return ours / floor


class Shop:
    """A requester with one project."""

    def __init__(self, sandbox: Any) -> None:
        self.sandbox, self.url = sandbox, sandbox.url
        self.requester = sandbox.create_requester(balance="1000000")
        self.project = self.ask("POST", "/projects", {
            "public_name": "bench", "public_description": "bench", "public_instructions": "bench",
            "task_spec": {"input_spec": {"image": {"type": "url"}},
                          "output_spec": {"result": {"type": "string", "allowed_values": ["OK", "BAD"]}},
                          "view_spec": {"type": "classic", "markup": "<div></div>", "script": "", "styles": ""}}})["id"]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        return self.requester.call(method, f"/api/v1{path}", body, timeout=600)

    def client(self, url: str) -> Any:
        from toloka.client import TolokaClient

        return TolokaClient(self.requester.token, url=url, retries=0, timeout=600.0)

    def pool(self, overlap: int = 1) -> str:
        return self.ask("POST", "/pools", {
            "project_id": self.project, "private_name": "bench", "may_contain_adult_content": False, "will_expire": "2060-01-01T00:00:00",
            "reward_per_assignment": 0.01, "assignment_max_duration_seconds": 3600, "auto_accept_solutions": False,
            "auto_accept_period_day": 21, "defaults": {"default_overlap_for_new_task_suites": overlap},
            "mixer_config": {"real_tasks_count": 1}})["id"]

    def tasks(self, pool: str, count: int) -> list[Any]:
        from toloka.client import Task

        return [Task(pool_id=pool, input_values={"image": f"https://example.com/{number}.png"}) for number in range(count)]

    def create(self, url: str, count: int, asynchronous: bool) -> None:
        """Into a new pool, so that every round does the same."""
        client, pool = self.client(url), self.pool()
        step = count if asynchronous else SYNC_MOST
        made = 0
        for start in range(0, count, step):
            batch = self.tasks(pool, min(step, count - start))
            made += len(client.create_tasks(batch, allow_defaults=True, async_mode=asynchronous).items)
        assert made == count, made

    def fill(self, count: int) -> str:
        """An open pool of that many tasks."""
        pool = self.pool()
        for start in range(0, count, SYNC_MOST):
            body = [{"pool_id": pool, "input_values": {"image": f"https://example.com/{start + n}.png"}}
                    for n in range(min(SYNC_MOST, count - start))]
            self.ask("POST", "/tasks?allow_defaults=true", body)
        self.ask("POST", f"/pools/{pool}/open")
        return pool


class Person:
    """A Toloker on one kept connection."""

    def __init__(self, sandbox: Any) -> None:
        self._line = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=600)
        self._headers = {"Authorization": sandbox.create_toloker().authorization, "Content-Type": "application/json"}

    def post(self, path: str, body: str = "") -> tuple[int, Any]:
        self._line.request("POST", f"/worker/v1/{path}", body or None, self._headers)
        answer = self._line.getresponse()
        data = answer.read()
        return answer.status, json.loads(data) if data else None

    def work(self, pool: str) -> float | None:
        """Seconds that taking lasted; None if there is nothing more."""
        start = time.perf_counter()
        status, page = self.post(f"pools/{pool}/take")
        seconds = time.perf_counter() - start
        if status != 201:
            assert (status, page["code"]) == (409, "NO_TASKS_AVAILABLE"), page
            return None
        status, done = self.post(f"assignments/{page['id']}/submit", '{"solutions": [{"output_values": {"result": "OK"}}]}')
        assert status == 200, done
        return seconds


def crowd(shop: Shop, count: int, tolokers: int) -> str:
    """`count` assignments by so many at once; the pool's id."""
    pool = shop.fill(count)
    people = [Person(shop.sandbox) for _ in range(tolokers)]
    failures: list[BaseException] = []

    def live(person: Person) -> None:
        try:
            while person.work(pool) is not None:
                pass
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=live, args=(person,)) for person in people]
    seconds = timed(lambda: [*(thread.start() for thread in threads), *(thread.join() for thread in threads)])
    if failures:
        raise failures[0]
    print(f"{count:,} assignments taken and submitted by {tolokers} Tolokers at once: {seconds:.1f} s, {count / seconds:.0f} a second",
          flush=True)
    return pool


def read_back(shop: Shop, pool: str, count: int) -> Callable[[str], None]:
    def flow(url: str) -> None:
        found = [row.id for row in shop.client(url).get_assignments(pool_id=pool, batch_size=PAGE)]
        assert len(set(found)) == len(found) == count, (len(found), count)

    return flow


def percentile(shop: Shop, size: int, takes: int) -> float:
    """95th percentile of the time of taking one page from a pool of `size` tasks, by one person after the other."""
    pool = shop.fill(size)
    people = [Person(shop.sandbox) for _ in range(10)]
    times = []
    for number in range(takes):
        seconds = people[number % len(people)].work(pool)
        assert seconds is not None
        times.append(seconds)
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"taking from {size:,} tasks: median {statistics.median(times) * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms", flush=True)
    return p95


def main(options: argparse.Namespace) -> int:
    from tests.stack.sandbox import sandbox_server

    # Whoever measures is not also writing down every call.
    with sandbox_server(SANDBOX_LOG_LEVEL="WARNING") as sandbox:
        shop = Shop(sandbox)
        ratios = [
            compare(f"{options.tasks:,} tasks created synchronously", sandbox.url, lambda url: shop.create(url, options.tasks, False)),
            compare(f"{options.tasks:,} tasks created asynchronously", sandbox.url, lambda url: shop.create(url, options.tasks, True)),
        ]
        pool = crowd(shop, options.tasks, options.tolokers)
        ratios.append(compare(f"{options.tasks:,} assignments read back", sandbox.url, read_back(shop, pool, options.tasks)))
        small = percentile(shop, options.small, options.takes)
        flat = percentile(shop, options.large, options.takes) / small
        print(f"p95 {options.large:,} / {options.small:,}: {flat:.2f} (goal {FLAT_GOAL})")
    return 0 if max(ratios) <= RATIO_GOAL and flat <= FLAT_GOAL else 1


def run() -> int:
    """With a private PostgreSQL unless DATABASE_URL names one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("tasks", 10_000), ("tolokers", 50), ("small", 1_000), ("large", 100_000), ("takes", 400)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--play", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.play:
        play(options.play)
        return 0
    from cvatoloka.embedded import EmbeddedServices, wanted

    os.environ.setdefault("READ_ENV_FILES", "false")
    with tempfile.TemporaryDirectory() as folder:
        services = EmbeddedServices(Path(folder), durable=False) if wanted(os.environ) else None
        if services is not None:
            os.environ.update(services.start())
        try:
            return main(options)
        finally:
            if services is not None:
                services.stop()


if __name__ == "__main__":
    sys.exit(run())
