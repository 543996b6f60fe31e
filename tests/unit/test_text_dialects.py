"""Markdown of other engines becomes ours: what is shown, what is listed, and that no word goes missing."""

from __future__ import annotations

import pytest

from helpdesk.text.dialects import convert
from helpdesk.text.markdown import render


def losses(source: str, **options: bool) -> dict[str, tuple[int, list[str]]]:
    _, found = convert(source, **options)
    return {kind: (line, list(words)) for kind, (line, words) in found.by_kind.items()}


def html(source: str, *, is_mdx: bool = False) -> str:
    return render(convert(source, is_mdx=is_mdx)[0]).html


CODE = '<pre tabindex="0" dir="ltr"><code class="language-py">x = 1\n</code></pre>'


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            '=== "One"\n\n    text\n\n    === "Inner"\n\n        ```py\n        x = 1\n        ```\n\n=== "Two"\n\n    b\n\nafter',
            f'<p class="note-title"><strong>One</strong></p>\n<p>text</p>\n<p class="note-title"><strong>Inner</strong></p>\n{CODE}\n'
            '<p class="note-title"><strong>Two</strong></p>\n<p>b</p>\n<p>after</p>\n',
        ),
        (
            '!!! Warning inline end "Mind `x`"\n\n    a\n\n\n    b\nafter',
            '<div class="note note-warning">\n<p class="note-title">Mind <code>x</code></p>\n<p>a</p>\n<p>b</p>\n</div>\n'
            "<p>after</p>\n",
        ),
        ("???+ tip\n    a\n", '<div class="note note-tip">\n<p>a</p>\n</div>\n'),
        (
            "1. one\n\n\t=== \"T\"\n\n\t\ttext\n\n2. two",
            '<ol>\n<li>\n<p>one</p>\n<p class="note-title"><strong>T</strong></p>\n<p>text</p>\n</li>\n<li>\n<p>two</p>\n</li>\n</ol>\n',
        ),
        (
            "Term\n:   Means **it**\n\n    and more\n\nnext",
            "<p>Term</p>\n<ul>\n<li>\n<p>Means <strong>it</strong></p>\n<p>and more</p>\n</li>\n</ul>\n<p>next</p>\n",
        ),
        (
            "[a](b){target=_blank} `c`{.d} **e**{ .f } and {.kept} text {key=value}\n{: .lead }\n\n{ .alone }\n",
            '<p><a href="b">a</a> <code>c</code> <strong>e</strong> and {.kept} text {key=value}</p>\n',
        ),
        ("## A { .x #id data-y='z w' }\n", '<h2 id="h-id">A</h2>\n'),
        ("## A { #id }\n", '<h2 id="h-id">A</h2>\n'),
        ("A { .x #id }\n---\n", '<h2 id="h-id">A</h2>\n'),
        ("Press ++ctrl+c++ in C++ and D++\n", "<p>Press <kbd>ctrl+c</kbd> in C++ and D++</p>\n"),
        (
            "{--a--}{++b++}{~~c~>d~~}{==e==}{>>f<<} ==g== a == b == c\n",
            "<p><del>a</del><ins>b</ins><del>c</del><ins>d</ins><mark>e</mark><small>f</small> <mark>g</mark> a == b == c</p>\n",
        ),
        ('<div class="grid" markdown>\n- a\n</div>\n', "<div>\n<ul>\n<li>a</li>\n</ul>\n</div>\n"),
        ("see [[a page|this]]\n", '<p>see <a href="a%20page">this</a></p>\n'),
        ('``` py title="a/__init__.py"\nx = 1\n```\n', f"<p><code>a/__init__.py</code></p>\n{CODE}\n"),
        ("Press :material-check:{ .green } here\n", "<p>Press here</p>\n"),
    ],
)  # fmt: skip
def test_mkdocs(source: str, expected: str) -> None:
    assert html(source) == expected


