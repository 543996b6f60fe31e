"""Whatever the source holds, the HTML holds no script, no style, no foreign scheme and no id but ours."""

from __future__ import annotations

import re
import warnings
from xml.etree.ElementTree import Element

import html5lib
import pytest

from helpdesk.text.markdown import ImageInfo, render, strip_title

TAGS = """
    a abbr b bdi bdo blockquote br caption cite code dd del details dfn div dl dt em figcaption figure h2 h3
    h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small span strong sub summary sup
    table tbody td tfoot th thead time tr u ul var wbr html head body
"""
ATTRIBUTES = """
    alt aria-label class colspan datetime decoding dir height href id lang loading open rel reversed role
    rowspan scope src start tabindex title value width
"""
SCHEMES = {"http", "https", "mailto", "tel", "article", "hd"}
CLASSES = re.compile(
    "note note-(note|tip|info|check|warning|danger)|note-title|table|missing-image|align-(left|right|center)"
    "|footnotes|footnote-ref|footnote-back|language-[a-z0-9_+#-]+"
)
URLS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "java\0script:alert(1)",
    "\x01javascript:alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A;avascript&colon;alert(1)",
    "javascript&Tab;:alert(1)",
    "java&NewLine;script:alert(1)",
    "%6aavascript:alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "data:image/svg+xml;base64,PHN2Zz4=",
    "data:image/png;base64,AAAA",
    "file:///etc/passwd",
    "blob:https://x.org/1",
    "feed:javascript:alert(1)",
    "view-source:javascript:alert(1)",
    "jar:javascript:alert(1)!/",
    "hd:media/../secret",
    "filesystem:https://x.org/x",
    "ｊavascript:alert(1)",
    "about:blank",
]
URL_FORMS = ["[x]({})", "[x](<{}>)", "![x]({})", "<{}>", '<a href="{}">x</a>', "<img src='{}'>"]
ELEMENTS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.org/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\n>alert(1)//",
    "<img src=x onerror=alert(1)>",
    "<img src=x:x onerror\n=\nalert(1)//",
    '<img """><script>alert(1)</script>">',
    "<img src='a' onload=\"alert(1)\" style='x:expression(1)'>",
    "<img/src/onerror=alert(1)>",
    "<image src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1)>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math href=javascript:alert(1)>x</math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><img src=x onerror=alert(1)></template>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<applet code=x>",
    "<base href=//x.org/>",
    "<link rel=stylesheet href=//x.org/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<style>@import '//x.org/x.css'</style>",
    "<style><img src='</style><img src=x onerror=alert(1)//'>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<div style=position:fixed;inset:0>x</div>",
    "<body onload=alert(1)>",
    "<html onclick=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<select><option><img src=x onerror=alert(1)></select>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'></textarea>",
    "<title><img title='</title><img src=x onerror=alert(1)>'></title>",
    "<xmp><img title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<form action=javascript:alert(1)><input type=submit></form>",
    "<form id=x><input name=cookie></form>",
    "<a href=/x onclick=alert(1) target=_blank ping=//x.org>x</a>",
    "<a id=x name=y>x</a>",
    "<a name=cookie href=x>x</a>",
    "<img name=body src=http://x.org/x.png srcset='javascript:alert(1) 1x'>",
    "<h2 id='x y'>x</h2>",
    "<h2 id=constructor onclick=alert(1)>x</h2>",
    "<h2><h3><h4 id=a>x</h4></h3></h2>",
    "<p id=fn-1>x</p>",
    "<div id=h-x class='modal-backdrop'>x</div>",
    "<div data-hd=x data-id=y class=note role=dialog tabindex=5 aria-hidden=true>x</div>",
    "<div role=region aria-label=x contenteditable draggable accesskey=x>x</div>",
    "<details ontoggle=alert(1) open>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<video poster=javascript:alert(1)></video>",
    "<audio src onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<isindex type=image src=1 onerror=alert(1)>",
    "<table background=javascript:alert(1)><td background=x>x</table>",
    "<frameset onload=alert(1)>",
    "<portal src=javascript:alert(1)>",
    "<dialog open onclose=alert(1)>x</dialog>",
    "<x onpointerenter=alert(1)>x</x>",
    "<b/onclick=alert(1)>x</b>",
    "<bdo dir=x lang='\"><script>'>x</bdo>",
    "<td><script>alert(1)</script></td>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "<!--> <img src=x onerror=alert(1)> -->",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><?import namespace='t'?>",
    "<!DOCTYPE html><script>alert(1)</script>",
    "<<script>alert(1)//<</script>",
    "<a href='x' title='\"><script>alert(1)</script>'>x</a>",
    "<abbr title='`><img src=x onerror=alert(1)>'>x</abbr>",
    "<div title='\n\n# Heading { #a }\n\n'>x</div>",
    "<div id=h-a class=note x=\n\n## A { #a }\n\n> text",
    "<div id=fn-1 x='\n\n## A { #a }\n\n' onclick=alert(1)>",
    '<img alt="<img src=x onerror=alert(1)>" src=gone.png>',
    "<pre><code class='language-x onclick'>x</code></pre>",
    "</div></section></article></body></html><script>alert(1)</script>",
    "</bdi></pre></code><img src=x onerror=alert(1)>",
]
MARKDOWN = [
    "![\"><script>alert(1)</script>](x.png)",
    "![x](x.png '\"><script>alert(1)</script>')",
    "![x](one.png \"' onerror='alert(1)\")",
    "[x](/x '\" onclick=alert(1) x=\"')",
    "[x](\"onclick=alert(1)//)",
    "[x](/a\"onmouseover=\"alert(1))",
    "[<img src=x onerror=alert(1)>](/x)",
    "![<b onclick=x>](http://x.org/a.png)",
    "```\"><script>alert(1)</script>\nx\n```",
    "```x onclick=alert(1)\n</code></pre><script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "## <script>alert(1)</script> { #a\"onclick=alert(1) }",
    "## x { #\"><script>alert(1)</script> }",
    "## x {#a onclick=alert(1)}",
    "## '\"><img src=x onerror=alert(1)>\n\n|a|\n|-|\n|b|",
    "!!! note \"<script>alert(1)</script>\"\n    <img src=x onerror=alert(1)>",
    "!!! \"><script>alert(1)</script>\n    x",
    "!!! note\" onclick=alert(1)\n    x",
    "/// note | <script>alert(1)</script>\n<svg onload=alert(1)>\n///",
    "/// x-onclick-y | '\"><img src=x onerror=alert(1)>\n///",
    "//// tab | **<img src=x onerror=alert(1)>**\n////",
    "[^<script>]: <script>alert(1)</script>\n\nx[^<script>]",
    "x^[<img src=x onerror=alert(1)>]",
    "[^1]: a\n\n[^1] <p id=fnref-1> <li id=fn-1>",
    "|<script>|\n|-|\n|<img src=x onerror=alert(1)>|",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\\<script>alert(1)\\</script>",
    "<http://x.org/\"onclick=alert(1)>",
    "[a]: javascript:alert(1)\n\n[a] ![a]",
    "123 <script>456</script> 7 8",
]  # fmt: skip
PAYLOADS = [form.format(url) for form in URL_FORMS for url in URLS] + ELEMENTS + MARKDOWN
IMAGES = {"one.png": ImageInfo("hd:media/one.png", 1, 1)}


