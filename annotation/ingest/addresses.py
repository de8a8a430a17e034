"""Which network addresses a requester may make this server talk to: public ones only.

The check is done on what DNS answered, at the moment of connecting, and the connection goes to that very address: a name that
resolves to something else a moment later (rebinding) gains nothing.
"""
import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import httpcore
from django.conf import settings

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")


class AddressRefused(Exception):
    """The host leads to an address inside some private network."""


def is_public(address: str) -> bool:
    """Whether an IPv4 or IPv6 address is one of the open internet, also when an IPv4 address hides in an IPv6 one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64_LOCAL:
            return False
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        # ::a.b.c.d, long out of use, still understood by some systems.
        if int(ip) >> 32 == 0:
            return False
    special = ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_reserved or ip.is_unspecified
    return ip.is_global and not special


def is_allowed_host(host: str, port: int, allowed: Iterable[str] | None = None) -> bool:
    """Named in `allowed`, or INGEST_ALLOWED_PRIVATE_HOSTS, with or without the port."""
    names = {name.strip().lower() for name in (settings.INGEST_ALLOWED_PRIVATE_HOSTS if allowed is None else allowed)}
    return host.lower() in names or f"{host.lower()}:{port}" in names


def addresses_of(host: str, port: int, allowed: Iterable[str] | None = None) -> list[str]:
    """What the name resolves to, every one checked. AddressRefused if only one of them is private; socket.gaierror as usual."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    if not is_allowed_host(host, port, allowed) and not all(is_public(address) for address in found):
        raise AddressRefused(f"{host} leads to an address inside a private network, which is not allowed.")
    return found


class PublicOnlyBackend(httpcore.NetworkBackend):
    """Opens connections to checked addresses; host name, TLS name and certificate check stay those of the URL.

    `allowed`: hosts that may be private, as `is_allowed_host` takes them.
    """

    def __init__(self, allowed: Iterable[str] | None = None) -> None:
        self._inner = httpcore.SyncBackend()
        self._allowed = allowed

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
                    socket_options: Iterable[Any] | None = None) -> httpcore.NetworkStream:
        """AddressRefused, or httpcore.ConnectError when none of the addresses answers."""
        try:
            found = addresses_of(host, port, self._allowed)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} is unknown ({error})") from error
        problem: Exception | None = None
        for address in found[:4]:
            try:
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem or httpcore.ConnectError(f"{host} has no address")

    def connect_unix_socket(self, path: str, timeout: float | None = None,
                            socket_options: Iterable[Any] | None = None) -> httpcore.NetworkStream:
        """Never."""
        raise AddressRefused("Local sockets are not allowed.")

    def sleep(self, seconds: float) -> None:
        """Used by httpcore between its own retries."""
        self._inner.sleep(seconds)
