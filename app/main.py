"""The HTTP application: the only place where blueprints are wired."""

from datetime import timedelta
from typing import Any

from flask import Flask
from flask_smorest import Api

from app.api.cookies import PagesSessions
from app.api.errors import register_errors
from app.api.headers import register_headers
from app.api.health import BLUEPRINT as HEALTH
from app.api.mobile import BLUEPRINTS as MOBILE
from app.api.office import BLUEPRINTS as OFFICE
from app.api.openapi import document
from app.api.problem_codes import problem_codes
from app.api.reading import InMemory
from app.api.tracing import register_tracing
from app.api.trackers import BLUEPRINTS as TRACKERS
from app.config import load_settings
from app.deps import Deps, make_deps
from app.jobs.heartbeat import Heartbeat
from app.jobs.lookout import look_for_scheduler
from app.jobs.stop_signals import set_at_the_end
from app.logs import set_up_logs
from app.web import register_pages

LARGEST_BODY = 2 * 1024 * 1024
AUDIENCES = {
    "MOBILE": ("知访手机接口", "/api/mobile/v1", MOBILE),
    "OFFICE": ("知访工作人员接口", "/api/office/v1", OFFICE),
    "TRACKERS": ("知访第三方定位客户端接口", "/api/trackers", TRACKERS),
}


def create_app(deps: Deps) -> Flask:
    """The application for one process; `deps` carries settings, database, clock and push channel."""
    app = Flask("zhifang", static_folder=None)
    app.config.update(
        SECRET_KEY=deps.settings.web_secret,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        PROPAGATE_EXCEPTIONS=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.request_class = InMemory
    app.session_interface = PagesSessions()
    app.extensions["deps"] = deps
    for prefix, (title, base, blueprints) in AUDIENCES.items():
        _audience(app, prefix, title, base, blueprints)
    app.register_blueprint(HEALTH)
    register_errors(app)
    register_headers(app, deps.settings)
    register_pages(app)
    register_tracing(app)
    return app


def serving_app() -> Flask:
    """The application of one serving process, made from the environment; it beats as long as the process lives."""
    set_up_logs()
    deps = make_deps(load_settings())
    set_at_the_end(deps.stopping)
    Heartbeat(deps, "api", look_for_scheduler).start()
    return create_app(deps)


def api_reference() -> dict[str, str]:
    """The generated files of `mobile_api_docs/` by name, from the code alone: without settings, without a database."""
    app = Flask("zhifang", static_folder=None)
    apis = {prefix.lower(): _audience(app, prefix, *wiring) for prefix, wiring in AUDIENCES.items()}
    documents = {f"openapi-{audience}.json": document(api.spec.to_dict(), app) for audience, api in apis.items()}
    return documents | {"problem-codes.md": problem_codes()}


def _audience(app: Flask, prefix: str, title: str, base: str, blueprints: tuple[object, ...]) -> Any:
    """One API with its own OpenAPI document; office and phone share none of their code."""
    app.config.update(
        {
            f"{prefix}_API_TITLE": title,
            f"{prefix}_API_VERSION": "v1",
            f"{prefix}_OPENAPI_VERSION": "3.1.0",
        }
    )
    api = Api(app, config_prefix=prefix)
    for blueprint in blueprints:
        api.register_blueprint(blueprint, url_prefix=base)
    return api
