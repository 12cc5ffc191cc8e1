"""The fake's service account and its token endpoint: a real RSA key, real signed assertions, invented tokens."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

PROJECT = "zhifang-fake"
EMAIL = f"push@{PROJECT}.iam.gserviceaccount.com"
FILE_NAME = "fake-fcm-service-account.json"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
GOOGLE_AUDIENCE = "https://oauth2.googleapis.com/token"
"""What google-auth names as the audience, whatever the account's own token address is."""

SCOPES = frozenset(
    {"https://www.googleapis.com/auth/firebase.messaging", "https://www.googleapis.com/auth/cloud-platform"}
)
LONGEST_ASSERTION_S = 3600


@dataclass(frozen=True)
class FakeAccount:
    """A service account whose file lies at `path`, and the public half of its key."""

    path: Path
    token_uri: str
    public_pem: bytes

    def refusal(self, form: bytes) -> str | None:
        """Why the token endpoint refuses a log-in form, None where the assertion is good.

        Times are compared only with one another, for the fake has no clock.
        """
        fields = parse_qs(form.decode("ascii", "replace"))
        if fields.get("grant_type") != [GRANT]:
            return "unsupported_grant_type"
        try:
            claims = jwt.decode(
                fields.get("assertion", [""])[0],
                self.public_pem.decode(),
                algorithms=["RS256"],
                audience=[GOOGLE_AUDIENCE, self.token_uri],
                issuer=EMAIL,
                options={"verify_exp": False, "verify_iat": False, "require": ["iat", "exp", "iss", "aud"]},
            )
        except jwt.PyJWTError:
            return "invalid_grant"
        if not 0 < int(claims["exp"]) - int(claims["iat"]) <= LONGEST_ASSERTION_S:
            return "invalid_grant"
        return None if SCOPES & set(str(claims.get("scope", "")).split()) else "invalid_scope"


def open_account(directory: Path, token_uri: str) -> FakeAccount:
    """The account in `directory`; a new one is written where there is none.

    The key outlives a restart of the fake, so that senders which have read the file keep working.
    """
    path = directory / FILE_NAME
    pem = json.loads(path.read_text())["private_key"].encode() if path.exists() else _new_key()
    key = load_pem_private_key(pem, None)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write(path, pem, token_uri)
    return FakeAccount(path, token_uri, public)


def _new_key() -> bytes:
    """A new RSA key as PKCS 8 text, as Google hands them out."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, pem: bytes, token_uri: str) -> None:
    """Write the account file in one step, readable by its owner alone."""
    content = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "fake-key-1",
        "private_key": pem.decode(),
        "client_email": EMAIL,
        "client_id": "100000000000000000001",
        "token_uri": token_uri,
        "universe_domain": "googleapis.com",
    }
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=1)
    draft.replace(path)
