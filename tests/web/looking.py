"""A page that stands still while it is looked at: loaded whole, and nothing fetched into it meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

HOLD = """
() => {
  window.held = (event) => { if (event.detail.elt.hasAttribute("data-poll")) event.preventDefault(); };
  document.body.addEventListener("htmx:beforeRequest", window.held);
}
"""
LET_GO = "document.body.removeEventListener('htmx:beforeRequest', window.held)"


@contextmanager
def still(page: Page) -> Iterator[None]:
    """The list that is fetched again every fifteen seconds is not, and its buttons are not dimmed."""
    page.wait_for_load_state()
    page.evaluate(HOLD)
    expect(page.locator(".htmx-request, form[inert]")).to_have_count(0)
    yield
    page.evaluate(LET_GO)
