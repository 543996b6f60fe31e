"""Where the public address is not what this process sees: proxies in front, and a path before ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

from helpdesk.values import PREFIX_PATH

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ADDRESSES, HOST = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST"
SCHEME, PREFIX = "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_PREFIX"


class Forwarded:
    """Believes so many proxies: the reader's address is theirs by number, the rest is the nearest one's word."""

    def __init__(self, application: WSGIApplication, proxies: int) -> None:
        self.application = ProxyFix(application, x_for=proxies, x_proto=0, x_host=1)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Put the public address into the environment."""
        for name in (ADDRESSES, HOST):
            if name in environ:
                # These lists know no quotes. ProxyFix does: for a reader's lone quote it drops the whole list.
                environ[name] = environ[name].replace('"', "")
        scheme, prefix = (environ.get(name, "").rpartition(",")[2].strip() for name in (SCHEME, PREFIX))
        if scheme.lower() in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme.lower()
        if PREFIX_PATH.fullmatch(prefix.rstrip("/")):
            environ["SCRIPT_NAME"] = prefix.rstrip("/")
        return self.application(environ, start_response)


class Below:
    """Serves below the path of SITE_URL, whether the proxy in front leaves it, takes it off, or says so besides."""

    def __init__(self, application: WSGIApplication, prefix: str) -> None:
        self.application, self.prefix = application, prefix

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Move the path from the address to where links are made from; no address of ours begins with it."""
        path = environ.get("PATH_INFO", "")
        if path == self.prefix or path.startswith(f"{self.prefix}/"):
            environ["PATH_INFO"] = path.removeprefix(self.prefix) or "/"
        environ["SCRIPT_NAME"] = self.prefix
        return self.application(environ, start_response)
