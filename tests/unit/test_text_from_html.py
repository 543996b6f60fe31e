"""What editors of other help centers write, as Markdown that reads the same."""

from __future__ import annotations

import os
from collections import Counter
from html import escape
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.text.from_html import Converter
from helpdesk.text.markdown import ImageInfo, render

BLOCKS = "blockquote br caption dd details div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre section summary table td th tr ul"
COUNTED = ["a", "blockquote", "details", "img", "li", "ol", "pre", "ul"]


def convert(html: str, *, linked: tuple[str, ...] = ()) -> tuple[str, list[tuple[str, str]]]:
    converter = Converter(
        link=lambda href: href,
        image=lambda src: src if src.endswith(".png") else "",
        has_id=lambda _: True,
        is_linked=linked.__contains__,
    )
    return converter.run(html), converter.notes


def markdown(html: str) -> str:
    text, notes = convert(html)
    assert notes == []
    return text


def facts(html: str) -> tuple[str, Counter[str]]:
    """Words as a browser shows them, and how many there are of what has to stay; by another parser than ours."""
    words: list[str] = []
    tags: Counter[str] = Counter()

    def walk(node: Element) -> None:
        if not isinstance(node.tag, str):
            return
        gap = " " if node.tag in BLOCKS.split() else ""
        tag = "heading" if node.tag[0] == "h" and node.tag[1:].isdigit() else node.tag
        is_named = node.tag != "a" or "href" in node.attrib
        tags.update([tag] * (tag in [*COUNTED, "heading"] and is_named))
        words.extend([gap, node.text or ""])
        for child in node:
            walk(child)
            words.append(child.tail or "")
        words.append(gap)

    walk(html5lib.parseFragment(html, namespaceHTMLElements=False, treebuilder="etree"))
    return " ".join("".join(words).split()), tags


def shown(source: str) -> tuple[str, Counter[str]]:
    images = {image.src: ImageInfo(f"/media/{image.src}", 10, 10) for image in render(source).images}
    return facts(render(source, images=images).html)


