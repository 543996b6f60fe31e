"""Catalogs read from `.po`: plural rules, parents, two directories, broken files, percent signs."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from types import SimpleNamespace

import flask_babel
import pytest
from babel import Locale
from flask import Flask, g, render_template_string
from flask_babel import Babel, force_locale
from markupsafe import Markup

from helpdesk.locales import Locales
from helpdesk.web.filters import joined
from helpdesk.web.gettext import PoDomain, gettext, install_in_templates, ngettext
from helpdesk.web.localization import activate

# Nothing here asks the database what tests of lists, articles and votes do not ask on PostgreSQL as well.
pytestmark = pytest.mark.on("sqlite")

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n{}\n'
RUSSIAN = """
msgid "%(num)s vote"
msgid_plural "%(num)s votes"
msgstr[0] "%(num)s голос"
msgstr[1] "%(num)s голоса"
msgstr[2] "%(num)s голосов"
"""
ARABIC_RULE = "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
ARABIC = """
msgid "%(num)s vote"
msgid_plural "%(num)s votes"
msgstr[0] "بلا أصوات"
msgstr[1] "صوت واحد"
msgstr[2] "صوتان"
msgstr[3] "%(num)s أصوات"
msgstr[4] "%(num)s صوتًا"
msgstr[5] "%(num)s صوت"
"""


def write(directory, code, body, rule=""):
    path = directory / code / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER.format(f'"Plural-Forms: {rule}\\n"' if rule else "") + body, "utf-8")
    return path


def entry(msgid, msgstr, before=""):
    return f'\n{before}msgid "{msgid}"\nmsgstr "{msgstr}"\n'


def make_app(*directories, watch=False, **options):
    app = Flask(__name__)
    Babel(app, configure_jinja=False)
    app.extensions["helpdesk_domain"] = PoDomain(directories, watch=watch, **options)
    install_in_templates(app.jinja_env)
    return app


@contextmanager
def speaking(code):
    """A request of ours and one of the host's at once, in the same language."""
    parsed = str(Locale.parse(code))
    g.hd_locale = SimpleNamespace(code=parsed, tag=parsed.replace("_", "-"))
    with force_locale(code):
        yield


def speak(app, code, function=gettext, *arguments, **variables):
    with app.app_context(), speaking(code):
        return function(*arguments, **variables)


def render(app, code, template, **values):
    with app.test_request_context(), speaking(code):
        return render_template_string(template, **values)


def votes(app, code, numbers):
    return [speak(app, code, ngettext, "%(num)s vote", "%(num)s votes", n) for n in numbers]


def test_russian_and_arabic_plurals(tmp_path):
    write(tmp_path, "ru", RUSSIAN)
    write(tmp_path, "ar", ARABIC, rule=ARABIC_RULE)
    app = make_app(tmp_path)
    assert votes(app, "ru", [1, 2, 5, 11, 21, 112]) == [
        "1 голос",
        "2 голоса",
        "5 голосов",
        "11 голосов",
        "21 голос",
        "112 голосов",
    ]
    assert votes(app, "ar", [0, 1, 2, 3, 11, 100]) == [
        "بلا أصوات",
        "صوت واحد",
        "صوتان",
        "3 أصوات",
        "11 صوتًا",
        "100 صوت",
    ]
    assert votes(app, "de", [1, 2]) == ["1 vote", "2 votes"]


@pytest.mark.parametrize("is_ours_first", [True, False])
def test_each_directory_keeps_its_plural_rule(tmp_path, is_ours_first):
    site, ours = tmp_path / "site", tmp_path / "ours"
    write(site, "ru", entry("Home", "На главную"), rule="nplurals=2; plural=(n != 1);")
    write(ours, "ru", RUSSIAN + entry("Home", "Главная"))
    app = make_app(*((ours, site) if is_ours_first else (site, ours)))
    assert votes(app, "ru", [1, 2, 5, 21]) == ["1 голос", "2 голоса", "5 голосов", "21 голос"]
    assert speak(app, "ru", gettext, "Home") == ("Главная" if is_ours_first else "На главную")


