"""Catalogs from source to translation: extraction, update, and checks that can fail."""

from __future__ import annotations

import stat

import pytest
from babel.messages.pofile import read_po
from click.testing import CliRunner

from helpdesk.cli.glossary import TERMS
from helpdesk.cli.messages import (
    CatalogStatus,
    catalog_status,
    check_catalogs,
    existing_codes,
    extract_catalog,
    messages,
    update_catalogs,
)
from helpdesk.errors import ContentError

PYTHON = '''
# Translators: the button that
# opens the menu
LABEL = N_("Open")
LAZY = lazy_gettext("Later")
def view(n):
    """_("not this one")"""
    return (gettext("Hello %(name)s", name=1), ngettext("%(num)s vote", "%(num)s votes", n),
            pgettext("menu", "Open"), npgettext("hits", "one", "many", n), _("spam" "eggs"),
            lazy_ngettext("one lazy", "many lazy", n), lazy_pgettext("ctx", "lazy"), other("no"))
'''
TEMPLATE = """
{# Translators: <b> stays #}
<p>{{ _('<b>Bold</b> text') }}</p>{% do x.append(_('done')) %}
{% for x in y %}{% if x %}{% continue %}{% endif %}{% endfor %}
{% trans n=count %}{{ n }} view{% pluralize %}{{ n }} views{% endtrans %}
{% trans trimmed name=x %}
  By
  {{ name }}
{% endtrans %}
{{ ngettext('%(num)s vote', '%(num)s votes', 3) }}
"""


@pytest.fixture
def source(tmp_path):
    return project(tmp_path, {"web/view.py": PYTHON, "web/templates/page.html": TEMPLATE})


def project(root, files):
    package = root / "shop"
    for name, text in files.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return package


def po(root, code):
    return root / "translations" / code / "LC_MESSAGES" / "messages.po"


def write_glossary(root, code, **forms):
    """A glossary that asks for nothing in the messages of these tests, and for `forms`; `_` for a space in a term."""
    rows = [f"{term},x,{forms.get(term.replace(' ', '_'), 'x')}\n" for term in TERMS]
    path = root / "translations" / code / "glossary.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(["term,translation,forms\n", *rows]), "utf-8")
    return path


def replace(path, old, new):
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def small(root, python, code, **texts):
    """A project of one Python file with a current catalog where msgid -> msgstr is as given."""
    package, folder = project(root, {"a.py": python}), root / "translations"
    update_catalogs(package, folder, [code])
    write_glossary(root, code)
    with po(root, code).open("rb") as file:
        catalog = read_po(file, locale=code)
    body = po(root, code).read_text("utf-8")
    for message in catalog:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            body = fill(body, key, texts.get(key.split()[0].strip("<>%,."), texts.get("_")))
    po(root, code).write_text(body, "utf-8")
    return package, folder


def fill(body, key, value):
    head, rest = body.split(f'msgid "{key}"\n', 1)
    entry, *tail = rest.split("\n\n", 1)
    for form, text in enumerate([value] if isinstance(value, str) else value):
        slot = "msgstr " if isinstance(value, str) else f"msgstr[{form}] "
        entry = entry.replace(f'{slot}""', f'{slot}"{text}"')
    return "\n\n".join([head + f'msgid "{key}"\n' + entry, *tail])


def test_extraction(source):
    found = [
        (message.context, message.id, message.auto_comments, [place for place, _ in message.locations])
        for message in extract_catalog(source)
        if message.id
    ]
    view, page = ["shop/web/view.py"], ["shop/web/templates/page.html"]
    assert sorted(found, key=str) == sorted(
        [
            (None, "Open", ["the button that", "opens the menu"], view),
            (None, "Later", [], view),
            (None, "Hello %(name)s", [], view),
            (None, ("%(num)s vote", "%(num)s votes"), [], view + page),
            ("menu", "Open", [], view),
            ("hits", ("one", "many"), [], view),
            (None, "spameggs", [], view),
            (None, ("one lazy", "many lazy"), [], view),
            ("ctx", "lazy", [], view),
            (None, "<b>Bold</b> text", ["<b> stays"], page),
            (None, "done", [], page),
            (None, ("%(n)s view", "%(n)s views"), [], page),
            (None, "By %(name)s", [], page),
        ],
        key=str,
    )


