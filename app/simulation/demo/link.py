"""A client of the running service, as an app on a phone is one: logs in, refreshes, asks again later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import requests

TIMEOUT_S = 35


class Away(Exception):
    """The service could not be reached or could not keep a promise; the same request may succeed later."""


@dataclass
class Link:
    """One logged-in device. `audience` is `mobile` or `office`."""

    base: str
    audience: str
    login: str
    password: str = field(repr=False)
    device_id: UUID
    push_token: str
    _http: requests.Session = field(default_factory=requests.Session, repr=False)
    _token: str | None = field(default=None, repr=False)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One request; logs in where it must. Away where the service is, or refuses the log-in for now."""
        if self._token is None:
            self._log_in()
        answer = self._send(method, path, body)
        if answer.status_code == 401:
            self._log_in()
            answer = self._send(method, path, body)
        if answer.status_code >= 400:
            raise Away(f"{method} {path}: {answer.status_code}")
        return answer.json() if answer.content else {}

    def _log_in(self) -> None:
        device = {
            "id": str(self.device_id),
            "platform": "android",
            "model": "演示手机",
            "app_version": "demo",
            "push_token": self.push_token,
        }
        self._token = None
        body = {"login": self.login, "password": self.password, "device": device}
        answer = self._send("POST", "/sessions", body)
        if answer.status_code != 201:
            raise Away(f"log-in: {answer.status_code}")
        self._token = answer.json()["access_token"]

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        url = f"{self.base}/api/{self.audience}/v1{path}"
        try:
            return self._http.request(method, url, json=body, headers=headers, timeout=TIMEOUT_S)
        except requests.RequestException as error:
            raise Away(type(error).__name__) from error
