"""Draw docs/images/review.png: the first comment of docs/review.md as GitHub shows it, by a headless browser.

    python tools/picture.py

Where there is no Chromium it says so and leaves the picture as it is.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from browser import find, flags
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "review.md"
PICTURE = ROOT / "docs" / "images" / "review.png"
_COMMENT = re.compile(r"^<!-- comment -->\n(.*?)^<!-- end of comment -->$", re.MULTILINE | re.DOTALL)
_ALERT = re.compile(r"<blockquote>\s*<p>\[!(CAUTION|WARNING)\]\n?")
_WIDTH, _SCALE = 1040, 2
_STYLE = """
body { margin: 0; padding: 20px; background: #fff; color: #1f2328; width: %dpx; box-sizing: border-box;
  font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", "Liberation Sans", Helvetica, Arial, sans-serif }
article { border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden }
header { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; padding: 8px 16px; color: #59636e }
header b { color: #1f2328 }
main { padding: 16px }
h3 { font-size: 20px; line-height: 1.25; margin: 0 0 16px }
table { border-collapse: collapse; margin: 0 0 16px; width: 100%% }
th, td { border: 1px solid #d1d9e0; padding: 6px 10px; text-align: left; vertical-align: top }
tr:nth-child(2n) td { background: #f6f8fa }
td:first-child { white-space: nowrap }
code { background: #818b981f; border-radius: 6px; padding: 2px 5px; font: 85%% "Liberation Mono", monospace }
blockquote { margin: 0 0 16px; padding: 8px 16px; border-left: 4px solid #cf222e }
blockquote p { margin: 0 }
blockquote .title { color: #cf222e; font-weight: 500 }
blockquote.warning { border-color: #9a6700 }
blockquote.warning .title { color: #9a6700 }
details { margin: 0 0 8px }
sub { color: #59636e; font-size: 12px; vertical-align: baseline }
"""


def comments(page: str) -> list[str]:
    """The comments that a page shows, as they are posted."""
    return _COMMENT.findall(page)


def html(comment: str) -> str:
    """A comment as GitHub shows it."""
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(comment)
    body = _ALERT.sub(_title, body)
    script = "<script>document.documentElement.dataset.height = document.body.scrollHeight</script>"
    header = "<header><b>github-actions</b> bot commented</header>"
    return (
        f'<!doctype html><meta charset="utf-8"><style>{_STYLE % _WIDTH}</style>'
        f"<article>{header}<main>{body}</main></article>{script}"
    )


def _title(found: re.Match[str]) -> str:
    kind = found[1].lower()
    sign = {"caution": "\N{OCTAGONAL SIGN}", "warning": "\N{WARNING SIGN}"}[kind]
    return f'<blockquote class="{kind}"><p class="title">{sign} {kind.capitalize()}</p><p>'


def draw(browser: str, text: str, picture: Path) -> None:
    """Take a picture of a page, as high as it is."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(text, encoding="utf-8")
        dom = _run(browser, folder, "--dump-dom", page.as_uri())
        height = re.search(r'data-height="(\d+)"', dom)
        assert height, "the browser did not run the page"
        size = f"--window-size={_WIDTH},{height[1]}"
        shot = Path(folder) / "shot.png"
        _run(browser, folder, size, f"--force-device-scale-factor={_SCALE}", f"--screenshot={shot}", page.as_uri())
        picture.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shot, picture)


def _run(browser: str, folder: str, *arguments: str) -> str:
    command = [browser, *flags(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def main() -> None:
    """Draw the picture, if there is a browser."""
    browser = find()
    if browser is None:
        print(f"There is no Chromium here: {PICTURE.relative_to(ROOT)} stays as it is.", file=sys.stderr)
        return
    draw(str(browser), html(comments(PAGE.read_text(encoding="utf-8"))[0]), PICTURE)
    print(f"Drew {PICTURE.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