def test_github_alerts_are_admonitions() -> None:
    source = "> [!WARNING]\n> Be **ware**\n>\n> ```py\n> x = 1\n> ```\nnext\n\n> [!note]- Folded\n> text\n\n> a quote"
    assert html(source) == (
        f'<div class="note note-warning">\n<p>Be <strong>ware</strong></p>\n{CODE}\n</div>\n<p>next</p>\n'
        '<div class="note note-note">\n<p class="note-title">Folded</p>\n<p>text</p>\n</div>\n'
        "<blockquote>\n<p>a quote</p>\n</blockquote>\n"
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            '{{% alert title="Stop" color="warning" %}}\nText\n{{% /alert %}}\n\n{{< note >}} in line {{< /note >}}\n',
            '<div class="note note-warning">\n<p class="note-title">Stop</p>\n<p>Text</p>\n</div>\n'
            '<div class="note note-note">\n<p>in line</p>\n</div>\n',
        ),
        ("{{< hint danger >}}\na\n{{< /hint >}}\n", '<div class="note note-danger">\n<p>a</p>\n</div>\n'),
        (
            "1. one\n   {{< caution >}}\n   careful\n   {{< /caution >}}\n",
            '<ol>\n<li>one<div class="note note-warning">\n<p>careful</p>\n</div>\n</li>\n</ol>\n',
        ),
        (
            '{{< tabs >}}\n  {{< tab name="A" >}}**a**{{< /tab >}}\n{{% tab "B" %}}\nb\n{{% /tab %}}\n{{< /tabs >}}\n',
            '<p class="note-title"><strong>A</strong></p>\n<p><strong>a</strong></p>\n'
            '<p class="note-title"><strong>B</strong></p>\n<p>b</p>\n',
        ),
        (
            '{{< tabpane >}}\n{{< tab header="Py" >}}\nx = 1\n# no heading {{< x >}}\n{{< /tab >}}\n{{< /tabpane >}}\nend\n',
            '<p class="note-title"><strong>Py</strong></p>\n<pre tabindex="0" dir="ltr"><code class="language-py">x = 1\n'
            "# no heading {{&lt; x &gt;}}\n</code></pre>\n<p>end</p>\n",
        ),
        (
            '{{< tabpane text=true >}}\n{{< tab header="Py" >}}\n**x**\n{{< /tab >}}\n{{< /tabpane >}}\n',
            '<p class="note-title"><strong>Py</strong></p>\n<p><strong>x</strong></p>\n',
        ),
        ('{{< highlight py "linenos=table" >}}\nx = 1\n{{< / highlight >}}\n', f"{CODE}\n"),
        (
            '[a]({{< ref "b c.md#d" >}}) [e]({{% relref "../f.md" %}})\n',
            '<p><a href="b%20c.md#d">a</a> <a href="../f.md">e</a></p>\n',
        ),
        (
            '{{< figure src="a b.png" alt="Seen" caption="Said" >}}\n',
            '<p><span class="missing-image">Seen</span>\n<em>Said</em></p>\n',
        ),
        ("`{{</* ref */>}}` {{</* x */>}}\n", "<p><code>{{&lt; ref &gt;}}</code> {{&lt; x &gt;}}</p>\n"),
        ('## {{% heading "whatsnext" %}}\n', '<h2 id="h-whatsnext">whatsnext</h2>\n'),
        (
            '{{< tip text="pods" id="pod" >}} {{< card link="../x" title="T" icon="i" subtitle="S" >}} {{< b >}}in{{< /b >}}\n',
            '<p>pods <a href="../x">T</a> S in</p>\n',
        ),
    ],
)  # fmt: skip
def test_hugo(source: str, expected: str) -> None:
    assert html(source) == expected


MDX = """import Tabs from '@theme/Tabs';
import {
  Thing,
} from './thing';

export const Box = () => (
  <div>

  </div>
);

Importing is done, so
import nothing, or
export default nothing.

<Tabs groupId="os">
  <TabItem
    value="a" label="First">

    Text here

    ```py
    x = 1
    ```

  </TabItem>
  <TabItem value="b">

  :::note[Hey *you*]

  inner

  :::

  </TabItem>
</Tabs>

::::tip Outer
:::danger
deep
:::
::::

<Card title="Go" href="/docs/x" /> and {props.x}{/* unseen */}{' '}<>bare</> <Link to="./y.md">there</Link>

<img src={require('./a.png').default} style={{width: 1}} alt="A" />

## Head {/* #own */}

<Lead>

Kept.

</Lead>
"""


