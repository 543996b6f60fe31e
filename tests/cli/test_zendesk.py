"""Moving in: a dump of another help center is converted, imported and read."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.core.test_importing import png
from tests.support.pages import CheckingClient, text_of
from tests.support.zendesk import answer, article, attachment, category, save, section, translation

BODY = """
<p>Every bicycle has a <strong>number&nbsp;</strong>on its frame. <a href="/hc/en-us/articles/203000102-Old">Lost it</a>?</p>
<h1 id="h_01HQ1111111111111111111111">Unlock</h1>
<ol><li>Open the app.<ul><li>Or call us.</li></ul></li><li>Scan the code:
<pre><code class="language-bash">bike --unlock 1*2*3\n\t# wait</code></pre></li></ol>
<div class="callouts callout--warning"><h4>Rain</h4><p>Brakes need <em>longer</em>.</p></div>
<h3>Prices</h3>
<table><tbody><tr><td><strong>Time</strong></td><td><strong>Price</strong></td></tr><tr><td>1 hour</td><td>2|3 €</td></tr></tbody></table>
<table><tbody><tr><td colspan="2">Day <ul><li>9 €</li></ul></td></tr><tr><td>a</td><td>b</td></tr></tbody></table>
<p><img src="/hc/article_attachments/360000000201/lock.png" alt="The lock" width="400"></p>
<p><iframe src="//films.example/unlock"></iframe></p><script>track()</script>
"""
FILES = {
    "all.json": answer(
        "articles",
        [
            article(360000000101, 11, "Unlock a bicycle", BODY, label_names=["start", "qr"]),
            article(203000102, 11, "Lost or stolen", "<p>Call us.</p>"),
        ],
        categories=[category(1, "Riding", description="<p>From A &amp; to B</p>")],
        sections=[section(11, 1, "First steps")],
    ),
    "t.json": answer(
        "translations",
        [
            translation(
                360000000101, "de", "Rad entsperren", "<h1>Entsperren</h1><h3>Preise</h3><p>2 €</p>", outdated=True
            ),
            translation(360000000101, "ar", "فتح الدراجة", "<p>اضغط <b>«فتح»</b>.</p>"),
            translation(360000000101, "fr", "Déverrouiller", "<p>Non.</p>"),
            translation(1, "de", "Fahren", "", source_type="Category"),
            translation(11, "de", "Erste Schritte", "", source_type="Section"),
        ],
    ),
    "a.json": answer("article_attachments", [attachment(360000000201, 360000000101, "lock.png")]),
    "360000000201.png": png(400, 200),
}


def run(app: Flask, *args: str) -> str:
    result = app.test_cli_runner().invoke(args=["helpdesk", "content", *args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return f"{result.exit_code}\n{result.output}"


@pytest.mark.on("sqlite")
def test_a_company_moves_in(empty_app: Flask, tmp_path: Path) -> None:
    dump, folder, report = save(tmp_path / "dump", FILES), tmp_path / "help", tmp_path / "report.txt"
    here = "riding/first-steps/unlock-a-bicycle/en.md:1"
    assert run(empty_app, "from-zendesk", str(dump), str(folder), "--report", str(report)) == (
        "0\n"
        "note: text left out, in the locale `fr`: add it to HELPDESK_LOCALES: 1 (first: articles/360000000101:1)\n"
        f"note: HTML that is not kept: 1 (first: {here})\n"
        f"note: frame or film, now a link: 1 (first: {here})\n"
        f"note: table that stays HTML: 1 (first: {here})\n"
        f"Wrote 2 articles with 4 texts and 1 pictures; 4 notes. Next: flask helpdesk content import {folder} --dry-run\n"
    )
    assert report.read_text().splitlines()[1:] == [
        f"{here}: HTML that is not kept: <script>",
        f"{here}: frame or film, now a link: //films.example/unlock",
        f"{here}: table that stays HTML",
    ]
    assert run(empty_app, "import", str(folder)).endswith(
        "4 new, 0 changed, 0 unchanged, 0 kept, 0 deleted; 0 notes.\n"
    )
    assert run(empty_app, "import", str(folder)).endswith(
        "0 new, 0 changed, 4 unchanged, 0 kept, 0 deleted; 0 notes.\n"
    )
    reader = CheckingClient(empty_app)
    assert reader.get("/en/articles/203000102-lost-or-stolen").status == 200
    addresses = {card["title"]: card["url"] for card in reader.get("/en/categories/riding").cards}
    page = reader.get(addresses["Unlock a bicycle"])
    (prose,) = page.all("div", class_="prose")
    assert text_of(prose) == (
        "Every bicycle has a number on its frame. Lost it? Unlock Open the app. Or call us. Scan the code: "
        "bike --unlock 1*2*3 # wait Rain Brakes need longer. Prices Time Price 1 hour 2|3 € Day 9 €ab "
        "//films.example/unlock"
    )
    assert [a.get("href") for a in prose.iter("a") if a.get("class") != "zoom"] == [
        "/en/articles/203000102-lost-or-stolen",
        "https://films.example/unlock",
    ]
    headings = [found for found in prose.iter() if found.tag in ("h2", "h3")]
    assert [(found.tag, found.get("id")) for found in headings] == [
        ("h2", "h-h_01HQ1111111111111111111111"),
        ("h3", "h-prices"),
    ]
    assert [(found.get("width"), found.get("alt")) for found in prose.iter("img")] == [("400", "The lock")]
    page = reader.get(addresses["Unlock a bicycle"].replace("/en/", "/de/"), follow=True)
    assert len(page.all("aside", class_="notice")) == 1  # the original has changed
    assert [found.get("id") for found in page.all("h2", id="h-h_01HQ1111111111111111111111")] != []
    assert (
        "<strong>«فتح»</strong>" in reader.get(addresses["Unlock a bicycle"].replace("/en/", "/ar/"), follow=True).html
    )


def test_what_is_wrong_is_said_and_nothing_written(empty_app: Flask, tmp_path: Path) -> None:
    dump = save(tmp_path / "dump", {"all.json": answer("articles", [{"id": n} for n in range(3)]), "b.json": b"{"})
    assert run(empty_app, "from-zendesk", str(dump), str(tmp_path / "help")) == (
        "1\nall.json:1: Object missing required field `locale` - at `$.articles[0]`\n"
        "b.json:1: is not valid JSON: Expecting property name enclosed in double quotes\nError: Nothing was written.\n"
    )
    (tmp_path / "file").write_text("")
    found = run(empty_app, "from-zendesk", str(save(tmp_path / "good", FILES)), str(tmp_path / "file/help"))
    assert found.startswith(f"1\nError: {tmp_path}/file/")
    assert found.endswith(": Not a directory. Nothing was written.\n")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "instance") == ["dump", "file", "good"]