def test_a_broken_template_stops_extraction(tmp_path):
    package = project(tmp_path, {"templates/a.html": "{{ _('a') }}", "templates/b.html": "\n{% if %}"})
    with pytest.raises(ContentError) as caught:
        extract_catalog(package)
    assert str(caught.value).startswith("shop/templates/b.html:2: ")


def test_a_missing_source_is_not_an_empty_one(tmp_path):
    with pytest.raises(NotADirectoryError):
        extract_catalog(tmp_path / "nowhere")


def test_a_new_catalog(tmp_path):
    package = project(tmp_path, {"b.py": '_("two")\n', "a.py": 'ngettext("%(num)s vote", "%(num)s votes", 1)\n'})
    update_catalogs(package, tmp_path / "translations", ["ru", "en", "zh_Hans"])
    head = 'msgid ""\nmsgstr ""\n"Language: {}\\n"\n"MIME-Version: 1.0\\n"\n'
    head += '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
    head += '"Plural-Forms: nplurals={};\\n"\n\n#: shop/a.py\n#, python-format\nmsgid "%(num)s vote"\n'
    head += 'msgid_plural "%(num)s votes"\n'
    russian = "3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"
    assert po(tmp_path, "ru").read_text("utf-8") == head.format("ru", russian) + (
        'msgstr[0] ""\nmsgstr[1] ""\nmsgstr[2] ""\n\n#: shop/b.py\nmsgid "two"\nmsgstr ""\n'
    )
    assert po(tmp_path, "en").read_text("utf-8") == head.format("en", "2; plural=(n != 1)") + (
        'msgstr[0] "%(num)s vote"\nmsgstr[1] "%(num)s votes"\n\n#: shop/b.py\nmsgid "two"\nmsgstr "two"\n'
    )
    assert po(tmp_path, "zh_Hans").read_text("utf-8") == head.format("zh_Hans", "1; plural=0") + (
        'msgstr[0] ""\n\n#: shop/b.py\nmsgid "two"\nmsgstr ""\n'
    )


def test_unchanged_content_is_not_written_again(source, tmp_path):
    folder = tmp_path / "translations"
    update_catalogs(source, folder, ["ru", "en", "ar"])
    before = [(path.read_bytes(), path.stat().st_ino) for path in sorted(folder.rglob("*.po"))]
    update_catalogs(source, folder, ["ru", "en", "ar"])
    assert [(path.read_bytes(), path.stat().st_ino) for path in sorted(folder.rglob("*.po"))] == before
    view = source / "web" / "view.py"
    view.write_text("\n\n\n" + view.read_text("utf-8"), "utf-8")
    update_catalogs(source, folder, ["ru", "en", "ar"])
    assert [(path.read_bytes(), path.stat().st_ino) for path in sorted(folder.rglob("*.po"))] == before
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["messages.po"] * 3


def test_an_update_keeps_translations_and_drops_what_is_gone(tmp_path):
    old = '_("stays")\n_("goes")\n_("almost the same text here")\n'
    package, folder = small(tmp_path, old, "de", stays="bleibt", goes="geht", almost="fast dasselbe")
    replace(po(tmp_path, "de"), 'msgid "stays"', '#, fuzzy\nmsgid "stays"')
    replace(po(tmp_path, "de"), "#: shop/a.py\n#, fuzzy", "# a note\n#: shop/a.py\n#, fuzzy")
    (package / "a.py").write_text('_("stays")\n_("almost the same text there")\n_("new")\n')
    update_catalogs(package, folder, ["de"])
    assert po(tmp_path, "de").read_text("utf-8").split("\n\n", 1)[1] == (
        '# a note\n#: shop/a.py\n#, fuzzy\nmsgid "stays"\nmsgstr "bleibt"\n\n'
        '#: shop/a.py\nmsgid "almost the same text there"\nmsgstr ""\n\n#: shop/a.py\nmsgid "new"\nmsgstr ""\n'
    )


