from __future__ import annotations

import hashlib

import pytest

from helpdesk.text.markdown import RENDERER, Heading, Image, ImageInfo, render, strip_title

INFO = ImageInfo(url="hd:media/abc.png", width=640, height=480)


def html(source: str, **options: object) -> str:
    return render(source, **options).html.rstrip("\n")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("请点击**「提现」**按钮", "请点击<strong>「提现」</strong>按钮"),
        ("**重要：**请注意", "<strong>重要：</strong>请注意"),
        ("点击**[链接](/x)**查看", '点击<strong><a href="/x">链接</a></strong>查看'),
        ("これは**「重要」**です。", "これは<strong>「重要」</strong>です。"),
        ("**注意！**必ず*（例）*も", "<strong>注意！</strong>必ず<em>（例）</em>も"),
        ("한국어**(중요)**입니다", "한국어<strong>(중요)</strong>입니다"),
        ("点击**“提现”**按钮", "点击<strong>“提现”</strong>按钮"),
        ("ไทย**(สำคัญ)**ต่อ", "ไทย<strong>(สำคัญ)</strong>ต่อ"),
        (
            "提现**BTC（比特币）**和**ETH**。",
            "提现<strong>BTC（比特币）</strong>和<strong>ETH</strong>。",
        ),
        ("~~（旧）~~新", "<s>（旧）</s>新"),
        ("a * b * c", "a * b * c"),
        ("中文 * 列表 * x", "中文 * 列表 * x"),
        ("a_b_c **bold**", "a_b_c <strong>bold</strong>"),
    ],
)
def test_emphasis_next_to_scripts_without_spaces(source: str, expected: str) -> None:
    assert html(source) == f"<p>{expected}</p>"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            '!!! warning "Be *careful*"\n    Text\n\nAfter',
            '<div class="note note-warning">\n<p class="note-title">Be <em>careful</em></p>\n'
            "<p>Text</p>\n</div>\n<p>After</p>",
        ),
        ("!!! note\n    Text", '<div class="note note-note">\n<p>Text</p>\n</div>'),
        ("!!! quote extra\n    Text", '<div class="note note-note">\n<p>Text</p>\n</div>'),
        (
            "/// danger | Stop\n\nText\n\n///\n\nAfter",
            '<div class="note note-danger">\n<p class="note-title">Stop</p>\n<p>Text</p>\n</div>\n<p>After</p>',
        ),
        ("/// hint\nText\n///", '<div class="note note-tip">\n<p>Text</p>\n</div>'),
        (
            "/// details | More\n    type: warning\n    open: true\n\nText\n///",
            '<div class="note note-warning">\n<p class="note-title">More</p>\n<p>Text</p>\n</div>',
        ),
        (
            "//// tab | Python 3.10+\n\n/// tip\n\nInner\n\n///\n\nAfter\n\n////",
            '<p class="note-title"><strong>Python 3.10+</strong></p>\n'
            '<div class="note note-tip">\n<p>Inner</p>\n</div>\n<p>After</p>',
        ),
        (
            "/// note\n```\n///\n```\n///\n\nAfter",
            '<div class="note note-note">\n<pre tabindex="0" dir="ltr"><code>///\n</code></pre>\n</div>\n<p>After</p>',
        ),
        ("/// note\nOpen to the end", '<div class="note note-note">\n<p>Open to the end</p>\n</div>'),
        ("Text\n/// note\nIn\n///", '<p>Text</p>\n<div class="note note-note">\n<p>In</p>\n</div>'),
    ],
)
def test_admonitions_of_both_dialects(source: str, expected: str) -> None:
    assert html(source) == expected


def test_footnotes_have_ids_of_their_own_and_a_way_back() -> None:
    rendered = render("A[^x] b[^x]^[Two *in*]\n\n[^x]: One")
    assert rendered.html == (
        '<p>A<sup class="footnote-ref"><a href="#fn-1" id="fnref-1">[1]</a></sup> b<sup class="footnote-ref">'
        '<a href="#fn-1" id="fnref-1-2">[1]</a></sup><sup class="footnote-ref">'
        '<a href="#fn-2" id="fnref-2">[2]</a></sup></p>\n<section class="footnotes">\n<ol>\n'
        '<li id="fn-1"><p>One '
        '<a class="footnote-back" href="#fnref-1" aria-label="↩ 1">↩</a> '
        '<a class="footnote-back" href="#fnref-1-2" aria-label="↩ 1-2">↩</a></p>\n</li>\n'
        '<li id="fn-2"><p>Two <em>in</em> '
        '<a class="footnote-back" href="#fnref-2" aria-label="↩ 2">↩</a></p>\n'
        "</li>\n</ol>\n</section>\n"
    )
    assert rendered.text == "A b\nOne\nTwo in"
    assert rendered.links == ()