def test_mdx() -> None:
    assert html(MDX, is_mdx=True) == (
        '<p>Importing is done, so\nimport nothing, or\nexport default nothing.</p>\n<p class="note-title"><strong>First</strong></p>\n<p>Text here</p>\n'
        f'{CODE}\n<p class="note-title"><strong>b</strong></p>\n<div class="note note-note">\n'
        '<p class="note-title">Hey <em>you</em></p>\n<p>inner</p>\n</div>\n<div class="note note-tip">\n'
        '<p class="note-title">Outer</p>\n<div class="note note-danger">\n<p>deep</p>\n</div>\n</div>\n'
        '<p><a href="/docs/x">Go</a> and {props.x} bare <a href="./y.md">there</a></p>\n'
        '<span class="missing-image">A</span>\n<h2 id="h-own">Head</h2>\n<p>Kept.</p>\n'
    )
    assert losses(MDX, is_mdx=True) == {
        "import or export left out": (
            1,
            [
                "import Tabs from '@theme/Tabs';",
                "import { Thing, } from './thing';",
                "export const Box = () => ( <div> </div> );",
            ],
        ),
        "component left out": (44, ['<Card title="Go" href="/docs/x" />', "<Lead>"]),
        "expression kept as written": (44, ["{props.x}"]),
    }


def test_tags_indent_nothing_and_code_keeps_its_own_indent() -> None:
    source = "<Tabs>\n  <TabItem value='v'>\n\n```py\nif x:\n  y\n```\n\n  </TabItem>\n</Tabs>\n"
    assert html(source, is_mdx=True) == (
        '<p class="note-title"><strong>v</strong></p>\n'
        '<pre tabindex="0" dir="ltr"><code class="language-py">if x:\n  y\n</code></pre>\n'
    )


def test_what_is_left_out_is_listed_once_a_kind_with_its_first_line() -> None:
    source = (
        "*[HTML]: Hyper Text\n\n{* a.py *}\n--8<-- \"b.md\"\n--8<--\nc.md\n--8<--\n\n```\n--8<-- \"d.py\"\n```\n\n"
        ":octicons-x-16: {{< video id >}} {{< video id >}}\n{{< chart >}}\n\n::: some.module\n\n<iframe src='x'></iframe>\n"
    )  # fmt: skip
    assert losses(source) == {
        "abbreviation left out": (1, ["*[HTML]: Hyper Text"]),
        "include line left out": (3, ["{* a.py *}", '--8<-- "b.md"', "--8<--", "c.md"]),
        "include line kept in code": (10, ['--8<-- "d.py"']),
        "icon left out": (13, [":octicons-x-16:"]),
        "shortcode left out": (13, ["{{< video id >}}", "{{< chart >}}"]),
        "HTML that is not shown": (18, ["<iframe src='x'>"]),
    }
    assert (
        convert(source)[0] == "\n\n\n```\n--8<-- \"d.py\"\n```\n\n \n\n\n::: some.module\n\n<iframe src='x'></iframe>\n"
    )


def test_a_line_of_includes_that_no_later_line_ends_is_text() -> None:
    source = "a\n\n----8<----\n\nb\n"
    assert (convert(source, first_line=5)[0], losses(source)) == (source, {})
    source = "--8<--\nc.md\n  --8<--\na\n\n--8<--\n\nb"
    assert convert(source, first_line=5)[0] == "a\n\n--8<--\n\nb"
    assert losses(source) == {"include line left out": (1, ["--8<--", "c.md"])}


def test_a_block_in_a_table_leaves_its_words_in_the_cell() -> None:
    head = "| a | b |\n|---|---|\n"
    row = '| <Tip title="Do">t</Tip> | <Tabs><TabItem value="q">a</TabItem></Tabs> <img/><Image src="i.png" caption="c" alt="d" /> |\n'
    assert convert(head + row, is_mdx=True)[0] == f"{head}| Do t | q a <img/>![d](i.png) *c* |\n"
    assert losses(head + row, is_mdx=True) == {
        "block in a table left out": (3, ['<Tip title="Do">', '<TabItem value="q">'])
    }
    source = f'{head}| {{{{< note >}}}}t{{{{< /note >}}}} | {{{{% tab "x" %}}}}y{{{{% /tab %}}}} |\n'
    assert convert(source)[0] == f"{head}| t | x y |\n"
    assert losses(source) == {"block in a table left out": (3, ["{{< note >}}", '{{% tab "x" %}}'])}