def test_a_message_that_became_plural_is_missing(tmp_path):
    package, folder = small(tmp_path, '_("vote")\n', "de", vote="Stimme")
    (package / "a.py").write_text('ngettext("vote", "votes", n)\n')
    update_catalogs(package, folder, ["de"])
    assert catalog_status(package, folder, ["de"]) == [CatalogStatus("de", 1, 0, 0, ("vote",))]


def test_english_follows_the_source(tmp_path):
    package, folder = small(tmp_path, '_("Hello")\n', "en", _="")
    replace(po(tmp_path, "en"), 'msgstr "Hello"', 'msgstr "Goodbye"')
    update_catalogs(package, folder, ["en"])
    assert po(tmp_path, "en").read_text("utf-8").endswith('msgid "Hello"\nmsgstr "Hello"\n')


def test_plural_forms_of_another_rule_are_fuzzy(tmp_path):
    forms = ["0", "1", "2", "%(num)s few", "%(num)s many", "%(num)s other"]
    package, folder = small(tmp_path, 'ngettext("%(num)s a", "%(num)s b", n)\n', "ar", _=forms)
    assert check_catalogs(package, folder, ["ar"]) == []
    replace(po(tmp_path, "ar"), "n%100>=11 ? 4", "n%100<=2 ? 4")
    update_catalogs(package, folder, ["ar"])
    assert catalog_status(package, folder, ["ar"]) == [CatalogStatus("ar", 1, 0, 1, ())]
    assert '#, fuzzy, python-format\nmsgid "%(num)s a"' in po(tmp_path, "ar").read_text("utf-8")


def test_a_broken_catalog_is_left_alone(tmp_path):
    package, folder = small(tmp_path, '_("a")\n', "de", a="ä")
    po(tmp_path, "de").write_text('msgid "a"\nmsgstr "precious"\nmsgstt "b"\n')
    before = po(tmp_path, "de").read_bytes()
    with pytest.raises(ContentError) as caught:
        update_catalogs(package, folder, ["de"])
    assert (caught.value.path, caught.value.line) == (str(po(tmp_path, "de")), 3)
    assert po(tmp_path, "de").read_bytes() == before
    assert [problem.split(":")[0:2] for problem in check_catalogs(package, folder, ["de"])] == [
        ["de", " cannot be read"]
    ]


def test_status(tmp_path):
    package, folder = small(tmp_path, '_("one")\n_("two")\n_("three")\n', "de", one="eins", two="zwei", three="")
    replace(po(tmp_path, "de"), 'msgid "two"', '#, fuzzy\nmsgid "two"')
    status = catalog_status(package, folder, ["de", "fr"])
    assert status == [
        CatalogStatus("de", 3, 1, 1, ("three",)),
        CatalogStatus("fr", 3, 0, 0, ("one", "two", "three")),
    ]
    assert [row.percent for row in status] == [33, 0]


RULE_DE = "nplurals=2; plural=(n != 1);"
VOTES = 'ngettext("%(num)s vote", "%(num)s votes", n)\n'