def test_tables_can_be_scrolled_by_keyboard_and_are_named_by_their_heading() -> None:
    table = "| A | B |\n|---|--:|\n| 1 | 2 |\n"
    rows = (
        '<table>\n<thead>\n<tr>\n<th scope="col">A</th>\n<th class="align-right" scope="col">B</th>\n</tr>\n'
        '</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td class="align-right">2</td>\n</tr>\n</tbody>\n</table></div>'
    )
    assert html(table) == f'<div class="table" tabindex="0">{rows}'
    assert html(f'## Fees & "limits"\n\n{table}') == (
        '<h2 id="h-fees-limits">Fees &amp; "limits"</h2>\n'
        f'<div class="table" tabindex="0" role="region" aria-label="Fees &amp; &quot;limits&quot;">{rows}'
    )
    assert render(table).text == "A B\n1 2"
    raw = "<table><tr><th>Fee<th>Limit<tr><th>BTC<td>1</table>"
    assert html(raw) == (
        '<div class="table" tabindex="0"><table><tbody><tr><th scope="col">Fee</th><th scope="col">Limit</th>'
        '</tr><tr><th scope="row">BTC</th><td>1</td></tr></tbody></table></div>'
    )


def test_code_keeps_its_language_and_direction() -> None:
    block = '<pre tabindex="0" dir="ltr"><code class="language-python">x &lt; 1\n</code></pre>'
    for info in ("python", 'Python hl_lines="2"', "{.python .annotate}"):
        assert html(f"```{info}\nx < 1\n```") == block
    assert html("    x") == '<pre tabindex="0" dir="ltr"><code>x\n</code></pre>'


def test_images_get_their_size_and_only_the_first_is_loaded_at_once() -> None:
    source = (
        "![One](a%20b.png 'T')\n![Two](two.png)\n\n![Far](https://x.org/z.png)\n\n<p>\n<img src='two.png' alt=\"2\">"
    )
    rendered = render(source, images={"a b.png": INFO, "two.png": INFO})
    size = 'src="hd:media/abc.png" width="640" height="480" decoding="async"'
    zoom = '<a class="zoom" href="hd:media/abc.png">'
    assert rendered.html == (
        f'<p>{zoom}<img alt="One" title="T" {size}></a>\n{zoom}<img alt="Two" {size} loading="lazy"></a></p>\n'
        '<p><span class="missing-image">Far</span></p>\n'
        f'<p>\n{zoom}<img alt="2" {size} loading="lazy"></a></p>'
    )
    assert rendered.images == (
        Image("a b.png", "One", 1),
        Image("two.png", "Two", 2),
        Image("https://x.org/z.png", "Far", 4),
        Image("two.png", "2", 7),
    )
    assert rendered.text == "One Two\nFar\n2"


def test_what_is_small_nameless_or_in_a_link_already_does_not_open_by_itself() -> None:
    small = ImageInfo("hd:media/abc.png", 319, 100)
    assert "zoom" not in render("![Small](a.png)", images={"a.png": small}).html
    assert "zoom" not in render("![](a.png)", images={"a.png": INFO}).html
    linked = render("[![Large](a.png)](https://example.org)", images={"a.png": INFO}).html
    assert linked.count("<a ") == 1
    forged = render('<a class="zoom" href="hd:media/abc.png">x</a>', images={}).html
    assert forged == "<p><a>x</a></p>\n"


def test_an_image_that_nobody_has_leaves_its_words_and_a_report() -> None:
    rendered = render("x\n![A <b>](gone.png)![](void.png) ![f](hd:media/a.png)")
    assert rendered.html == (
        '<p>x\n<span class="missing-image">A &lt;b&gt;</span> <span class="missing-image">f</span></p>\n'
    )
    assert rendered.images == (
        Image("gone.png", "A <b>", 2),
        Image("void.png", "", 2),
        Image("hd:media/a.png", "f", 2),
    )
    assert rendered.text == "x A <b> f"


