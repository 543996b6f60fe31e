"""What stands in the texts of another help center: links, anchors, pictures, and what no file may hold."""

from __future__ import annotations

import json
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path

from helpdesk.errors import Note
from tests.core.test_importing import png
from tests.support.zendesk import HERE, HOST, answer, article, attachment, body_of, convert, one, read, translation

OTHER = article(360000000102, 11, "Lost", '<h2 id="h_01HQ7Q7Q7Q7Q7Q7Q7Q7Q7Q7Q7Q">Call</h2>')


LINKS = {
    f"{HOST}/hc/en-us/articles/360000000102-Lost": "article:lost",
    "HTTPS://HarbourBikes.Zendesk.com/hc/en-us/articles/360000000102": "article:lost",
    "/hc/de/articles/360000000102#h_01HQ7Q7Q7Q7Q7Q7Q7Q7Q7Q7Q7Q": "article:lost#h_01HQ7Q7Q7Q7Q7Q7Q7Q7Q7Q7Q7Q",
    "/hc/articles/360000000102-an-old-%C3%A9-name/?source=search": "article:lost",
    "/hc/zh-tw/articles/360000000101": "article:a-fine",
    "#part": "#part",
    "https://other.example/hc/en-us/articles/360000000102": "https://other.example/hc/en-us/articles/360000000102",
    "//cdn.example/x": "https://cdn.example/x",
    "mailto:a@b.example?subject=x": "mailto:a@b.example?subject=x",
    "tel:+123": "tel:+123",
}
ELSEWHERE = {
    "/hc/en-us/articles/999-Gone": (f"[x]({HOST}/hc/en-us/articles/999-Gone)", "link into the old help center"),
    f"{HOST}/hc/en-us/sections/11": (f"[x]({HOST}/hc/en-us/sections/11)", "link into the old help center"),
    f"/hc/articles/{'1' * 5000}": (f"[x]({HOST}/hc/articles/{'1' * 5000})", "link into the old help center"),
    "javascript:a()": ("x", "link that is not kept"),
    "sms:+123": ("x", "link that is not kept"),
    "//[y": ("x", "link that is not kept"),
}


def paragraphs(links: Iterable[str]) -> str:
    return "".join(f'<p><a href="{href}">x</a></p>' for href in links)


def test_links_to_articles_follow_them(tmp_path: Path) -> None:
    summary = convert(tmp_path, {**one(paragraphs(LINKS)), "b.json": answer("articles", [OTHER])})
    assert body_of(tmp_path).split("\n\n") == [f"[x]({address})" for address in LINKS.values()]
    assert summary.notes == []


def test_links_that_lead_elsewhere_are_said(tmp_path: Path) -> None:
    summary = convert(tmp_path, one(paragraphs(ELSEWHERE)))
    assert body_of(tmp_path).split("\n\n") == [text for text, _ in ELSEWHERE.values()]
    assert summary.notes == [Note(HERE, 1, kind, href[:200]) for href, (_, kind) in ELSEWHERE.items()]


def test_links_need_no_addresses_of_the_items(tmp_path: Path) -> None:
    files = deepcopy(one(paragraphs(["/hc/en-us/articles/360000000101", "/hc/en-us"]), html_url="http://[x"))
    for item in (item for name in files for items in files[name].values() if isinstance(items, list) for item in items):
        del item["url"]
        item["html_url"] = item["html_url"] if item["html_url"] == "http://[x" else None
    summary = convert(tmp_path, files)
    assert body_of(tmp_path) == "[x](article:a-fine)\n\nx"
    assert summary.notes == [Note(HERE, 1, "link into the old help center", "/hc/en-us")]
    assert "/hc/en-us/articles/360000000101,article,a-fine,en" in (tmp_path / "out/redirects.csv").read_text()


def test_a_link_that_no_browser_reads_is_said(tmp_path: Path) -> None:
    summary = convert(
        tmp_path, one('<p><a href="http://[x">One</a> <a class="b" href="viber://c">two</a> <a id="d">three</a></p>')
    )
    assert body_of(tmp_path) == "One two three"
    kind = "link without an address that can be read"
    assert summary.notes == [Note(HERE, 1, kind, text) for text in ("One", "two")]


def test_ids_of_headings_are_kept_but_a_translation_shares_those_of_its_source(tmp_path: Path) -> None:
    ids = ["h_01HQ1111111111111111111111", "by-hand", "h_01HQ2222222222222222222222"]
    body = "".join(f'<h2 id="{ident}">A</h2><p>x</p>' for ident in ids)
    linking = article(360000000102, 11, "Lost", f'<p><a href="/hc/en-us/articles/1#{ids[2]}">x</a></p>')
    german = translation(360000000101, "de", "Strafe", body)
    convert(
        tmp_path, {**one(body), "b.json": answer("articles", [linking]), "t.json": answer("translations", [german])}
    )
    headings = [
        [line for line in body_of(tmp_path, f"riding/pay/a-fine/{tag}.md").split("\n") if "#" in line]
        for tag in ("en", "de")
    ]
    assert headings == [[f"## A {{ #{ident} }}" for ident in ids], ["## A", *(f"## A {{ #{i} }}" for i in ids[1:])]]