def test_a_message_comes_from_the_nearest_locale_that_has_it(tmp_path):
    site, ours = tmp_path / "site", tmp_path / "ours"
    fuzzy = entry("Fuzzy", "no", before="#, fuzzy\n")
    write(site, "es", entry("Own", "sitio"))
    write(ours, "es_MX", entry("Here", "aquí MX") + entry("Empty", "") + fuzzy)
    write(ours, "es_419", entry("Here", "aquí 419") + entry("Region", "región"))
    write(
        ours,
        "es",
        entry("Here", "aquí") + entry("Empty", "vacío") + entry("Fuzzy", "sí") + entry("Own", "no"),
    )
    app = make_app(site, ours)
    words = ["Here", "Region", "Empty", "Fuzzy", "Own", "Nowhere"]
    assert [speak(app, "es_MX", gettext, word) for word in words] == [
        "aquí MX",
        "región",
        "vacío",
        "sí",
        "sitio",
        "Nowhere",
    ]


def test_catalogs_of_another_script_are_not_used(tmp_path):
    write(tmp_path, "zh", entry("Home", "x"))
    write(tmp_path, "zh_Hans", entry("Home", "首页"))
    write(tmp_path, "zh_Hant", entry("Home", "首頁"))
    app = make_app(tmp_path)
    codes = ["zh_Hans", "zh_Hant", "zh_Hant_HK", "zh_TW", "zh_CN"]
    assert [speak(app, code, gettext, "Home") for code in codes] == ["首页", "首頁", "首頁", "首頁", "首页"]


CHAINED = ["pt-PT", "pt-BR", "gsw", "de", "ms", "ru", "zh-Hant-HK", "zh-Hans", "zh-Hant", "en"]


def chained(*directories, default="en", **fallbacks):
    """An app whose locales have these fallbacks configured; `_` for `-` in their names."""
    chains = {tag.replace("_", "-"): others for tag, others in fallbacks.items()}
    return make_app(*directories, chain=Locales.parse(CHAINED, default=default, fallbacks=chains).chain)


def test_what_a_locale_lacks_comes_from_its_configured_chain(tmp_path):
    site, ours = tmp_path / "site", tmp_path / "ours"
    write(ours, "pt_PT", entry("Home", "Início PT"))
    write(ours, "pt", entry("Home", "Início pt") + entry("Send", "Enviar pt"))
    write(ours, "pt_BR", entry("Home", "Início BR") + entry("Send", "Enviar BR") + entry("Next", "Próxima BR"))
    write(site, "de", entry("Home", "Start"))
    write(ours, "de", entry("Home", "Startseite") + entry("Send", "Senden"))
    app = chained(site, ours, pt_PT=["pt-BR"], gsw=["de"])
    words = ["Home", "Send", "Next", "Nowhere"]
    said = {code: [speak(app, code, gettext, word) for word in words] for code in ("pt_PT", "gsw", "ms", "en")}
    assert said == {
        "pt_PT": ["Início PT", "Enviar pt", "Próxima BR", "Nowhere"],
        "gsw": ["Start", "Senden", "Next", "Nowhere"],
        "ms": words,
        "en": words,
    }


def test_the_chain_ends_with_the_language_of_the_site(tmp_path):
    write(tmp_path, "ru", entry("Home", "Главная"))
    write(tmp_path, "en", entry("Home", "Home page"))
    app = chained(tmp_path, default="ru", gsw=["en"])
    assert [speak(app, code, gettext, "Home") for code in ("gsw", "ms")] == ["Home page", "Главная"]


def test_a_number_follows_the_rule_of_the_catalog_that_has_its_message(tmp_path):
    write(tmp_path, "ms", entry("Home", "Laman utama"))
    write(tmp_path, "ru", RUSSIAN)
    app = chained(tmp_path, ms=["ru"])
    assert votes(app, "ms", [1, 2, 5, 21]) == ["1 голос", "2 голоса", "5 голосов", "21 голос"]
    assert speak(app, "ms", gettext, "Home") == "Laman utama"


def test_only_the_configuration_crosses_scripts(tmp_path):
    write(tmp_path, "zh_Hans", entry("Home", "首页"))
    write(tmp_path, "zh_Hant", entry("Next", "下一頁"))
    words = ["Home", "Next"]
    said = [
        [speak(app, "zh_Hant_HK", gettext, word) for word in words]
        for app in (chained(tmp_path), chained(tmp_path, zh_Hant_HK=["zh-Hans"]))
    ]
    assert said == [["Home", "下一頁"], ["首页", "下一頁"]]


