"""The sandbox's command line: `python -m sandbox migrate | serve | ticker | robots | requester | clock`."""
import argparse
import json
import os
import signal
import sys
from decimal import Decimal, InvalidOperation


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status."""
    # Not setdefault: the application's own value may be in the environment of whoever starts us.
    os.environ["DJANGO_SETTINGS_MODULE"] = "sandbox.settings"
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="The Toloka-compatible sandbox server.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("migrate", help="create or update the tables")
    serve = commands.add_parser("serve", help="run the server")
    serve.add_argument("--host", default=os.environ.get("SANDBOX_HOST", "127.0.0.1"), help="default: SANDBOX_HOST, else loopback")
    serve.add_argument("--port", type=int, help="default: SANDBOX_PORT")
    ticker = commands.add_parser("ticker", help="let what falls due happen, beside the server")
    ticker.add_argument("--seconds", type=float, default=1.0, help="pause between looks")
    robots = commands.add_parser("robots", help="run the simulated Tolokers")
    robots.add_argument("--url", help="the server; default: SANDBOX_URL")
    requester = commands.add_parser("requester", help="create a requester and print the token as JSON")
    requester.add_argument("--name", required=True)
    requester.add_argument("--balance", type=_money, default=Decimal(0), help="USD")
    clock = commands.add_parser("clock", help="print the sandbox's time and speed as JSON")
    clock.add_argument("--speed", type=_speed, help="first let it run this many times as fast as the machine's (1: as fast)")
    migrations = commands.add_parser("makemigrations", help="write a migration for changed tables")
    migrations.add_argument("--check", action="store_true", help="write nothing; status 1 if one is missing")
    options = parser.parse_args(arguments)
    # A process manager's polite stop ends every command by the same road as Ctrl-C.
    signal.signal(signal.SIGTERM, _stop)
    try:
        return int(_COMMANDS[options.command](options) or 0)
    except KeyboardInterrupt:
        return 0


def _stop(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _money(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError("a sum like 100.00 is expected") from None
    if not amount.is_finite() or not 0 <= amount < 10**9:
        raise argparse.ArgumentTypeError("a sum from 0 to below 1000000000 is expected")
    return amount


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0
    if not 1 <= speed <= 10_000:
        raise argparse.ArgumentTypeError("a number from 1 to 10000 is expected")
    return speed


def _setup() -> None:
    import django

    django.setup()


def _migrate(options: argparse.Namespace) -> None:
    from django.core.management import call_command

    _setup()
    call_command("migrate", interactive=False, verbosity=1)


def _makemigrations(options: argparse.Namespace) -> None:
    from django.core.management import call_command

    _setup()
    call_command("makemigrations", "sandbox", check_changes=options.check)


def _serve(options: argparse.Namespace) -> None:
    if options.port is not None:
        # Settings derive the public address and the tasks' origin from the port.
        os.environ["SANDBOX_PORT"] = str(options.port)
    from sandbox import server

    server.serve(options.host, options.port)


def _ticker(options: argparse.Namespace) -> None:
    _setup()
    from sandbox import ticker

    ticker.run(options.seconds)


def _robots(options: argparse.Namespace) -> None:
    _setup()
    from sandbox.robots import crew

    crew.run(options.url)


def _requester(options: argparse.Namespace) -> None:
    _setup()
    from sandbox import clock
    from sandbox.engine import people

    now, _ = clock.tick()
    requester, token = people.create_requester(options.name, options.balance, now)
    sys.stdout.write(json.dumps({"id": requester.id, "token": token}) + "\n")


def _clock(options: argparse.Namespace) -> None:
    _setup()
    from sandbox import clock, times

    now, course = clock.tick() if options.speed is None else clock.set_speed(options.speed)
    sys.stdout.write(json.dumps({"now": times.show(now), "speed": course.speed}) + "\n")


_COMMANDS = {"migrate": _migrate, "makemigrations": _makemigrations, "serve": _serve, "ticker": _ticker, "robots": _robots,
             "requester": _requester, "clock": _clock}

if __name__ == "__main__":
    sys.exit(main())