@pytest.mark.parametrize(
    ("python", "code", "text", "fault"),
    [
        ('_("Hello")', "de", "Hallo", None),
        ('_("Hello")', "de", "", "'Hello' is not translated"),
        ('_("Hello %(name)s")', "de", "%(name)s, hallo", None),
        ('_("Hello %(name)s")', "de", "Hallo", "wrong placeholders, none for %(name)s"),
        ('_("Hello %(name)s")', "de", "Hallo %(nam)s", "wrong placeholders, %(nam)s for %(name)s"),
        ('_("Hello %(name)s")', "de", "Hallo %(name)d", "wrong placeholders, %(name)d for %(name)s"),
        ('_("Hello")', "de", "Hallo %(name)s", "wrong placeholders, %(name)s for none"),
        ('_("Hello %(name)s")', "de", "100 % %(name)s", "a literal % must be written %%"),
        ('_("Hello %(name)s")', "de", "%s %(name)s", "a literal % must be written %%"),
        ('_("Hello %(name)s")', "de", "100 %% %(name)s", None),
        ('_("Hello 5%")', "de", "Hallo 5 %", None),
        ('_("Hello <b>x</b>")', "de", "<b>x</b> hallo", None),
        ('_("Hello <b>x</b>")', "de", "Hallo x", "HTML tags differ"),
        ('_("Hello <b>x</b>")', "de", "Hallo <b>x<b>", "HTML tags differ"),
        ('_("Hello <b>x</b>")', "de", "Hallo <b onclick='x'>x</b>", "HTML tags differ"),
        ('_("Hello")', "de", "Hallo <script", "HTML tags differ"),
        ('_("Hello")', "de", "1 < 2", None),
        ('_("Hello ")', "de", "Hallo", "spaces at the start or end differ"),
        ('_("Hello")', "de", "Hallo\\n", "spaces at the start or end differ"),
        ('_("Hello")', "ja", "こんにちは。", None),
        (VOTES, "de", ["%(num)s Stimme", "%(num)s Stimmen"], None),
        (VOTES, "de", ["eine Stimme", "%(num)s Stimmen"], None),
        (VOTES, "de", ["%(num)s Stimme", "viele"], "wrong placeholders in plural form 1, none for %(num)s"),
        (VOTES, "de", ["%(num)s Stimme", ""], "'%(num)s vote' is not translated"),
        (VOTES, "de", ["%(num)s Stimme", "%(num)s % mehr"], "a literal % must be written %% in plural form 1"),
        (VOTES, "ru", ["один", "%(num)s x", "%(num)s x"], "wrong placeholders in plural form 0, none for %(num)s"),
        (VOTES, "fr", ["un", "%(num)s votes"], "wrong placeholders in plural form 0, none for %(num)s"),
        (VOTES, "ar", ["0", "1", "2", "%(num)s", "%(num)s", "%(num)s"], None),
        (VOTES, "ar", ["0", "1", "2", "3", "%(num)s", "%(num)s"],
         "wrong placeholders in plural form 3, none for %(num)s"),
        ('ngettext("one", "%(num)s of %(x)s", n)', "de", ["eins", "%(num)s von %(x)s"],
         "wrong placeholders in plural form 0, none for %(num)s %(x)s"),
        ('ngettext("<i>one</i>", "<b>%(num)s</b>", n)', "de", ["<i>eins</i>", "<b>%(num)s</b>"], None),
        ('ngettext("a", " b", n)', "de", ["a ", "b"], "spaces at the start or end differ in plural form 0"),
    ],
)  # fmt: skip
def test_checks_of_one_message(tmp_path, python, code, text, fault):
    package, folder = small(tmp_path, python + "\n", code, _=text)
    update_catalogs(package, folder, [code])
    key = python.split('"')[1]
    sentence = fault if fault is None or "translated" in fault else f"{key!r}: {fault}"
    assert check_catalogs(package, folder, [code]) == ([f"{code}: {sentence}."] if sentence else [])


def test_a_percent_sign_that_breaks_the_source_itself_is_found_in_english(tmp_path):
    package, folder = small(tmp_path, '_("%(n)s is 100% sure")\n', "en", _="")
    assert check_catalogs(package, folder, ["en"]) == ["en: '%(n)s is 100% sure': a literal % must be written %%."]


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ('msgid "a"', '#, fuzzy\nmsgid "a"', ["de: 'a' is fuzzy."]),
        (RULE_DE[:-1], "nplurals=3; plural=(n > 1)", [f"de: the plural forms must be `{RULE_DE}`."]),
        ("plural=(n != 1)", "plural=n>1", [f"de: the plural forms must be `{RULE_DE}`."]),
        ("#: shop/a.py", "#: shop/b.py", ["de: not current; run `flask helpdesk messages update`."]),
        ('"ä"', '""\n"ä"', ["de: not current; run `flask helpdesk messages update`."]),
        ('msgstr "ä"', 'msgstr "ä"\n\nmsgid "gone"\nmsgstr "x"',
         ["de: not current; run `flask helpdesk messages update`."]),
        ("nplurals=2", "nplurals=x", ["de: cannot be read: {}:9: invalid literal for int() with base 10: 'x'."]),
    ],
)  # fmt: skip
def test_checks_of_a_catalog(tmp_path, old, new, problems):
    package, folder = small(tmp_path, '_("a")\n', "de", a="ä")
    assert check_catalogs(package, folder, ["de"]) == []
    replace(po(tmp_path, "de"), old, new)
    assert check_catalogs(package, folder, ["de"]) == [text.format(po(tmp_path, "de")) for text in problems]


