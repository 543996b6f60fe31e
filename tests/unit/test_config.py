"""Settings: where they come from, and that a wrong one stops the start with a sentence."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from helpdesk.config import Settings, load, registry
from helpdesk.errors import ConfigurationError
from helpdesk.locales import SHIPPED
from helpdesk.services.bootstrapping import secret_key

KEY = "k" * 32


def settings(tmp_path: Path, **environ: str) -> Settings:
    return load(tmp_path, environ={f"HELPDESK_{name.upper()}": value for name, value in environ.items()})


def test_defaults(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert found.resolved_database_url == f"sqlite:///{tmp_path / 'helpdesk.sqlite'}"
    assert found.index_path == tmp_path / "index"
    assert found.page_size == 15
    assert {locale.tag for locale in found.locale_set.all} == set(SHIPPED)


def test_environment_wins_over_the_instance_file(tmp_path: Path) -> None:
    (tmp_path / "helpdesk.toml").write_text('site_name = "File"\npage_size = 7\nlocales = ["en", "fr"]\n')
    found = settings(tmp_path, site_name="Environment")
    assert (found.site_name, found.page_size, found.locales) == ("Environment", 7, ("en", "fr"))


def test_fallbacks(tmp_path: Path) -> None:
    found = settings(tmp_path, locales="en, es, pt-BR", fallbacks="pt-BR: es, en")
    chain = found.locale_set.chain(found.locale_set.get("pt-BR"))
    assert [locale.tag for locale in chain] == ["pt-BR", "es", "en"]


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"locale": "en"}, "HELPDESK_LOCALE is not a setting; `flask helpdesk doctor` lists them all."),
        ({"page_size": "many"}, "HELPDESK_PAGE_SIZE must be a whole number above 0, not 'many'."),
        (
            {"helpful_width": "1.5"},
            "HELPDESK_HELPFUL_WIDTH must be a number between 0 and 1, such as 0.4, not '1.5'.",
        ),
        ({"helpful_width": "0.0"}, "HELPDESK_HELPFUL_WIDTH must be a number between 0 and 1, such as 0.4, not '0.0'."),
        ({"page_size": "0"}, "HELPDESK_PAGE_SIZE must be a whole number above 0, not '0'."),
        ({"bootstrap": "maybe"}, "HELPDESK_BOOTSTRAP must be demo, empty or off, not 'maybe'."),
        (
            {"contact_url": "javascript:alert(1)"},
            "HELPDESK_CONTACT_URL must be an http, https or mailto address, not 'javascript:alert(1)'.",
        ),
        (
            {"vote_reasons": "hard, ugly"},
            "HELPDESK_VOTE_REASONS knows hard, incomplete, outdated, wrong, unsolved; not ugly.",
        ),
        (
            {"site_url": "help.example.com"},
            "HELPDESK_SITE_URL must be an absolute address such as https://help.example.com, not 'help.example.com'.",
        ),
    ],
)
def test_wrong_settings(tmp_path: Path, environ: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        settings(tmp_path, **environ)
    assert str(error.value) == message


def test_a_public_site_has_no_default_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="HELPDESK_SECRET_KEY must hold at least 16 characters"):
        settings(tmp_path, site_url="https://help.example.com")
    assert settings(tmp_path, site_url="https://help.example.com", secret_key=KEY).is_public
    assert not settings(tmp_path, site_url="http://127.0.0.1:5000").is_public


def test_hosts(tmp_path: Path) -> None:
    assert settings(tmp_path).hosts == {"localhost", "127.0.0.1", "[::1]"}
    public = settings(tmp_path, site_url="https://Help.Example.com/de", secret_key=KEY, trusted_hosts="Other.example")
    assert public.hosts == {"help.example.com", "other.example"}


def test_development_key_is_made_once_and_private(tmp_path: Path) -> None:
    found = settings(tmp_path / "instance")
    key = secret_key(found)
    file = tmp_path / "instance" / "development.key"
    assert len(key) >= 32
    assert secret_key(found) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_broken_instance_file(tmp_path: Path) -> None:
    (tmp_path / "helpdesk.toml").write_text("site_name = \n")
    with pytest.raises(ConfigurationError, match="is not a TOML file"):
        settings(tmp_path)


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, _default, meaning in registry() if len(meaning) < 15] == []