def test_links() -> None:
    rendered = render(
        "[a](article:withdraw#before-you) [b](#вывод) [c](https://x.org/?a=1&b=2) [d](../x.md) <tel:+6512> "
        "[e](//x.org) [a](article:withdraw#before-you) [f](hd:media/x) "
        "<a href='http://y.org' rel=x target=_blank>g</a>"
    )
    fragment = "%D0%B2%D1%8B%D0%B2%D0%BE%D0%B4"
    assert rendered.html == (
        f'<p><a href="article:withdraw#before-you">a</a> <a href="#h-{fragment}">b</a> '
        '<a href="https://x.org/?a=1&amp;b=2" rel="noopener external">c</a> <a href="../x.md">d</a> '
        '<a href="tel:+6512">tel:+6512</a> <a href="//x.org" rel="noopener external">e</a> '
        '<a href="article:withdraw#before-you">a</a> <a>f</a> '
        '<a href="http://y.org" rel="noopener external">g</a></p>\n'
    )
    assert rendered.links == (
        "article:withdraw#before-you",
        f"#{fragment}",
        "https://x.org/?a=1&b=2",
        "../x.md",
        "tel:+6512",
        "//x.org",
        "http://y.org",
    )


def test_raw_html_of_documentation_trees_survives_without_its_styling() -> None:
    source = (
        '<div class="note" id="x" style="color:red">\n<!-- gone -->\n\n'
        'An <abbr title="User Interface">UI</abbr>, <span style="a" onclick="b">s</span>,<br> <kbd>K</kbd>'
        " <u>u</u>\n\n</div>\n\n<details>\n<summary>More</summary>\n\n*in*\n\n</details>"
    )
    assert html(source) == (
        '<div>\n\n<p>An <abbr title="User Interface">UI</abbr>, <span>s</span>,<br> <kbd>K</kbd> <u>u</u>'
        "</p>\n</div>\n<details>\n<summary>More</summary>\n<p><em>in</em></p>\n</details>"
    )


def test_headings_are_named_by_themselves_once_each() -> None:
    rendered = render(
        "## How *to* `pay`?\n### 如何 { #pay-now }\n## How to pay\n## { #empty }\n"
        "## Same { #pay-now }\n## 🚀\n<h3 id='raw'>Raw</h3>\n\n## pay now\n## __init__ { #__init__ }"
    )
    assert rendered.headings == (
        Heading(2, "how-to-pay", "How to pay?"),
        Heading(3, "pay-now", "如何"),
        Heading(2, "how-to-pay-2", "How to pay"),
        Heading(2, "pay-now-2", "Same"),
        Heading(2, "section", "🚀"),
        Heading(3, "raw", "Raw"),
        Heading(2, "pay-now-3", "pay now"),
        Heading(2, "__init__", "init"),
    )
    assert rendered.html.startswith(
        '<h2 id="h-how-to-pay">How <em>to</em> <code>pay</code>?</h2>\n<h3 id="h-pay-now">如何</h3>\n'
    )


def test_headings_take_the_ids_of_the_source_where_the_levels_agree() -> None:
    source = "## Antes\n### Pasos { #mine }\n## Después\n"
    shared = [(2, "before"), (3, "steps"), (2, "after\u0301 all")]
    assert [h.id for h in render(source, heading_ids=shared).headings] == ["before", "mine", "afteŕ-all"]
    for other in (shared[:2], [*shared, (2, "x")], [(2, "before"), (2, "steps"), (2, "after")]):
        assert [h.id for h in render(source, heading_ids=other).headings] == ["antes", "mine", "después"]