def test_pictures_in_the_dump_are_put_beside_the_article(tmp_path: Path) -> None:
    sources = [
        f"{HOST}/hc/article_attachments/360000000201/My%20Shot.png",
        "/hc/en-us/article_attachments/360000000202",
        f"{HOST}/hc/article_attachments/360000000203/shot.png",
        "images/map.PNG",
        f"{HOST}/hc/article_attachments/360000000201/My%20Shot.png",
    ]
    files = {
        **one("".join(f'<p><img src="{src}" alt="Shot" width="300"></p>' for src in sources)),
        "attachments.json": answer("article_attachments", [attachment(360000000202, 360000000101, "Ünten.png")]),
        "files/360000000201-My Shot.png": png(3, 2),
        "files/360000000101/Ünten.png": png(4, 2),
        "files/360000000999/Ünten.png": png(5, 2),
        "hc/article_attachments/360000000203/shot.png": png(6, 2),
        "images/map.PNG": png(7, 2),
        "images/unused.png": png(8, 2),
    }
    summary = convert(tmp_path, files)
    names = ["360000000201-my-shot.png", "unten.png", "shot.png", "map.png", "360000000201-my-shot.png"]
    assert body_of(tmp_path) == "\n\n".join(f"![Shot]({name})" for name in names)
    here = tmp_path / "out/riding/pay/a-fine"
    assert [(here / name).read_bytes() for name in names[:4]] == [png(3, 2), png(4, 2), png(6, 2), png(7, 2)]
    assert (summary.pictures, summary.notes, sorted(p.name for p in here.glob("*.png"))) == (4, [], sorted(set(names)))


def test_pictures_that_cannot_be_kept_become_links(tmp_path: Path) -> None:
    files = {
        **one(
            f'<p><img src="{HOST}/hc/article_attachments/7/gone.png" alt="Gone"></p>'
            '<p><img src="https://cdn.example/logo.png"></p><p><img src="/hc/article_attachments/8" alt="Bad"></p>'
            '<p><img src="data:image/png;base64,AAAA" alt="Dot"><img src="twice.png" alt="Twice"><img alt="None"></p>'
            '<p><img src="https://cdn.example/"><img src="data:image/png;base64,AA/BB=="></p><h2><img></h2>'
        ),
        "files/8.png": b"no picture",
        "files/logo.png": png(2, 2),
        "a/twice.png": png(2, 2),
        "b/twice.png": png(2, 2),
        "c.json": answer(
            "article_attachments",
            [attachment(9, 360000000101, "terms.pdf", inline=False), attachment(10, 5, "x.pdf", inline=False)],
        ),
    }
    summary = convert(tmp_path, files)
    assert body_of(tmp_path) == (
        f"[Gone]({HOST}/hc/article_attachments/7/gone.png)\n\n[logo.png](https://cdn.example/logo.png)\n\n"
        f"[Bad]({HOST}/hc/article_attachments/8)\n\nDot[Twice]({HOST}/twice.png)None\n\n"
        "[cdn.example](https://cdn.example/)png"
    )
    lost = "picture that is not kept, now a link"
    assert [(note.kind, note.detail) for note in summary.notes] == [
        (lost, f"{HOST}/hc/article_attachments/7/gone.png is not in the dump"),
        (lost, "https://cdn.example/logo.png is not in the dump"),
        (lost, "/hc/article_attachments/8 is not a picture that can be read"),
        (lost, "data:image/png;base64,AAAA is not in the dump"),
        (lost, "twice.png is not in the dump"),
        (lost, " is not in the dump"),
        (lost, "https://cdn.example/ is not in the dump"),
        (lost, "data:image/png;base64,AA/BB== is not in the dump"),
        (lost, " is not in the dump"),
        ("attachment that is not kept", "terms.pdf"),
        ("attachment that is not kept", "x.pdf"),
    ]


def test_an_article_of_nothing_is_left_out(tmp_path: Path) -> None:
    nothing = [article(102 + n, 11, "B", body) for n, body in enumerate(("<p><img></p>", "<iframe></iframe>", None))]
    summary = convert(tmp_path, {**one('<img src="/">'), "b.json": answer("articles", nothing)})
    assert body_of(tmp_path) == f"[/]({HOST}/)"
    assert [note.path for note in summary.notes] == ["articles/102", "articles/103", "articles/104", HERE]


def test_characters_that_no_file_may_hold(tmp_path: Path) -> None:
    body = b'"<p>a\\u0000b\\u000bc\\ufffe&#27;d\\ud800&#xFFFF;</p>"'
    files = one("BODY", title="A \x07fine\n--- \u2028 'x' # y")
    files["articles.json"] = json.dumps(files["articles.json"]).encode().replace(b'"BODY"', body)
    convert(tmp_path, files)
    found = read(tmp_path).articles["a-fine-x-y"].translations["en"].draft
    assert (found.title, found.markdown) == ("A fine --- 'x' # y", "a b c  d  \n")