def test_a_plural_with_too_many_forms_cannot_be_read(tmp_path):
    package, folder = small(tmp_path, VOTES, "de", _=["%(num)s Stimme", "%(num)s Stimmen"])
    replace(po(tmp_path, "de"), "msgstr[1]", 'msgstr[2] "x"\nmsgstr[1]')
    assert [text.partition(": cannot be read")[0] for text in check_catalogs(package, folder, ["de"])] == ["de"]


def test_catalogs_that_lag_behind_the_source(tmp_path):
    package, folder = small(tmp_path, '_("a")\n', "de", a="ä")
    (package / "b.py").write_text('_("b")\n')
    assert check_catalogs(package, folder, ["de", "fr"]) == [
        "de: 'b' is not translated.",
        "de: not current; run `flask helpdesk messages update`.",
        "fr: there is no catalog.",
    ]


def run(package, folder, *arguments):
    options = ["--source", str(package)]
    if arguments[0] != "extract":
        options += ["--translations", str(folder)]
    return CliRunner().invoke(messages, [arguments[0], *options, *arguments[1:]])


def test_commands(tmp_path):
    package, folder = small(tmp_path, '_("a")\n_("b")\n', "de", a="ä", b="")
    shown = run(package, folder, "status", "de", "en")
    assert (shown.exit_code, shown.output) == (
        0,
        "code         done  missing  fuzzy\nde            50%        1      0\nen             0%        2      0\n",
    )
    checked = run(package, folder, "status", "--check", "de")
    assert (checked.exit_code, checked.output) == (
        1,
        "de: 'b' is not translated.\ncode         done  missing  fuzzy\nde            50%        1      0\n"
        "Error: faults in the catalogs: 1.\n",
    )
    updated = run(package, folder, "update", "en")
    assert (updated.exit_code, updated.output.splitlines()[1]) == (0, "en           100%        0      0")
    assert run(package, folder, "status", "--check", "en").exit_code == 0
    printed = run(package, folder, "extract")
    assert (printed.exit_code, printed.output.split("\n\n", 1)[1]) == (
        0,
        '#: shop/a.py\nmsgid "a"\nmsgstr ""\n\n#: shop/a.py\nmsgid "b"\nmsgstr ""\n',
    )


def test_commands_say_in_a_sentence_what_stops_them(tmp_path):
    package = project(tmp_path, {"templates/b.html": "{% if %}"})
    folder = tmp_path / "translations"
    for arguments in (["extract"], ["update", "de"], ["status", "de"], ["status", "--check", "de"]):
        result = run(package, folder, *arguments)
        assert (result.exit_code, result.output.split(" Expected")[0]) == (1, "Error: shop/templates/b.html:1:")
    assert not folder.exists()
    assert run(tmp_path / "nowhere", folder, "extract").exit_code == 1
    for code in ("zh-Hans", "zh_CN", "xx", "../de"):
        assert run(package, folder, "update", code).exit_code == 2


def test_catalogs_are_readable_by_the_server(tmp_path):
    package = project(tmp_path, {"a.py": '_("a")\n'})
    update_catalogs(package, tmp_path / "translations", ["de"])
    assert stat.S_IMODE(po(tmp_path, "de").stat().st_mode) & 0o444 == 0o444


def test_without_codes_all_catalogs_of_the_folder_are_meant(source, tmp_path):
    update_catalogs(source, tmp_path / "translations", ["zh_Hans", "ru"])
    assert existing_codes(tmp_path / "translations") == ("ru", "zh_Hans")
