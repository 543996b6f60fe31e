"""The manual's example: the very file of the tests, from an installed wheel, in an empty folder."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests" / "support" / "host.py"
MANUAL = ROOT / "helpdesk/sampledata/product-documents/this-help-center/mount-into-an-app/en.md"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def test_the_manual_shows_the_very_example_that_is_tested() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", MANUAL.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert blocks[0] == EXAMPLE.read_text("utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel puts into site-packages; the wheel is made without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    code = f"from hatchling.build import build_wheel; build_wheel({str(folder)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(folder: Path, site: Path, *command: str) -> str:
    """Run Python in a folder, the installed package before any other."""
    result = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={"PYTHONPATH": f"{site}:{folder}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_example_runs_in_an_empty_folder(tmp_path: Path, installed: Path) -> None:
    (tmp_path / "host.py").write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    said = run(tmp_path, installed, "-m", "flask", "--app", "host", "helpdesk", "db", "upgrade")
    assert said.startswith("The schema is at 0")
    article = tmp_path / "content" / "faq" / "orders" / "parcel"
    article.mkdir(parents=True)
    (article / "en.md").write_text("---\ntitle: Where is my parcel?\nstatus: published\n---\nOn its way.\n")
    for folder, title in ((article.parents[1], "FAQ"), (article.parent, "Orders")):
        (folder / "_index.en.md").write_text(f"---\ntitle: {title}\n---\n")
    run(tmp_path, installed, "-m", "flask", "--app", "host", "helpdesk", "content", "import", "content")
    (tmp_path / "visit.py").write_text(
        textwrap.dedent(f"""
        import sqlite3
        import helpdesk
        from host import app
        client = app.test_client()
        print(helpdesk.__file__)
        print(client.get("/").status_code, "Bienvenue." in client.get("/").text)
        page = client.get("/support/de/")
        print(page.status_code, "Hilfecenter von Boutique" in page.text, '<a href="/">Boutique</a>' in page.text)
        style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        print(client.get(style).status_code)
        address = page.text.partition('href="/support/de/articles/')[2].partition('"')[0]
        vote = client.post(f"/support/de/articles/{{address}}/vote", data={{"answer": "yes"}}, headers={SAME_ORIGIN})
        print(vote.status_code, sqlite3.connect("instance/shop.sqlite").execute("SELECT count(*) FROM hd_vote").fetchone())
        print(client.get("/robots.txt").text.splitlines()[:2])
        """)
    )
    assert run(tmp_path, installed, "visit.py").splitlines() == [
        str(installed / "helpdesk" / "__init__.py"),
        "200 True",
        "200 True True",
        "200",
        "303 (1,)",
        "['User-agent: *', 'Disallow: /cart']",
    ]
    assert {path.name for path in (tmp_path / "instance").iterdir()} == {"bootstrap.lock", "index", "shop.sqlite"}