def test_a_body_with_level_one_headings_is_shifted_as_a_whole() -> None:
    rendered = render("# One\n## Two\n###### Six")
    assert [(h.level, h.id) for h in rendered.headings] == [(2, "one"), (3, "two"), (6, "six")]
    assert rendered.html == '<h2 id="h-one">One</h2>\n<h3 id="h-two">Two</h3>\n<h6 id="h-six">Six</h6>\n'


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("لديك 123 456 الآن", "لديك <bdi>123 456</bdi> الآن"),
        ("لديك 123&nbsp;456 الآن", "لديك <bdi>123&nbsp;456</bdi> الآن"),
        ("اتصل +65 6123 4567.", "اتصل <bdi>+65 6123 4567</bdi>."),
        ("فعّل 2FA أو TRC-20", "فعّل <bdi>2FA</bdi> أو <bdi>TRC-20</bdi>"),
        ("رسوم 0.5% أو 100 USDT", "رسوم <bdi>0.5%</bdi> أو <bdi>100 USDT</bdi>"),
        ("מגרסה Python 3.10 והלאה", "מגרסה <bdi>Python 3.10</bdi> והלאה"),
        ("כתבו support2@x.com", "כתבו <bdi>support2@x.com</bdi>"),
        ("عام 2024 و 3, 4, 5", "عام 2024 و 3, 4, 5"),
        ("افتح Google Authenticator", "افتح Google Authenticator"),
        ("شغّل `a 1 2` &lt;3 4&gt;", 'شغّل <code dir="ltr">a 1 2</code> &lt;<bdi>3 4</bdi>&gt;'),
        (
            "[رابط 1 2](https://x.org/1%202 'a 1 2')",
            '<a href="https://x.org/1%202" title="a 1 2" rel="noopener external">رابط <bdi>1 2</bdi></a>',
        ),
    ],
)
def test_numbers_and_codes_keep_their_order_in_right_to_left_text(source: str, expected: str) -> None:
    assert html(source, rtl=True) == f"<p>{expected}</p>"
    assert "<bdi>" not in html(source)


def test_code_blocks_are_not_isolated_inside() -> None:
    assert html("```\n1 2\n```", rtl=True) == '<pre tabindex="0" dir="ltr"><code>1 2\n</code></pre>'


def test_the_plain_text_has_one_block_a_line() -> None:
    source = "Two\nlines<br>here\n\n- a &amp; *b*\n\n> q\n\n```\nx  y\nz\n```\n\n<!-- no --><script>no</script>"
    assert render(source).text == "Two lines here\na & b\nq\nx y\nz"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# Body - `x` *y* { #body }\n\nText\n", ("Body - x y", "body", "Text\n")),
        ("\ufeffTitle\r\n===\r\n\r\nText", ("Title", None, "Text")),
        ("```\n# no\n```\nIntro\n\n# Yes #\nText", ("Yes", None, "```\n# no\n```\nIntro\n\nText")),
        ("# 1. Start\n## Two", ("1. Start", None, "## Two")),
        ("> # quoted\n\n## Two", ("", None, "> # quoted\n\n## Two")),
        ("", ("", None, "")),
    ],
)
def test_the_title_of_a_plain_file(source: str, expected: tuple[str, str | None, str]) -> None:
    assert strip_title(source) == expected


def test_two_renderings_of_one_text_are_equal() -> None:
    source = "# A { #a }\n\n![x](y.png)\n\n!!! note\n    x[^1]\n\n[^1]: y"
    assert render(source) == render(source)


def test_an_empty_corner_of_a_table_is_no_header() -> None:
    html = render("| | Now | Later |\n|---|---|---|\n| Fee | 1 | 2 |\n").html
    assert html.count("<th ") == 2
    assert "<tr>\n<td></td>\n<th " in html


def test_an_empty_corner_stays_as_wide_as_it_was() -> None:
    html = render('<table><tr><th colspan="2" scope="col"></th><th>A</th></tr></table>').html
    assert '<tr><td colspan="2"></td><th scope="col">A</th></tr>' in html


EVERYTHING = """# One { #one }

Two *three* **「四」** `five`[^1] ~~six~~ <abbr title="x">7</abbr> [a](article:b#c) [d](https://e/) ![p](p.png) ![q](q.png)

## Eight
- 9
  1. 10

| a | b |
|---|--:|
| 1 | 2 |

!!! warning "Mind"
    ```python
    gap
    ```

/// tip
> said
///

[^1]: Note.
"""


def test_imports_render_again_what_renders_to_something_else() -> None:
    """If this fails, raise `RENDERER` and write the new figures here."""
    found = [
        render(EVERYTHING, rtl=rtl, images={"p.png": ImageInfo("hd:media/0.png", 400, 2)}) for rtl in (False, True)
    ]
    written = "".join(f"{item.html}{item.headings}{item.text}" for item in found)
    assert (RENDERER, hashlib.sha256(written.encode()).hexdigest()[:16]) == (2, "960a444fa301af3e")
