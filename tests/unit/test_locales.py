"""The configured locales: spelling, negotiation, chains, names."""

from __future__ import annotations

import pytest

from helpdesk.errors import ConfigurationError
from helpdesk.locales import SHIPPED, Locales, cldr_parents, language_name

WORLD = ("en", "es", "fr", "pt-BR", "zh-Hans", "zh-Hant", "ar", "ru", "ja", "de", "he", "id", "nb", "sr-Latn")

VECTORS = [
    ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hant"),
    ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
    ("zh-HK", "zh-Hant"),
    ("zh-SG", "zh-Hans"),
    ("zh", "zh-Hans"),
    ("pt-PT,pt;q=0.9,en;q=0.5", "pt-BR"),
    ("pt", "pt-BR"),
    ("es-MX,es;q=0.9", "es"),
    ("en-SG", "en"),
    ("no", "nb"),
    ("iw", "he"),
    ("in-ID", "id"),
    ("fr-CA;q=0.9,en;q=0.3", "fr"),
    ("it,de;q=0.7", "de"),
    ("*", "en"),
    ("", "en"),
    ("en;q=0,fr;q=0.1", "fr"),
    ("sr-Cyrl,en;q=0.2", "en"),
    ("sr", "sr-Latn"),
    ("AR-eg", "ar"),
    ("x;q=abc,ja", "ja"),
    ("zh-Hant-HK,en", "zh-Hant"),
]


def parse(*tags, default="", **fallbacks):
    chains = {tag.replace("_", "-"): others for tag, others in fallbacks.items()}
    return Locales.parse(tags, default=default or tags[0], fallbacks=chains)


def chain(locales, tag):
    return [item.tag for item in locales.chain(locales.get(tag))]


@pytest.mark.parametrize(("header", "expected"), VECTORS)
def test_negotiation_vectors(header, expected):
    assert parse(*WORLD).negotiate(header).tag == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "en"),
        ("en", "en"),
        ("en-GB", "en"),
        ("en-US", "en"),
        ("en-SG", "en-SG"),
        ("en-sg,en;q=0.9", "en-SG"),
        ("de-CH,en-SG;q=0.9", "de"),
        ("fr;q=0.5,en-SG;q=0.6", "en-SG"),
        ("zh-Hans-SG", "zh-Hans"),
        ("zh-cmn-Hant-TW", "zh-Hant"),
        ("de-1996-u-co-phonebk", "de"),
        ("uk,ru;q=0.3", "ru"),
        ("uk", "en"),
    ],
)
def test_a_regional_variant_is_for_readers_who_ask_for_the_region(header, expected):
    assert parse(*SHIPPED).negotiate(header).tag == expected


def test_a_regional_variant_is_for_all_where_nothing_else_is_written_their_way():
    assert parse("fr", "en-SG").negotiate("en-GB").tag == "en-SG"


def test_a_reader_gets_the_nearest_variant_by_cldr_parents():
    locales = parse("es", "es-419", "pt-BR", "pt-PT", "zh-Hant", "zh-Hant-HK")
    asked = ["es-AR", "es", "pt-AO", "pt", "zh-MO", "zh-TW"]
    assert [locales.negotiate(tag).tag for tag in asked] == [
        "es-419",
        "es",
        "pt-PT",
        "pt-BR",
        "zh-Hant-HK",
        "zh-Hant",
    ]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("de;q=2", "en"),
        ("de;q=nan", "en"),
        ("de;q=-1", "en"),
        ("de;q=1e9", "en"),
        ("de;q=inf,fr;q=0.1", "fr"),
        ("de;q=0.8999999761581421,fr;q=0.5", "de"),
        ("de;Q=0.1,fr", "fr"),
        ("de;q=0.5;q=0,fr;q=0.1", "fr"),
        (" , ;;q=1, ,\tde\t", "de"),
        ("d\u0435", "en"),
        ("\u00b2\u00b2,de", "de"),
        ("de\x00,fr", "fr"),
        ("i-klingon,root,und,mul,de;q=0.1", "de"),
        ("-,_,--,de-,de--DE,fr;q=0.1", "fr"),
        ("a" * 100_000 + ",de", "en"),
        ("-".join(["de"] * 50_000), "en"),
        ("," * 31 + "de", "de"),
        ("," * 32 + "de", "en"),
        ("it" + " " * 1_900 + ",fr," + " " * 90 + "de", "fr"),
        ("x" * 1_996 + ",de-AT", "en"),
    ],
)
def test_hostile_headers(header, expected):
    assert parse("en", "de", "fr").negotiate(header).tag == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "en"),
        ("pt-br", "pt-BR"),
        ("pt", "pt-BR"),
        ("zh-tw", "zh-Hant"),
        ("zh_TW", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("iw", "he"),
        ("no", "nb"),
        ("en-US", "en"),
        ("EN", "en"),
        ("en-Latn-US", "en"),
        ("sh", "sr-Latn"),
        ("cmn-hans", "zh-Hans"),
        ("pt-PT", None),
        ("en-GB", None),
        ("zh-HK", None),
        ("sr", None),
        ("en-u-hc-h12", None),
        ("en-US-posix", None),
        ("", None),
        ("robots.txt", None),
        ("en" + "-aa" * 20, None),
    ],
)
def test_an_alias_equals_a_configured_locale(tag, expected):
    found = parse(*WORLD).find_alias(tag)
    assert (found and found.tag) == expected


