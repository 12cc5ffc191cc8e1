"""The one blueprint of all pages, with its templates and static files."""

from flask import Blueprint

PAGES = Blueprint("pages", __name__, template_folder="templates", static_folder="static", static_url_path="/static")
