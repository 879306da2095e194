"""A mysql:// URL taken apart."""

import os
import ssl
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from dbarchitect.errors import SourceNotFound

SCHEMES = ("mysql", "mariadb")
_VERIFY = {
    "true": "identity", "1": "identity", "identity": "identity", "verify_identity": "identity",
    "ca": "ca", "verify_ca": "ca",
    "false": "none", "0": "none", "none": "none", "required": "none",
    "preferred": "preferred", "disabled": "disabled",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """Where and as whom to connect. `tls` is identity, ca, none (encrypted, unverified), preferred or disabled."""

    host: str
    port: int
    database: str
    user: str = ""
    password: str = field(default="", repr=False)
    unix_socket: str | None = None
    tls: str = "preferred"
    ssl_ca: str | None = None
    ssl_cert: str | None = None
    ssl_key: str | None = None
    default_file: str | None = None
    connect_seconds: float = 10.0

    @property
    def shown(self) -> str:
        """The address as a URL that leads there again: no password, no options but the socket."""
        user = f"{self.user}@" if self.user else ""
        if self.unix_socket:
            return f"mysql://{user}localhost/{self.database}?unix_socket={quote(self.unix_socket)}"
        return f"mysql://{user}{self.host}:{self.port}/{self.database}"


def _tls(options: dict[str, str]) -> str:
    asked = options.get("ssl_verify") or options.get("ssl_mode") or options.get("ssl")
    if asked is None:
        return "identity" if "ssl_ca" in options else ("none" if "ssl_cert" in options else "preferred")
    if asked.lower() not in _VERIFY:
        raise SourceNotFound(f"ssl_verify={asked} is unknown", f"use one of {', '.join(sorted(set(_VERIFY.values())))}")
    return _VERIFY[asked.lower()]


def parse_url(url: str) -> Address:
    """The parts of `mysql://user:password@host:port/database?option=value`.

    Options: unix_socket, ssl_ca, ssl_cert, ssl_key, ssl_verify (identity, ca, none, preferred, disabled), default_file,
    connect_timeout; others, which ORMs add, mean nothing to us. The password comes from the URL or MYSQL_PWD.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 3306
    except ValueError as error:
        raise SourceNotFound(f"the URL cannot be read: {error}", "write mysql://user@host:3306/database") from error
    if parts.scheme.partition("+")[0] not in SCHEMES:
        raise SourceNotFound(f"{parts.scheme or url[:20]}: not a MySQL URL", "write mysql://user@host:3306/database")
    options = {key.replace("-", "_"): value for key, value in parse_qsl(parts.query)}
    unknown = [key for key in options if key.startswith("ssl") and key not in _TLS_OPTIONS]
    if unknown:
        raise SourceNotFound(f"unknown TLS option {unknown[0]}", f"known are {', '.join(_TLS_OPTIONS)}")
    try:
        connect_seconds = float(options.get("connect_timeout", "10"))
    except ValueError as error:
        raise SourceNotFound("connect_timeout is not a number of seconds", "write connect_timeout=10") from error
    return Address(
        host=unquote(parts.hostname or ""),
        port=port,
        database=unquote(parts.path.lstrip("/")),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or "") or os.environ.get("MYSQL_PWD", ""),
        unix_socket=options.get("unix_socket") or options.get("socket"),
        tls=_tls(options),
        ssl_ca=options.get("ssl_ca"),
        ssl_cert=options.get("ssl_cert"),
        ssl_key=options.get("ssl_key"),
        default_file=options.get("default_file"),
        connect_seconds=connect_seconds,
    )


_TLS_OPTIONS = ("ssl", "ssl_ca", "ssl_cert", "ssl_key", "ssl_mode", "ssl_verify")


def tls_context(address: Address) -> ssl.SSLContext | None:
    """The TLS settings; None where the driver's own default (encrypt if the server offers it) or no TLS is wanted."""
    if address.tls in ("preferred", "disabled"):
        return None
    try:
        context = ssl.create_default_context(cafile=address.ssl_ca)
        # certificates that MySQL makes for itself lack the key-usage extensions that strict checking wants
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.check_hostname = address.tls == "identity"
        context.verify_mode = ssl.CERT_NONE if address.tls == "none" else ssl.CERT_REQUIRED
        if address.ssl_cert:
            context.load_cert_chain(address.ssl_cert, address.ssl_key)
    except OSError as error:  # ssl.SSLError is one
        raise SourceNotFound(f"a TLS file cannot be read: {error}", "check ssl_ca, ssl_cert and ssl_key in the URL") from error
    return context