def test_find_takes_the_exact_tag_only():
    locales = parse("en", "pt-BR")
    assert [locales.find(tag) for tag in ("pt-BR", "pt-br", "pt_BR", "pt", "")] == [
        locales.get("pt-BR"),
        None,
        None,
        None,
        None,
    ]
    with pytest.raises(KeyError):
        locales.get("pt-br")


def test_chains_follow_cldr_parents_and_end_in_the_default():
    locales = parse("en", "en-001", "en-SG", "es", "es-419", "es-MX", "zh-Hans", "zh-Hant", "zh-Hant-HK", "fr")
    assert chain(locales, "en-SG") == ["en-SG", "en-001", "en"]
    assert chain(locales, "es-MX") == ["es-MX", "es-419", "es", "en"]
    assert chain(locales, "zh-Hant-HK") == ["zh-Hant-HK", "zh-Hant", "en"]
    assert chain(locales, "fr") == ["fr", "en"]
    assert chain(locales, "en") == ["en"]


def test_a_chain_never_crosses_scripts_by_itself():
    assert chain(parse("fr", "sr", "sr-Latn"), "sr-Latn") == ["sr-Latn", "fr"]
    assert chain(parse("fr", "zh-Hans", "zh-Hant"), "zh-Hant") == ["zh-Hant", "fr"]
    assert chain(parse("fr", "zh-Hans", "zh-Hant", zh_Hant=["zh-Hans"]), "zh-Hant") == [
        "zh-Hant",
        "zh-Hans",
        "fr",
    ]


def test_configured_fallbacks_go_first_and_further():
    locales = parse("en", "pt-PT", "pt-BR", "es", "fr", pt_PT=["es"], es=["fr"])
    assert chain(locales, "pt-PT") == ["pt-PT", "es", "pt-BR", "fr", "en"]


def test_a_chain_ends_at_the_default_wherever_it_meets_it():
    locales = parse("en", "en-SG", "de", en_SG=["en", "de"], en=["de"], de=["en-SG"])
    assert [chain(locales, tag) for tag in ("en-SG", "en", "de")] == [
        ["en-SG", "en"],
        ["en"],
        ["de", "en-SG", "en"],
    ]


def test_circles_of_fallbacks_end():
    locales = parse("en", "de", "fr", de=["fr", "de"], fr=["de"])
    assert (chain(locales, "de"), chain(locales, "fr")) == (["de", "fr", "en"], ["fr", "de", "en"])


def test_inherited_is_the_same_language_and_script():
    locales = parse("en", "en-SG", "zh-Hans", "zh-Hant", "sr", "sr-Latn", "de")
    pairs = [("en-SG", "en"), ("zh-Hant", "zh-Hans"), ("sr-Latn", "sr"), ("de", "en"), ("de", "de")]
    same = [locales.is_same_writing(locales.get(a), locales.get(b)) for a, b in pairs]
    assert same == [True, False, False, False, True]


@pytest.mark.parametrize(
    ("tags", "default", "fallbacks", "sentence"),
    [
        ([], "en", {}, "At least one locale must be configured."),
        (["en", "xx"], "en", {}, "Locale 'xx' is unknown to CLDR."),
        (["de-FR"], "de-FR", {}, "Locale 'de-FR' is unknown to CLDR."),
        (["root"], "root", {}, "Locale 'root' is not a language tag such as en, pt-BR or zh-Hans."),
        (["../en"], "../en", {}, "Locale '../en' is not a language tag such as en, pt-BR or zh-Hans."),
        ([""], "", {}, "Locale '' is not a language tag such as en, pt-BR or zh-Hans."),
        (["zh-CN"], "zh-CN", {}, "Locale 'zh-CN' is not the canonical spelling: write zh-Hans."),
        (["zh-TW"], "zh-TW", {}, "Locale 'zh-TW' is not the canonical spelling: write zh-Hant."),
        (["zh-HK"], "zh-HK", {}, "Locale 'zh-HK' is not the canonical spelling: write zh-Hant-HK."),
        (["zh"], "zh", {}, "Locale 'zh' is not the canonical spelling: write zh-Hans."),
        (["pt_BR"], "pt_BR", {}, "Locale 'pt_BR' is not the canonical spelling: write pt-BR."),
        (["iw"], "iw", {}, "Locale 'iw' is not the canonical spelling: write he."),
        (["en-Latn"], "en-Latn", {}, "Locale 'en-Latn' is not the canonical spelling: write en."),
        (["en", "de", "en"], "en", {}, "Locale en is the same as en: configure one of them."),
        (["en", "en-US"], "en", {}, "Locale en-US is the same as en: configure one of them."),
        (["en", "de"], "fr", {}, "The default locale 'fr' is not one of the configured: en, de."),
        (
            ["en"],
            "en",
            {"en": ["de"]},
            "In the fallbacks of en, locale 'de' is not one of the configured: en.",
        ),
        (
            ["en"],
            "en",
            {"de": ["en"]},
            "In the fallbacks of de, locale 'de' is not one of the configured: en.",
        ),
    ],
)
def test_a_broken_configuration_is_told_in_a_sentence(tags, default, fallbacks, sentence):
    with pytest.raises(ConfigurationError) as caught:
        Locales.parse(tags, default=default, fallbacks=fallbacks)
    assert str(caught.value) == sentence