def test_a_recorder_is_told_what_is_asked_for_and_what_was_made_of_it(tmp_path):
    write(tmp_path, "de", entry("Hello %(name)s", "Hallo %(name)s"))
    app, told = make_app(tmp_path), []
    speak(app, "de", gettext, "Home")
    app.extensions["helpdesk_domain"].recorder = lambda message, text: told.append((message, text))
    speak(app, "de", gettext, "Hello %(name)s", name="Anna")
    votes(app, "de", [2])
    render(app, "de", "{{ hd_text('Hello %(name)s', name='<b>') }}{{ hd_plural('%(num)s vote', '%(num)s votes', 1) }}")
    assert told == [
        ("Hello %(name)s", "Hallo Anna"),
        ("%(num)s vote", "2 votes"),
        ("Hello %(name)s", "Hallo &lt;b&gt;"),
        ("%(num)s vote", "1 vote"),
    ]


def test_an_incomplete_plural_is_taken_from_the_parent(tmp_path):
    half = 'msgid "%(num)s vote"\nmsgid_plural "%(num)s votes"\nmsgstr[0] "X"\nmsgstr[1] ""\n'
    write(tmp_path, "es_MX", half)
    write(tmp_path, "es", half.replace('"X"', '"%(num)s voto"').replace('""', '"%(num)s votos"'))
    assert votes(make_app(tmp_path), "es_MX", [1, 2]) == ["1 voto", "2 votos"]


