from flask.testing import FlaskClient


def test_the_process_answers(client: FlaskClient) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.get_json()) == (200, {"state": "ok"})
