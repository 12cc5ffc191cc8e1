"""How to ask the routes about an officer's day, the workload and the forecast."""

from tests.guards.asking import Example, Shows

CASES, OFFICE, OFFICES = Shows.CASES, Shows.OFFICE, Shows.OFFICES

EXAMPLES: dict[str, Example] = {
    "GET /day": Example(CASES),
    "POST /day/way": Example(CASES, lambda _: {"lon": 118.6, "lat": 28.7}),
    "PUT /offices/<office_id>/place": Example(OFFICE, lambda _: {"lon": 118.6, "lat": 28.7}),
    "GET /workload": Example(OFFICES),
    "GET /offices/<office_id>/forecast": Example(OFFICE),
}
