"""Dates and numbers as two independent implementations of CLDR print them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from helpdesk.locales import SHIPPED, Locales, format_date, format_number, format_percent

TABLE = [
    ("en-SG", "5 Sept 2023", "24 Apr 2026", "11,563"),
    ("en-GB", "5 Sept 2023", "24 Apr 2026", "11,563"),
    ("en", "Sep 5, 2023", "Apr 24, 2026", "11,563"),
    ("de", "5. Sept. 2023", "24. Apr. 2026", "11.563"),
    ("ar", "5 سبتمبر 2023", "24 أبريل 2026", "11,563"),
    ("zh-Hans", "2023年9月5日", "2026年4月24日", "11,563"),
    ("zh-Hant", "2023年9月5日", "2026年4月24日", "11,563"),
    ("ja", "2023年9月5日", "2026年4月24日", "11,563"),
    ("es", "5 sept 2023", "24 abr 2026", "11.563"),
    ("ru", "5 сент. 2023\u202fг.", "24 апр. 2026\u202fг.", "11\xa0563"),
    ("hi", "5 सित॰ 2023", "24 अप्रैल 2026", "11,563"),
    ("he", "5 בספט׳ 2023", "24 באפר׳ 2026", "11,563"),
    ("ko", "2023년 9월 5일", "2026년 4월 24일", "11,563"),
    ("fr", "5 sept. 2023", "24 avr. 2026", "11\u202f563"),
    ("pt-BR", "5 de set. de 2023", "24 de abr. de 2026", "11.563"),
    ("tr", "5 Eyl 2023", "24 Nis 2026", "11.563"),
    ("vi", "5 thg 9, 2023", "24 thg 4, 2026", "11.563"),
    ("th", "5 ก.ย. 2023", "24 เม.ย. 2026", "11,563"),
    ("id", "5 Sep 2023", "24 Apr 2026", "11.563"),
]


def locale(tag):
    return Locales.parse([tag], default=tag).default


@pytest.mark.parametrize(("tag", "autumn", "spring", "count"), TABLE)
def test_dates_and_counts(tag, autumn, spring, count):
    assert format_date(date(2023, 9, 5), locale(tag)) == autumn
    assert format_date(datetime(2026, 4, 24, 23, 59, tzinfo=UTC), locale(tag)) == spring
    assert format_number(11563, locale(tag)) == count


@pytest.mark.parametrize(
    ("tag", "digits", "day", "count"),
    [
        ("ar", "arab", "٥ سبتمبر ٢٠٢٣", "١٬١٥٦٬٣٠٠"),
        ("ar", "latn", "5 سبتمبر 2023", "1,156,300"),
        ("fa", "arabext", "۵ سپتامبر ۲۰۲۳", "۱٬۱۵۶٬۳۰۰"),
        ("fa", "latn", "5 سپتامبر 2023", "1,156,300"),
        ("ur", "arabext", "۵ ستمبر، ۲۰۲۳", "۱٬۱۵۶٬۳۰۰"),
        ("hi", "deva", "५ सित॰ २०२३", "११,५६,३००"),
        ("mr", "latn", "5 सप्टें, 2023", "11,56,300"),
        ("de", "arab", "٥. Sept. ٢٠٢٣", "١٬١٥٦٬٣٠٠"),
    ],
)
def test_digits_change_dates_counts_and_separators_together(tag, digits, day, count):
    assert format_date(date(2023, 9, 5), locale(tag), digits) == day
    assert format_number(1_156_300, locale(tag), digits) == count


def test_digits_are_of_four_systems():
    for broken in ("", "Arab", "thai", "default"):
        with pytest.raises(KeyError):
            format_date(date(2023, 9, 5), locale("en"), broken)
        with pytest.raises(KeyError):
            format_number(1, locale("en"), broken)


def test_a_time_shows_the_day_of_its_own_zone():
    moment = datetime(2023, 9, 5, 23, 30, tzinfo=UTC)
    singapore = moment.astimezone(timezone(timedelta(hours=8)))
    assert [format_date(value, locale("en-SG")) for value in (moment, singapore)] == [
        "5 Sept 2023",
        "6 Sept 2023",
    ]


def test_every_month_has_a_name_and_no_hidden_marks():
    for tag in (*SHIPPED, "ur", "fa"):
        printed = [format_date(date(2024, month, 1), locale(tag)) for month in range(1, 13)]
        assert len(set(printed)) == 12
        assert [text for text in printed if re.search(r"M\d\d|[\u200e\u200f\u061c]", text)] == []


def test_small_and_large_counts():
    assert [format_number(value, locale("de")) for value in (0, 7, 999, 1_000, 10**18)] == [
        "0",
        "7",
        "999",
        "1.000",
        "1.000.000.000.000.000.000",
    ]


PERCENT = {
    "72%": "en pt-BR he hi ja ko zh-Hans zh-Hant vi th id en-SG",
    "72\xa0%": "de es fr ru",
    "72\u200e%\u200e": "ar",
    "%72": "tr",
}


def test_percent_as_the_browsers_intl_prints_it():
    assert {tag for tags in PERCENT.values() for tag in tags.split()} == set(SHIPPED)
    for printed, tags in PERCENT.items():
        assert {format_percent(0.72, locale(tag)) for tag in tags.split()} == {printed}
    shares = (0, 0.0004, 0.0096, 0.0987, 0.0999, 0.1, 0.995, 0.9996, 1)
    assert [format_percent(share, locale("en")) for share in shares] == [
        "0%",
        "0%",
        "1%",
        "9.9%",
        "10%",
        "10%",
        "100%",
        "100%",
        "100%",
    ]
    assert format_percent(0.0724, locale("de")) == "7,2\xa0%"


@pytest.mark.parametrize(
    ("tag", "digits", "printed"),
    [
        ("ar", "arab", "٧٫٢٪\u061c"),
        ("fa", "arabext", "۷٫۲٪"),
        ("ur", "arabext", "۷٫۲%"),
        ("hi", "deva", "७.२%"),
        ("de", "arab", "٧٫٢\xa0٪\u061c"),
    ],
)
def test_digits_change_the_sign_of_percent_as_well(tag, digits, printed):
    assert format_percent(0.072, locale(tag), digits) == printed