def test_expressions_of_templates_stay_and_are_listed() -> None:
    source = "{{ name }} {{% note %}} {% if x %} `{{ code }}` $x {y}\n"
    assert convert(source)[0] == "{{ name }}  {% if x %} `{{ code }}` $x {y}\n"
    assert losses(source) == {
        "expression kept as written": (1, ["{{ name }}", "{% if x %}"]),
        "shortcode left out": (1, ["{{% note %}}"]),
    }


def test_titles_of_blocks_stand_in_brackets_braces_or_alone() -> None:
    source = (
        ':::tip[A *b*]\n:::\n:::note{.x title="A b"}\n:::\n:::info A b\n:::\n:::info A {.x}\n:::\n:::note{.x}\n:::\n'
    )
    found = [line for line in convert(source)[0].split("\n") if line.strip("/")]
    assert found == ["/// tip | A *b*", "/// note | A b", "/// info | A b", "/// info | A", "/// note"]


def test_titles_of_what_is_around_others_are_listed() -> None:
    source = "<Tabs\n  groupId='x' values={[{label: 'Apple', value: 'a'}]}>\n<TabItem value='a'>b</TabItem>\n</Tabs>\n<Steps>\n</Steps>\n"
    assert losses(source, is_mdx=True) == {
        "component left out": (1, ["<Tabs groupId='x' values={[{label: 'Apple', value: 'a'}]}>"])
    }


def test_blocks_that_we_do_not_know_lose_their_frame_only() -> None:
    source = "::: columns\na\n:::\n\n::: tip T\nb\n:::\n:::\n"
    assert convert(source)[0] == "\na\n\n\n/// tip | T\nb\n///\n:::\n"
    assert losses(source) == {"block left out": (1, ["::: columns"])}


def test_code_stays_as_it_is() -> None:
    code = (
        "```\n!!! note\n    a\n=== \"T\"\n:::tip\n{{< x >}} {.b} ++c++ ==d== <Tabs> import x from 'y'\n> [!NOTE]\n```\n"
    )
    span = "a `{{< x >}} {.b} ==c== <Tab>` b ``x ` {.y}`` c\n"
    for is_mdx in (False, True):
        for source in (
            code,
            span,
            "> " + code.replace("\n", "\n> ").removesuffix("> "),
            "1. a\n\n   ```\n   ::: tip\n   ```\n",
        ):
            assert convert(source, is_mdx=is_mdx)[0] == source


def test_lines_count_from_the_first_of_the_file() -> None:
    _, found = convert("a\n{* b *}", first_line=7)
    assert found.by_kind == {"include line left out": (8, {"{* b *}": None})}


UNITS = ("=== \"a\"\n    ", "::: a{title=\"", "::: tip\n", ":::\n", "> [!NOTE]\n", "{{< a", "{{< a >}}", "{{< a \"", "<A b={", "<A ", "<A>\n  ",
         "<a b='", "{.a ", "{.a}", "`", "{/*", "{--", "import {\n", "```\n{{< /tab >}}\n", "\ufdd0 1\ufdd1", "++a", "==a", ":b:", "[[a")  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_hostile_repetition_returns(unit: str) -> None:
    for is_mdx in (False, True):
        text, _ = convert((unit * 4_000)[:4_000], is_mdx=is_mdx)
        assert len(text) < 200_000


def test_what_follows_an_inner_tag_still_belongs_to_the_outer() -> None:
    source = "<Tabs>\n    <TabItem value='v'>\n    a\n    </TabItem>\n\n    Text\n</Tabs>\n\n    code\n"
    assert html(source, is_mdx=True) == (
        '<p class="note-title"><strong>v</strong></p>\n<p>a</p>\n<p>Text</p>\n'
        '<pre tabindex="0" dir="ltr"><code>code\n</code></pre>\n'
    )
