"""The demo county: its people, their phones, and the officer's phone on a page."""
