"""review.html: one file that asks nobody for anything: no script, no network, one style sheet of its own."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from chartwarden.review.report.contracts import Page, Picture
from chartwarden.review.report.tokens import DARK, LIGHT, PRINT, custom_properties

PACKAGE = "chartwarden.review.report"


def review_html(page: Page) -> bytes:
    """The report as UTF-8 HTML; the same page gives the same bytes. The policy in its head (CSP Level 3) admits the
    one style sheet by its digest, and nothing else."""
    style = style_sheet()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    text = (
        _templates()
        .get_template("review.html")
        .render(page=page, style=style, style_digest=digest, in_full={s.rank for s in page.cases})
    )
    return text.encode()


def style_sheet() -> str:
    """The tokens for light, dark and print, then the rules that use them."""
    rules = files(PACKAGE).joinpath("templates/review.css").read_text(encoding="utf-8")
    return (
        f":root{{color-scheme:light dark;{custom_properties(LIGHT)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{custom_properties(DARK)}}}}}\n"
        f"@media print{{:root{{color-scheme:light;{custom_properties(PRINT)}}}}}\n{rules}"
    )


def drawn(picture: Picture, identity: str) -> str:
    """The picture with its title and description, as assistive technology reads them (WAI-ARIA 1.2, role img)."""
    opening, rest = picture.svg.removeprefix("<svg ").split(">", 1)
    title, description = escape(picture.title), escape(picture.description)
    return (
        f'<svg role="img" aria-labelledby="{identity}-t {identity}-d" {opening}>'
        f'<title id="{identity}-t">{title}</title><desc id="{identity}-d">{description}</desc>{rest}'
    )


def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader(PACKAGE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.globals["drawn"] = drawn
    return templates
