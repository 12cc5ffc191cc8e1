"""By what people know the browser that they are logged in with: its name and the system, as far as it tells."""

BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
"""What stands in the header, and what it is called; the first that fits counts, since each names older ones too."""


def browser_name(user_agent: str) -> str | None:
    """Such as `Chrome, Windows`; None where nothing is known."""
    found = [next((name for sign, name in names if sign in user_agent), None) for names in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found)) or None