WORDS = [
    ("<p>Ride <b>now </b>or&nbsp;<i> later</i>.</p>", "Ride **now** or *later*."),
    ('<p>a<b>b</b>c<b>"d"</b>e</p>', 'a<strong>b</strong>c<strong>"d"</strong>e'),
    ("<p><b>Tw</b><strong>ins</strong> <em><b>both</b></em> <i>in</i>side</p>", "**Twins** ***both*** *in*side"),
    ("<p><b>Sure</b><i>ly</i>, <b>a <i>b</i></b><i>c</i></p>", "**Sure**_ly_, **a _b_**_c_"),
    ("<p><strong>Note:<br></strong>text<br></p>", "**Note:**\\\ntext"),
    ("<p>One<br>\n<br><b>two<br><br>three</b><br>2. four</p>", "One\n\n**two**\n\n**three**\\\n2\\. four"),
    ("<p>第一步：點擊<strong>「提現」</strong>按鈕</p>", "第一步：點擊**「提現」**按鈕"),
    ('<p dir="rtl">اضغط <b>«سحب»</b> الآن</p>', "اضغط **«سحب»** الآن"),
    ("<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby></p>", "<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>"),
    ("<p>Prix&nbsp;: 5&nbsp; €</p>", "Prix\xa0: 5 €"),
    (
        "<p>H<sub>2</sub>O <u>l*n</u> <abbr title='A \"B\"'>x</abbr></p>",
        'H<sub>2</sub>O <u>l\\*n</u> <abbr title="A &quot;B&quot;">x</abbr>',
    ),
    ("<p>Run <code> a`b</code> <tt>&lt;c|d&gt;</tt><code></code></p>", "Run ``a`b`` `<c|d>`"),
    ('<p><code>a<a href="/x">b</a></code></p>', "<code>a[b](/x)</code>"),
    ("<div>One<p>two</p>three</div><section>four</section>", "One\n\ntwo\n\nthree\n\nfour"),
    ("<p>a<b>b<i>c</i><div>d</div>e</b>f</p>", "a**b*c***\n\n**d**\n\n**e**f"),
    ("<pre>a<div>b</div><div>  c</div></pre>", "```\na\nb\n  c\n```"),
    ("<b><p>one</p><ul><li>two</li></ul></b>", "**one**\n\n- **two**"),
    (
        '<p>Look!<a href="/a (b)?c&amp;lt;">here</a><img src="b c.png"></p>',
        "Look\\![here](/a%20%28b%29?c&amp;lt;)![](b%20c.png)",
    ),
]
STRUCTURE = [
    ("<h1>One</h1><h3>Two #</h3><h2>1. Three <br>{ #x }</h2>", "## One\n\n### Two \\#\n\n### 1. Three { #x &#125;"),
    ('<h3 id="a1"><b>One</b></h3><a name="b"></a><h4 id="c d">Two</h4>', "## **One** { #a1 }\n\n### Two"),
    ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
    ("<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>", "- a\n\n  b\n\n- c"),
    ("<ul><li>a</li><ul><li>b</li></ul>c</ul><ul><li>d</li></ul>", "- a\n\n  - b\n\n  c\n\n* d"),
    (
        '<ol start="9"><li>a<pre>x\n\ty</pre></li><li></li></ol><ol><li>b</li></ol>',
        "9. a\n\n   ```\n   x\n   \ty\n   ```\n\n10.\n\n1) b",
    ),
    (
        "<ul><li>a<ol start=3><li>b</li></ol></li><li><hr></li><li><h3>c</h3></li></ul>",
        "- a\n\n  3. b\n\n- ***\n\n- ## c",
    ),
    ("<blockquote>a<blockquote><p>b</p></blockquote></blockquote><hr>", "> a\n>\n> > b\n\n***"),
    (
        "<table><tr><th>A</th><th>B|C</th></tr><tr><td>1<p>2</p></td><td><code>|</code></td><td>3</td></tr></table>",
        "| A | B\\|C |  |\n| --- | --- | --- |\n| 1<br>2 | `\\|` | 3 |",
    ),
    (
        "<table><tbody><tr><td><b>A</b></td><td><strong>B</strong></td></tr><tr><th>1</th><td>- 2</td></tr></tbody></table>",
        "| A | B |\n| --- | --- |\n| **1** | - 2 |",
    ),
    (
        "<table><tr><td></td><td><b>B</b></td></tr><tr><td>1</td><td>2</td></tr></table>",
        "|  | B |\n| --- | --- |\n| 1 | 2 |",
    ),
    (
        "<table><tr><td><i><b>[a]<br></b><b>[b]</b></i></td></tr></table>",
        "|  |\n| --- |\n| _**\\[a\\]**<br>**\\[b\\]**_ |",
    ),
    ("<table><caption>Prices</caption><tr><td>1</td></tr></table>", "Prices\n\n|  |\n| --- |\n| 1 |"),
    (
        "<details open><summary>More <b>of</b> it</summary><ul><li>a</li></ul></details>",
        "<details open>\n<summary>More <strong>of</strong> it</summary>\n\n- a\n\n</details>",
    ),
    ("<dl><dt>a</dt>\n\n<dd>b</dd></dl>", "<dl><dt>a</dt>\n<dd>b</dd></dl>"),
    ('<figure class="wysiwyg-image"><img src="a.png" alt="A"><figcaption>b</figcaption></figure>', "![A](a.png)\n\nb"),
]
BOXES = [
    (
        '<div class="callouts callout--warning"><h4>Stop "now"</h4><p>a</p><ul><li>b</li></ul></div><p>c</p>',
        '!!! warning "Stop &quot;now&quot;"\n    a\n\n    - b\n\nc',
    ),
    (
        '<p class="note">a</p><blockquote class="wysiwyg-callout important">b</blockquote><div class="info-card">c</div>',
        "!!! note\n    a\n\n!!! important\n    b\n\nc",
    ),
    (
        '<div class="alert"><div class="alert-body"><p>a</p><pre>b\n\n\nc</pre></div></div>',
        "!!! note\n    a\n    \n    ```\n    b\n    \n    \n    c\n    ```",
    ),
]
EMPTY = [
    ("<p><span style='color:red'>Red</span> <font>big</font></p><p>&nbsp;</p><h2> </h2><ul></ul>", "Red big"),
    (
        "<pre class='x'><code class='language-Bash hljs'>a<br>`b`&nbsp;&lt;c&gt;\n</code></pre><pre>```</pre><pre> </pre>",
        "```bash\na\n`b` <c>\n```\n\n````\n```\n````",
    ),
    ("<ul>a<li>b</li>c</ul>", "- a\n- b c"),
    ("<p><b>one</b><strong> two</strong><b></b><i>&nbsp;</i></p>", "**one** **two**"),
    ('<a href="/x"><div>one</div><p><img src="a.png" alt="[A]"></p></a>', "[one](/x)\n\n[![\\[A\\]](a.png)](/x)"),
]


