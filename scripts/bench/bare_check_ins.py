"""The bare limit of check-ins: Flask, the token's signature, msgspec, one INSERT of an attempt in autocommit."""

import os
import sys
import threading
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import jwt
import msgspec
import psycopg
from flask import Flask, request

from app.deps import SystemClock

INSERT = """
INSERT INTO attempts (subject_id, id, body_hash, receipt_no, outcome, reasons, recorded_at, received_at, effective_at)
VALUES (%(subject_id)s, %(id)s, %(hash)s, 'B' || nextval('receipt_numbers'), 'refused', '[]', %(recorded_at)s, %(now)s,
        %(recorded_at)s)
RETURNING receipt_no
"""


class Body(msgspec.Struct):
    """A try as it is sent."""

    id: UUID
    recorded_at: datetime


OWN = threading.local()


def bare_app() -> Flask:
    """The application: one route."""
    app = Flask("bare", static_folder=None)
    secret = os.environ["ZHIFANG_TOKEN_SECRET"]
    database = os.environ["DATABASE_URL"].replace("+psycopg", "")
    decoder = msgspec.json.Decoder(Body)

    @app.post("/api/mobile/v1/checkins")
    def check_ins() -> tuple[dict[str, Any], int]:
        if not hasattr(OWN, "connection"):
            OWN.connection = psycopg.connect(database, autocommit=True)
        token = request.headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, secret, algorithms=["HS256"], audience="mobile")
        body = decoder.decode(request.get_data())
        values = {"subject_id": UUID(claims["sub"]), "hash": sha256(request.get_data()).digest()}
        values |= {"id": body.id, "recorded_at": body.recorded_at, "now": SystemClock().now()}
        (receipt_no,) = OWN.connection.execute(INSERT, values).fetchone()
        return {"receipt_no": receipt_no}, 201

    @app.get("/health/live")
    def live() -> str:
        return "ok"

    return app


if __name__ == "__main__":
    from app.cli import server

    server("scripts.bench.bare_check_ins:bare_app", port=int(sys.argv[sys.argv.index("--port") + 1])).serve()
