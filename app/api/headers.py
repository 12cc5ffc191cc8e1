"""What every answer tells browsers and caches, whoever asked for what; pages add their own policy for content."""

from flask import Flask, Response
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Mode, Settings

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HSTS = "max-age=31536000; includeSubDomains"
"""A year, as browsers' lists ask for. In production alone: a demo speaks plain HTTP."""

OWN_HOSTS = ("health", "127.0.0.1")
"""Names by which our own proxy and container ask whether we are well: they hold whatever else is served."""

LARGEST_FORM = 256 * 1024
MOST_FIELDS = 200


def register_headers(app: Flask, settings: Settings) -> None:
    """Set them on every answer, unless a view said otherwise; take addresses from proxies that are trusted alone."""
    app.config.update(
        TRUSTED_HOSTS=[*settings.hosts, *OWN_HOSTS] if settings.hosts else None,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        MAX_FORM_PARTS=MOST_FIELDS,
    )
    if settings.trusted_proxies > 0:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]  # as Flask says
    headers = HEADERS | ({"Strict-Transport-Security": HSTS} if settings.mode is Mode.PRODUCTION else {})

    lowered = {name: name.lower() for name in headers}

    @app.after_request
    def add_headers(response: Response) -> Response:
        said = {name.lower() for name in response.headers.keys()}  # noqa: SIM118  iterating gives pairs
        for name, value in headers.items():
            if lowered[name] not in said:
                response.headers.add(name, value)
        return response