def violations(html: str) -> list[str]:
    """What a browser's parser finds in `html` that must not be there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = html5lib.parse(f"<!DOCTYPE html><body>{html}</body>", namespaceHTMLElements=False)
    found: list[str] = []
    ids: list[str] = []
    for element in tree.iter():
        if not isinstance(element.tag, str):
            found.append("a comment")
            continue
        if element.tag not in TAGS.split():
            found.append(f"<{element.tag}>")
        for name, value in element.items():
            found += [] if is_allowed(element, name, value) else [f"{name}={value}"]
        ids += [value for name, value in element.items() if name == "id"]
    return found + (["duplicate ids"] if len(ids) != len(set(ids)) else [])


def is_allowed(element: Element, name: str, value: str) -> bool:
    if name not in ATTRIBUTES.split():
        return False
    if name in ("href", "src"):
        scheme = re.match(r"([^/?#]*?):", re.sub(r"[\x00-\x20]", "", value))
        is_image = element.tag == "img"
        allowed = SCHEMES - ({"article", "mailto", "tel"} if is_image else {"hd"})
        return (scheme is None and not is_image) or (scheme is not None and scheme[1].lower() in allowed)
    if name == "id":
        return bool(re.fullmatch(r"h-\S+|fn(ref)?-\d+(-\d+)?", value))
    return name != "class" or bool(CLASSES.fullmatch(value))


@pytest.mark.parametrize(
    "html",
    [
        "<script>1</script>",
        "<p onclick=x>",
        "<p style=x>",
        "<p id=x>",
        "<p class=x>",
        "<a href=' java\nscript:x'>",
        "<a href=hd:x>",
        "<img src=x>",
        "<p id=h-a></p><p id=h-a>",
        "<a name=h-x>",
        "<!-- x -->",
    ],
)
def test_the_check_can_fail(html: str) -> None:
    assert len(violations(html)) == 1


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_survives(payload: str) -> None:
    for source in (
        payload,
        f"## Title\n\n{payload}\n\n### Title",
        f"- item\n\n  {payload}",
        f"| a |\n|---|\n| {payload} |",
        f"/// note | {payload}\n{payload}\n///",
        f"text {payload} text[^1]\n\n[^1]: {payload}",
    ):
        assert violations(render(source, images=IMAGES).html) == []
        assert violations(render(source, images=IMAGES, rtl=True).html) == []


def test_payloads_do_not_help_each_other() -> None:
    for separator in ("", "\n", "\n\n"):
        for start in range(0, len(PAYLOADS), 7):
            source = separator.join(PAYLOADS[start : start + 25])
            assert violations(render(source, images=IMAGES, rtl=True).html) == []


UNITS = [
    *(
        "![",
        "[",
        "*",
        "_",
        "**a ",
        "~~",
        "`",
        "<",
        "&",
        "&#",
        "\\\n",
        "|",
        "|a",
        "{#",
        "](",
        "**「",
        "12 ",
        "A-1 ",
    ),
    *(
        "<b>",
        "<div>\n",
        "<b>\n\n",
        "<!--",
        "<?",
        "</",
        "<table><tr><td>",
        "<h2>",
        "<img src=a>",
        "<a b='",
        "<svg>",
    ),
    *(
        "> ",
        "- ",
        "- - ",
        "* a\n",
        "1. ",
        "    ",
        "\t",
        "\r\n",
        "\0",
        "\u200d",
        "# a\n",
        "===\n",
        "a\n===\n",
        "```\n",
    ),
    *(
        "[^1]",
        "^[",
        "^[a]",
        "[^a]: x\n",
        "[a](",
        "[a]: b\n",
        "![a](b)\n\n",
        "a|b\n-|-\n",
        "<style>",
        "!!! note\n    ",
    ),
    *("/// note\n", "////", "/// a\n///\n", "//// a\n/// b\n"),
]


@pytest.mark.parametrize("unit", UNITS)
def test_hostile_repetition_returns_and_stays_safe(unit: str) -> None:
    for size in (500, 8_000):
        source = (unit * size)[:size]
        assert violations(render(source, rtl=True).html) == []
        assert isinstance(strip_title(source)[0], str)


def test_deep_nesting_is_no_recursion_error() -> None:
    for line in ("  " * 200 + "- a", "> " * 200 + "a", "- " * 500, "[" * 99 + "]", "![" * 99 + "](x)" * 99):
        assert violations(render(line).html) == []
    lists = "\n".join("  " * depth + "- a" for depth in range(200))
    quotes = "\n".join("> " * depth + "a" for depth in range(200))
    tags = "<div><b>" * 300
    for source in (lists, quotes, tags, tags + "\n\n" + tags):
        assert violations(render(source).html) == []


def test_what_is_no_article_any_more_is_shown_as_it_was_written() -> None:
    source = "* <b>\n" * 20_000
    rendered = render(source)
    assert rendered.html.startswith('<pre tabindex="0" dir="auto">* &lt;b&gt;\n* &lt;b&gt;\n')
    assert rendered.text == source
    assert strip_title(source) == ("", None, source)
