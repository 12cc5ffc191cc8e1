"""Check-ins: what a try is worth, and what an officer's review of it changes."""

from app.rules.checkins.facts import CheckInDuty, Episode, Evidence, Facts, PhotoFacts, ReviewFacts, Standing, Try
from app.rules.checkins.judge import judge
from app.rules.checkins.receipt import Receipt
from app.rules.checkins.record import check_happened
from app.rules.checkins.review import review

__all__ = [
    "CheckInDuty",
    "Episode",
    "Evidence",
    "Facts",
    "PhotoFacts",
    "Receipt",
    "ReviewFacts",
    "Standing",
    "Try",
    "check_happened",
    "judge",
    "review",
]