def test_the_shipped_locales():
    locales = parse(*SHIPPED)
    assert [(item.tag, item.code, item.name) for item in locales.all] == [
        ("en", "en", "English"),
        ("de", "de", "Deutsch"),
        ("es", "es", "Español"),
        ("fr", "fr", "Français"),
        ("pt-BR", "pt_BR", "Português (Brasil)"),
        ("ru", "ru", "Русский"),
        ("ar", "ar", "العربية"),
        ("he", "he", "עברית"),
        ("hi", "hi", "हिन्दी"),
        ("ja", "ja", "日本語"),
        ("ko", "ko", "한국어"),
        ("zh-Hans", "zh_Hans", "简体中文"),
        ("zh-Hant", "zh_Hant", "繁體中文"),
        ("tr", "tr", "Türkçe"),
        ("vi", "vi", "Tiếng Việt"),
        ("th", "th", "ไทย"),
        ("id", "id", "Bahasa Indonesia"),
        ("en-SG", "en_SG", "English (Singapore)"),
    ]
    assert [item.tag for item in locales.all if item.direction == "rtl"] == ["ar", "he"]
    assert [(item.tag, item.region) for item in locales.all if item.region] == [
        ("pt-BR", "BR"),
        ("en-SG", "SG"),
    ]
    assert {item.script for item in locales.all} == {
        "Latn", "Cyrl", "Arab", "Hebr", "Deva", "Jpan", "Kore", "Hans", "Hant", "Thai"
    }  # fmt: skip


def test_direction_is_that_of_the_script():
    tags = ("fa", "ur", "ps", "ckb", "yi", "dv", "az", "az-Arab", "pa", "pa-Arab", "uz-Arab", "ks", "ks-Deva")
    assert [item.tag for item in parse(*tags).all if item.direction == "ltr"] == ["az", "pa", "ks-Deva"]


def test_own_names_outside_the_table_begin_with_a_capital():
    tags = ("it", "cs", "uk", "ka", "zu", "fa", "sr", "sr-Latn", "es-419", "en-GB", "ms", "zh-Hant-HK")
    assert [item.name for item in parse(*tags).all] == [
        "Italiano",
        "Čeština",
        "Українська",
        "ქართული",
        "IsiZulu",
        "فارسی",
        "Српски",
        "Srpski (latinica)",
        "Español latinoamericano",
        "British English",
        "Bahasa Melayu",
        "繁體中文（香港）",
    ]


@pytest.mark.parametrize(
    ("speaker", "names"),
    [
        (
            "en",
            [
                "Arabic",
                "Brazilian Portuguese",
                "Simplified Chinese",
                "Traditional Chinese",
                "English (Singapore)",
            ],
        ),
        (
            "es",
            ["árabe", "portugués de Brasil", "chino simplificado", "chino tradicional", "inglés (Singapur)"],
        ),
        ("zh-Hans", ["阿拉伯语", "巴西葡萄牙语", "简体中文", "繁体中文", "英语（新加坡）"]),
        (
            "ko",
            [
                "아랍어",
                "포르투갈어(브라질)",
                "중국어(만다린, 간체)",
                "중국어(만다린, 번체)",
                "영어(싱가포르)",
            ],
        ),
    ],
)
def test_names_of_languages_in_other_languages(speaker, names):
    locales = parse(*SHIPPED)
    named = [locales.get(tag) for tag in ("ar", "pt-BR", "zh-Hans", "zh-Hant", "en-SG")]
    assert [language_name(locale, locales.get(speaker)) for locale in named] == names


def test_a_language_that_cldr_cannot_name_has_its_own_name():
    locales = parse("en", "tyv")
    assert language_name(locales.get("en"), locales.get("tyv")) == "English"


def test_cldr_parents():
    codes = ["es_MX", "pt_AO", "en_SG", "zh_Hant_MO", "zh_Hant", "sr_Latn_ME", "sr_ME", "de", "root", ""]
    assert [cldr_parents(code) for code in codes] == [
        ("es_MX", "es_419", "es"),
        ("pt_AO", "pt_PT", "pt"),
        ("en_SG", "en_001", "en"),
        ("zh_Hant_MO", "zh_Hant_HK", "zh_Hant"),
        ("zh_Hant",),
        ("sr_Latn_ME", "sr_Latn"),
        ("sr_ME",),
        ("de",),
        (),
        (),
    ]


def test_a_set_can_be_compared_and_hashed():
    assert parse("en", "de") == parse("en", "de")
    assert hash(parse("en", "de")) == hash(parse("en", "de"))
    assert parse("en", "de", "fr") != parse("en", "de", "fr", de=["fr"])
