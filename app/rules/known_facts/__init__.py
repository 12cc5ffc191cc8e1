"""四知道: what is known of a person, how fresh it is, and what a check adds to it."""

from app.rules.known_facts.catalogue import BY_CODE, CONTACTS_NEEDED, FIELDS, Field, Form, KnownItem, fields_of
from app.rules.known_facts.facts import (
    InFile,
    KnowledgeFacts,
    NewCheck,
    OpenCheck,
    Settlement,
    Statement,
    Told,
    fingerprint,
)
from app.rules.known_facts.fulfilling import CHECK, statement_of, verified_since
from app.rules.known_facts.learning import learn, settle
from app.rules.known_facts.standing import FieldView, Standing, fresh_until, view

__all__ = [
    "BY_CODE",
    "CHECK",
    "CONTACTS_NEEDED",
    "FIELDS",
    "Field",
    "FieldView",
    "Form",
    "InFile",
    "KnowledgeFacts",
    "KnownItem",
    "NewCheck",
    "OpenCheck",
    "Settlement",
    "Standing",
    "Statement",
    "Told",
    "fields_of",
    "fingerprint",
    "fresh_until",
    "learn",
    "settle",
    "statement_of",
    "verified_since",
    "view",
]