@pytest.mark.parametrize(("html", "expected"), WORDS + STRUCTURE)
def test_html_becomes_markdown_that_reads_the_same(html: str, expected: str) -> None:
    assert markdown(html) == expected
    assert shown(expected) == facts(html)


@pytest.mark.parametrize(("html", "expected"), BOXES + EMPTY)
def test_boxes_become_admonitions_and_what_is_empty_goes(html: str, expected: str) -> None:
    assert markdown(html) == expected
    assert shown(expected)[0] == facts(html)[0]


STARTS = "# a|#|- a|-|+ a|1. a|12) a|> a|---|===|!!! note a|??? a|/// b|```|~~~|    a|[a]: b|***|<div>|{* a *}|\\"
MARKED = [
    "*a* _b_ __c__ `d` [e](f) ![g](h) <i>j</i> &amp; \\ \\* ~~k~~ ^[l] [^m]: n <!-- o -->",
    "snake_case 2*3 a & b < c {#p} $q$ https://example.com/a_b_c @r :s: --8<-- 't'",
    "|a|b|",
    "|---|",
    *STARTS.split("|"),
]


@pytest.mark.parametrize("text", MARKED)
@pytest.mark.parametrize(
    "frame",
    [
        "<p>{}</p>",
        "<p>x<br>{}<br>y</p>",
        "<ul><li>{}</li></ul>",
        "<table><tr><td>{}</td></tr></table>",
        "<h2>{}</h2>",
        "<p><b>{}</b> x</p>",
        '<p><a href="/x">{}</a>!</p>',
        '<p><img src="a.png" alt="{}"></p>',
        "<p><code>{}</code></p>",
        '<div class="note"><h3>{}</h3><p>x</p></div>',
        "<pre>{}</pre>",
    ],
)
def test_text_that_looks_like_markdown_stays_text(text: str, frame: str) -> None:
    html = frame.replace("{}", escape(text))
    words, tags = shown(markdown(html))
    assert words == facts(html)[0]
    assert tags - Counter({"heading": 1}) == facts(html)[1] - Counter({"heading": 1})
    if "img" in frame:
        assert [image.alt for image in render(markdown(html)).images] == [" ".join(text.split())]


def test_what_has_no_markdown_stays_html_or_is_said() -> None:
    wide = (
        '<table class="x"><tr><td colspan="2">a<pre>b\n\n\nc</pre></td></tr>\n\n<tr><td>d</td><td>e</td></tr></table>'
    )
    text, notes = convert(f"<ul><li>{wide}</li></ul>")
    assert notes == [("table that stays HTML", "")]
    assert shown(text) == facts(f"<ul><li>{wide}</li></ul>")
    assert 'colspan="2"' in render(text).html
    assert "b\n\n\nc" in render(text).html
    text, notes = convert(
        '<script>a()</script><form><input></form><p>b</p><style>c</style><ol type="a"><li>d</li></ol>'
        '<iframe src="//films.example/1" title="A film"></iframe><video><source src="https://films.example/2"></video>'
        '<p><img src="https://x.example/p.jpg?w=1" alt=""></p><pre>e<img src="a.png"></pre>'
    )
    assert text == (
        "b\n\n1. d\n\n[A film](//films.example/1)[https://films.example/2](https://films.example/2)\n\n"
        "[p.jpg](https://x.example/p.jpg?w=1)\n\n```\ne\n```"
    )
    assert notes == [
        ("HTML that is not kept", "<script>"),
        ("HTML that is not kept", "<form>"),
        ("HTML that is not kept", "<input>"),
        ("HTML that is not kept", "<style>"),
        ("letters before list items, now numbers", ""),
        ("frame or film, now a link", "//films.example/1"),
        ("frame or film, now a link", "https://films.example/2"),
        ("link or picture in code", ""),
    ]


def test_the_direction_and_language_of_words_stay() -> None:
    html = '<p>السعر <span dir="ltr">+1 (555) 123</span> <bdi dir="rtl">ב</bdi> <span lang="de">Wort</span> هنا</p>'
    text = html.removeprefix("<p>").removesuffix("</p>")
    assert markdown(html) == text
    assert render(text).html == f"{html}\n"
    assert markdown('<p><span style="x">a</span> <span dir="">b</span></p>') == "a b"