GARBAGE = {
    "bytes": b"\xde\x12\x04\x95\x00\x00\xff\xfe" * 50,
    "text": b"<!DOCTYPE html><p>502 Bad Gateway</p>",
    "half a letter": 'msgid "Home"\nmsgstr "Главная"'.encode()[:-2],
    "half a plural": RUSSIAN.encode()[:60],
    "charset": HEADER.replace("utf-8", "utf-99").format("").encode(),
    "latin": HEADER.replace("utf-8", "iso-8859-1").format("").encode() + b'msgid "Home"\nmsgstr "\xe4"\n',
    "half a word": 'msgid "Home"\nmsgstr "Глав'.encode(),
    "half an escape": b'msgid "Home"\nmsgstr "a\\"',
    "rule": HEADER.format('"Plural-Forms: nplurals=3; plural=n%;\\n"').encode(),
    "zero": HEADER.format('"Plural-Forms: nplurals=3; plural=n%0;\\n"').encode(),
    "deep": HEADER.format(f'"Plural-Forms: nplurals=2; plural={"(" * 999}n;\\n"').encode(),
    "count": HEADER.format('"Plural-Forms: nplurals=x; plural=n;\\n"').encode(),
    "date": HEADER.format('"POT-Creation-Date: yesterday\\n"').encode(),
    "index": RUSSIAN.replace("[2]", "[9]").encode(),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_a_garbage_catalog_is_left_out_and_logged(tmp_path, caplog, capsys, name):
    site, ours = tmp_path / "site", tmp_path / "ours"
    path = write(site, "ru", "")
    path.write_bytes(GARBAGE[name])
    write(ours, "ru", entry("Home", "Главная"))
    app = make_app(site, ours)
    with caplog.at_level(logging.WARNING):
        assert [speak(app, "ru", gettext, word) for word in ("Home", "Other")] == ["Главная", "Other"]
        assert votes(app, "ru", [1, 5]) == ["1 vote", "5 votes"]
    assert [record.getMessage().split(" is left out")[0] for record in caplog.records] == [f"The catalog {path}"]
    assert capsys.readouterr().out == ""


def test_a_catalog_cut_anywhere_never_raises(tmp_path):
    path = write(tmp_path, "ru", RUSSIAN + entry("Hello %(name)s", "Привет, %(name)s"))
    whole = path.read_bytes()
    app = make_app(tmp_path, watch=True)
    said = set()
    for length in range(0, len(whole) + 1, 7):
        path.write_bytes(whole[:length])
        said.add(speak(app, "ru", gettext, "Hello %(name)s", name="Анна"))
        votes(app, "ru", [1, 2, 5])
    assert said <= {"Hello Анна", "Привет, Анна"}


def test_a_folder_in_place_of_a_catalog_and_no_folder_at_all(tmp_path, caplog):
    (tmp_path / "de" / "LC_MESSAGES" / "messages.po").mkdir(parents=True)
    app = make_app(tmp_path, tmp_path / "nowhere")
    assert speak(app, "de", gettext, "Home") == "Home"
    assert len(caplog.records) == 1


@pytest.mark.parametrize("text", ["%(nam)s", "%(name)d", "100 % %(name)s", "%(name", "%s", "%"])
def test_a_translation_that_cannot_be_interpolated_is_not_used(tmp_path, text):
    write(tmp_path, "de", entry("Hello %(name)s", text))
    assert speak(make_app(tmp_path), "de", gettext, "Hello %(name)s", name="Anna") == "Hello Anna"


def test_a_percent_sign_is_text_where_there_are_no_variables(tmp_path):
    write(tmp_path, "de", entry("100%", "100 %") + entry("up to 100%% of %(x)s", "bis 100 %% von %(x)s"))
    app = make_app(tmp_path)
    assert [speak(app, code, gettext, "100%") for code in ("de", "fr")] == ["100 %", "100%"]
    assert speak(app, "de", gettext, "up to 100%% of %(x)s", x=3) == "bis 100 % von 3"
    assert render(app, "de", "{{ hd_text('100%') }} {{ hd_text('50% d') }}") == "100 % 50% d"
    assert render(app, "de", "{{ hd_text('up to 100%% of %(x)s', x=3) }}") == "bis 100 % von 3"


def test_templates_escape_variables_and_trust_translations(tmp_path):
    write(tmp_path, "de", entry("<b>Hello</b> %(name)s", "<b>Hallo</b> %(name)s") + RUSSIAN[:0])
    app = make_app(tmp_path)
    assert render(app, "de", "{{ hd_text('<b>Hello</b> %(name)s', name='<i>') }}") == "<b>Hallo</b> &lt;i&gt;"
    assert render(app, "de", "{% autoescape false %}{{ hd_text('a %(b)s', b='<i>') }}{% endautoescape %}") == "a <i>"


def test_plurals_in_templates(tmp_path):
    write(tmp_path, "ru", RUSSIAN)
    app = make_app(tmp_path)
    call = "{{ hd_plural('%(num)s vote', '%(num)s votes', n) }}"
    assert [render(app, "ru", call, n=n) for n in (1, 3, 5)] == ["1 голос", "3 голоса", "5 голосов"]
    assert render(app, "ru", call.replace("n)", "n, num='1,5')"), n=5) == "1,5 голосов"


def test_a_catalog_is_read_once(tmp_path):
    path = write(tmp_path, "de", entry("Home", "Start"))
    app = make_app(tmp_path)
    assert speak(app, "de", gettext, "Home") == "Start"
    path.write_bytes(b"garbage")
    assert speak(app, "de", gettext, "Home") == "Start"


def test_watching_sees_new_changed_and_removed_files(tmp_path):
    app = make_app(tmp_path, watch=True)
    said = [speak(app, "de", gettext, "Home")]
    path = write(tmp_path, "de", entry("Home", "Start"))
    said.append(speak(app, "de", gettext, "Home"))
    write(tmp_path, "de", entry("Home", "Seite"))
    os.utime(path, ns=(1, 1))
    said.append(speak(app, "de", gettext, "Home"))
    path.unlink()
    said.append(speak(app, "de", gettext, "Home"))
    assert said == ["Home", "Start", "Seite", "Home"]


def test_two_apps_in_one_process_keep_apart(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / name, "de", entry("Home", name))
    first, second = make_app(tmp_path / "a"), make_app(tmp_path / "b")
    assert [speak(app, "de", gettext, "Home") for app in (first, second, first)] == ["a", "b", "a"]


def test_the_hosts_domain_and_ours_do_not_meet(tmp_path):
    write(tmp_path / "host", "de", entry("Home", "Wirt"))
    write(tmp_path / "ours", "de", entry("Home", "Gast"))
    app = Flask(__name__)
    babel = Babel(app)
    babel.domain_instance = PoDomain([tmp_path / "host"])
    app.extensions["helpdesk_domain"] = PoDomain([tmp_path / "ours"])
    install_in_templates(app.jinja_env)
    assert [speak(app, "de", call, "Home") for call in (gettext, flask_babel.gettext)] == ["Gast", "Wirt"]
    both = "{{ _('Home') }} {{ hd_text('Home') }} {% trans %}Home{% endtrans %}"
    assert render(app, "de", both) == "Wirt Gast Wirt"


def test_a_list_is_joined_in_every_language(app: Flask) -> None:
    for locale in app.extensions["helpdesk"].locales.all:
        with app.test_request_context(f"/{locale.tag}/"):
            activate(locale)
            for style in ({}, {"style": "or"}):
                for count in range(1, 5):
                    text = joined([Markup("<i>{}</i>").format(n) for n in range(count)], **style)
                    assert [part[0] for part in text.split("<i>")[1:]] == [str(n) for n in range(count)]
