from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from app.queries.health import fitness


def test_the_process_answers(client: FlaskClient) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.get_json()) == (200, {"state": "ok"})


def test_a_fresh_service_is_ready_and_says_that_no_job_has_run(client: FlaskClient) -> None:
    assert client.get("/health/ready").get_json() == {"state": "ok", "faults": []}
    answer = client.get("/health/jobs")
    assert (answer.status_code, answer.get_json()) == (503, {"state": "not_ok", "jobs": []})


def test_a_database_of_another_schema_is_not_ready(tx: Connection) -> None:
    assert fitness(tx, durable=False).faults == ()
    tx.execute(text("SET LOCAL search_path = pg_catalog"))
    assert fitness(tx, durable=False).faults == ("schema_not_migrated",)


def test_production_is_not_ready_unless_an_acknowledged_write_survives_a_crash(tx: Connection) -> None:
    tx.execute(text("SET LOCAL synchronous_commit = off"))
    assert "synchronous_commit_off" in fitness(tx, durable=True).faults
    assert fitness(tx, durable=False).faults == ()