def test_lists_count_on_from_their_first_number_or_it_is_said() -> None:
    assert markdown('<ol><li value="3">a</li><li>b</li><li value="5">c</li></ol>') == "3. a\n4. b\n5. c"
    assert markdown('<ul><li value="3">a</li></ul>') == "- a"
    assert convert('<ol start="2"><li>a</li><li value="7">b</li></ol><ol reversed><li>c</li></ol>') == (
        "2. a\n3. b\n\n1) c",
        [("number of a list item, now the one after the last", "7"), ("list that counts down, now up", "")],
    )
    kept = '<table><tbody><tr><td><ol reversed=""><li value="7">a</li></ol></td></tr></tbody></table>'
    text, notes = convert(kept)
    assert notes == [("table that stays HTML", "")]
    assert kept in render(text).html


def test_a_heading_that_is_linked_to_is_no_title_of_a_box() -> None:
    html = '<div class="note"><h2 id="a">A</h2><p>b</p></div><p><a href="#a">c</a></p>'
    assert convert(html, linked=("a",)) == ("!!! note\n    ## A { #a }\n\n    b\n\n[c](#a)", [])
    assert convert(html)[0].startswith('!!! note "A"\n    b')


def test_anchors_go_to_the_heading_that_follows() -> None:
    html = '<p><a name="a"></a></p><h2 id="own">A</h2><p>text <span id="b"></span>text</p><h2 id="own"><a id="c"></a>C</h2><p id="d">x</p>'
    assert convert(html, linked=("a", "b", "c", "d")) == (
        "## A { #a }\n\ntext text\n\n## C { #c }\n\nx",
        [("anchor that is not at a heading", "#b"), ("anchor that is not at a heading", "#d")],
    )


def test_a_text_that_no_page_shows_as_markdown_is_said() -> None:
    assert convert("<p>" + "*a " * 50_000 + "</p>")[1] == [
        ("text that reads differently", "149999 characters, now 199999")
    ]


def test_elements_without_end_lose_their_tags_only() -> None:
    text, _ = convert("<div>" * 3_000 + "<ul><li>" * 200 + "deep" + "</p></table>")
    assert " ".join(render(text).text.split()) == "deep"
    assert convert('<iframe src="//films.example/1"><p>No </b> films</iframe>d')[0] == (
        "[//films.example/1](//films.example/1)d"
    )


texts = st.lists(
    st.sampled_from([*MARKED, "word", "中文", "「引」。", "שלום", "(b)", '"c"', "é!", "\xa0"]), min_size=1, max_size=3
)
words = texts.map(lambda found: escape(" ".join(found)))


def element(tag: str, attributes: str = "") -> st.SearchStrategy[object]:
    return st.just((f"<{tag}{attributes}>", f"</{tag}>"))


def around(inner: st.SearchStrategy[str], *tags: str) -> st.SearchStrategy[str]:
    joined = st.tuples(st.lists(inner, min_size=1, max_size=3), st.sampled_from(["", " ", "\n"]))
    return st.builds(
        lambda tag, parts: f"<{tag}>{parts[1].join(parts[0])}</{tag.split()[0]}>", st.sampled_from(tags), joined
    )


INLINE_TAGS = ["b", "strong", "i", "em", "u", "span", "sup", "mark", 'a href="/x"']
inlines = st.recursive(
    words | words.map("<code>{}</code>".format) | st.sampled_from(["<br>", '<img src="i.png" alt="*a* b">']),
    lambda inner: around(inner, *INLINE_TAGS),
    max_leaves=6,
)
leaves = around(inlines, "p", "h2", "h4", "p") | inlines | words.map("<pre>\n{}</pre>".format) | st.just("<hr>")
tables = around(around(around(inlines, "td"), "tr"), "table")
blocks = st.recursive(
    leaves | tables,
    lambda inner: (
        around(around(inner | inlines, "li"), "ul", "ol")
        | around(inner, "blockquote", "div", 'div class="callout tip"', "details")
    ),
    max_leaves=6,
)


@settings(
    max_examples=1_500 if os.environ.get("HELPDESK_TEST_DOSE") == "full" else 40,
    deadline=None,
    database=None,
    derandomize=True,
)
@given(st.lists(blocks, min_size=1, max_size=3).map("".join))
def test_whatever_is_nested_in_whatever_reads_the_same(html: str) -> None:
    text, notes = convert(html)
    assert {kind for kind, _ in notes} <= {"table that stays HTML"}
    assert shown(text)[0] == facts(html)[0]
