"""The registry of settings: read from `HELPDESK_*` and an instance file, checked once, frozen."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from helpdesk.errors import ConfigurationError
from helpdesk.locales import DIGITS, Locales

PREFIX = "HELPDESK_"
INSTANCE_FILE = "helpdesk.toml"
# No settings: read before there are any (the folder that holds the instance file), or by the test suite.
FOREIGN_NAMES = frozenset({"HELPDESK_REQUIRE", "HELPDESK_TEST_DOSE", "HELPDESK_INSTANCE_DIR"})
# A path that can stand before ours: nothing in it needs an escape.
PREFIX_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
BOOTSTRAPS = ("demo", "empty", "off")
EUROPEAN_UNION = (
    "AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI, FR, GR, HR, HU, IE, IT, LT, LU, LV, MT, NL, PL, PT, RO, SE, SI, SK"
)
REASONS = ("hard", "incomplete", "outdated", "wrong", "unsolved")
ROLES = ("admin", "editor", "author", "translator", "analyst")
# Parts of an article that are searched.
WEIGHTS = ("title", "keywords", "headings", "summary", "body")


def _text(value: str) -> str:
    return value.strip()


def _integer(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value.strip()) or int(value) == 0:
        raise ValueError("a whole number above 0")
    return int(value)


def _count(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value.strip()):
        raise ValueError("a whole number, 0 or above")
    return int(value)


def _share(value: str) -> float:
    if not re.fullmatch(r"0?\.[0-9]{1,9}", value.strip()) or float(value) == 0:
        raise ValueError("a number between 0 and 1, such as 0.4")
    return float(value)


def _words(value: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in value.split(",") if word.strip())


def _fallbacks(value: str) -> Mapping[str, tuple[str, ...]]:
    chains = {}
    for item in filter(None, (part.strip() for part in value.split(";"))):
        tag, colon, rest = item.partition(":")
        if not colon or not _words(rest):
            raise ValueError("chains such as `pt-BR: es, en; zh-Hant-HK: zh-Hant`")
        chains[tag.strip()] = _words(rest)
    return chains


def _regions(value: str) -> Mapping[str, tuple[str, ...]]:
    regions = _fallbacks(value)
    codes = [code for group in regions.values() for code in group]
    if any(not re.fullmatch(r"[A-Z]{2,8}|[0-9]{3}", code) for code in codes):
        raise ValueError("regions such as `de: DE, AT; EU: AT, BE`")
    return regions


def _digits(value: str) -> Mapping[str, str]:
    systems = {tag: names[0] for tag, names in _fallbacks(value).items()}
    if not set(systems.values()) <= set(DIGITS):
        raise ValueError(f"digits such as `ar: arab; hi: deva` ({', '.join(DIGITS)})")
    return systems


def _weights(value: str) -> Mapping[str, float]:
    weights = {name: float(numbers[0]) for name, numbers in _fallbacks(value).items()}
    if set(weights) != set(WEIGHTS) or not all(0 <= weight <= 100 for weight in weights.values()):
        raise ValueError(f"a number from 0 to 100 for each of {', '.join(WEIGHTS)}, such as `title: 3; body: 1`")
    return weights


def _segmenters(value: str) -> Mapping[str, str]:
    names = {language: ",".join(functions) for language, functions in _fallbacks(value).items()}
    if not all(re.fullmatch("[a-z]{2,3} [A-Za-z_][\\w.]*:[A-Za-z_]\\w*", " ".join(pair)) for pair in names.items()):
        raise ValueError("functions by language, such as `ja: package.module:function; ko: package.module:other`")
    return names


def _origins(value: str) -> tuple[str, ...]:
    origins = _words(value)
    for origin in origins:
        parts = urlsplit(origin)
        if origin != "*" and origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError("`*`, or origins such as https://www.example.com")
    return origins


def _url(value: str) -> str:
    value = value.strip().rstrip("/")
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment):
        raise ValueError("an absolute address such as https://help.example.com")
    if parts.path and not PREFIX_PATH.fullmatch(parts.path):
        raise ValueError("an address with a plain path, such as https://example.com/help")
    return value


def _contact(value: str) -> str:
    if urlsplit(value.strip()).scheme not in ("http", "https", "mailto"):
        raise ValueError("an http, https or mailto address")
    return value.strip()


def _bootstrap(value: str) -> str:
    if value.strip() not in ("", *BOOTSTRAPS):
        raise ValueError("demo, empty or off")
    return value.strip()


def _folder(value: str) -> Path | None:
    return Path(value.strip()).expanduser().absolute() if value.strip() else None


def _truth(value: str) -> bool:
    if value.strip().lower() not in ("", "true", "false"):
        raise ValueError("true or false")
    return value.strip().lower() == "true"


def _setting(default: str, read: Callable[[str], Any], meaning: str) -> Any:
    return field(default_factory=lambda: read(default), metadata={"default": default, "read": read, "help": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one instance; `locale_set` is made of the three that speak of locales."""

    instance_dir: Path
    database_url: str = _setting("", _text, "Database; empty: SQLite file `helpdesk.sqlite` in the instance folder")
    index_dir: Path | None = _setting(
        "", _folder, "Search index; empty: `index` in the instance folder; never a shared disk"
    )
    media_dir: Path | None = _setting("", _folder, "Images by content hash; empty: `media` in the instance folder")
    translations_dir: Path | None = _setting(
        "",
        _folder,
        "Your own catalogs, looked up before the shipped ones; empty: `translations` in the instance folder",
    )
    secret_key: str = _setting("", _text, "Signs cookies, seals the secrets of apps; needed as soon as SITE_URL is set")
    site_url: str = _setting("", _url, "Public address of the site; empty: served to this machine only")
    trusted_hosts: tuple[str, ...] = _setting("", _words, "Further host names to answer to, comma separated")
    site_name: str = _setting("Acme Exchange", _text, "The company's name, in the header and in titles")
    contact_url: str = _setting("mailto:support@example.com", _contact, "Where a reader is sent whom no article helped")
    locales: tuple[str, ...] = _setting(
        "en, en-SG, de, es, fr, pt-BR, ru, ar, he, hi, ja, ko, zh-Hans, zh-Hant, tr, vi, th, id",
        _words,
        "Locales of the site, in the switcher's order",
    )
    default_locale: str = _setting("en", _text, "Where negotiation and fallback end")
    fallbacks: Mapping[str, tuple[str, ...]] = _setting(
        "", _fallbacks, "Chains beside CLDR's: `pt-BR: es, en; zh-Hant-HK: zh-Hant`"
    )
    regions: Mapping[str, tuple[str, ...]] = _setting(
        "", _regions, "Where a locale's readers live, beside the region in its tag: `de: DE, AT, CH`"
    )
    region_groups: Mapping[str, tuple[str, ...]] = _setting(
        f"EU: {EUROPEAN_UNION}", _regions, "Names for several regions, for articles limited to them"
    )
    digits: Mapping[str, str] = _setting(
        "", _digits, "Digits of a locale other than 0-9: `ar: arab; fa: arabext; hi: deva`"
    )
    layout: str = _setting("", _text, "Template of a host that our pages stand in: `host/base.html`")
    trusted_proxies: int = _setting("0", _count, "Number of proxies in front whose X-Forwarded headers are believed")
    cdn_seconds: int = _setting(
        "0", _count, "Seconds that a shared cache in front may keep pages; above 0, views are counted by the script"
    )
    bootstrap: str = _setting(
        "",
        _bootstrap,
        "What an empty database gets: `demo`, `empty` or `off`; empty: `demo` under `flask run`, else `empty`",
    )
    page_size: int = _setting("15", _integer, "Cards on a page of a list")
    query_length: int = _setting("256", _integer, "Characters of a search that are read")
    comment_length: int = _setting("1000", _integer, "Characters of a comment")
    news_category: str = _setting(
        "announcements", _text, "Key of the category whose latest articles stand on the front page"
    )
    vote_reasons: tuple[str, ...] = _setting(", ".join(REASONS), _words, "Reasons offered after a no, in this order")
    votes_per_minute: int = _setting("60", _integer, "Feedback requests a minute and voter before 429")
    new_voters_per_minute: int = _setting(
        "600", _integer, "First votes, and views told by the script, a minute and network before they are refused"
    )
    new_voters_per_hour: int = _setting("30", _integer, "First votes an hour and network before votes are held")
    helpful_width: float = _setting(
        "0.4", _share, "How wide the interval of a share of votes may be; before it is narrower, votes are not enough"
    )
    api_origins: tuple[str, ...] = _setting(
        "", _origins, "Sites whose scripts may read the API, comma separated; `*`: all"
    )
    api_per_minute: int = _setting("120", _integer, "API requests a minute and network before 429")
    search_weights: Mapping[str, float] = _setting(
        "title: 3; keywords: 3; headings: 2; summary: 1.5; body: 1",
        _weights,
        "What a word counts for in each part of an article",
    )
    segmenters: Mapping[str, str] = _setting(
        "",
        _segmenters,
        "Functions that divide text without spaces into words, instead of pairs of letters: "
        "`ja: package.module:function; ko: package.module:other`",
    )
    suggestions_per_minute: int = _setting(
        "600", _integer, "Suggestions while typing, a minute and network, before 429"
    )
    password_length: int = _setting("12", _integer, "Characters that a password of the team has at least")
    totp_roles: tuple[str, ...] = _setting(
        "", _words, "Roles that must enter a code from an app besides the password: `admin, editor`"
    )
    session_idle_minutes: int = _setting(
        "120", _integer, "Minutes without a request after which a member is signed out"
    )
    session_hours: int = _setting(
        "24", _integer, "Hours after which a member signs in again, whatever happened meanwhile"
    )
    link_hours: int = _setting("24", _integer, "Hours in which a link that sets a password can be used")
    sign_ins_per_account: int = _setting("30", _integer, "Failed sign-ins an hour and account before 429")
    sign_ins_per_network: int = _setting("100", _integer, "Failed sign-ins an hour and network before 429")
    oidc_issuer: str = _setting("", _text, "OpenID Connect provider of the team: `https://login.example.com`")
    oidc_client_id: str = _setting("", _text, "What that provider calls this site")
    oidc_client_secret: str = _setting("", _text, "What the provider knows this site by; empty for a public client")
    oidc_name: str = _setting("", _text, "Name of the provider, on the button; empty: its host")
    oidc_role: str = _setting("", _text, "Role of people of the provider's without an account; empty: they stay out")
    oidc_only: bool = _setting("", _truth, "`true`: the team signs in with the provider only, and passwords are off")
    view_repeat_minutes: int = _setting("30", _integer, "How long a second reading by the same reader is a repeat")
    searches_days: int = _setting("400", _count, "Days that `data forget` keeps searches and clicks; 0: for ever")
    comments_days: int = _setting(
        "730", _count, "Days that `data forget` keeps the words of a vote, which stays without them; 0: for ever"
    )
    switches_days: int = _setting("400", _count, "Days that `data forget` keeps switches of language; 0: for ever")
    import_files: int = _setting("50000", _integer, "At most so many files in a folder or ZIP archive that is imported")
    import_bytes: int = _setting("500000000", _integer, "At most so many bytes that a ZIP archive may unpack to")
    form_bytes: int = _setting("65536", _integer, "Largest request body")
    locale_set: Locales = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check what two settings say together; raises ConfigurationError."""
        locales = Locales.parse(
            self.locales,
            default=self.default_locale,
            fallbacks=self.fallbacks,
            regions=self.regions,
            groups=self.region_groups,
        )
        object.__setattr__(self, "locale_set", locales)
        for tag in self.digits:
            if locales.find(tag) is None:
                raise ConfigurationError(f"HELPDESK_DIGITS speaks of {tag}, which is not one of the locales.")
        unknown = set(self.vote_reasons) - set(REASONS)
        if unknown:
            raise ConfigurationError(
                f"HELPDESK_VOTE_REASONS knows {', '.join(REASONS)}; not {', '.join(sorted(unknown))}."
            )
        strangers = set(self.totp_roles) - set(ROLES)
        if strangers:
            raise ConfigurationError(
                f"HELPDESK_TOTP_ROLES knows {', '.join(ROLES)}; not {', '.join(sorted(strangers))}."
            )
        if self.cdn_seconds and self.layout:
            raise ConfigurationError(
                "HELPDESK_CDN_SECONDS cannot be set with HELPDESK_LAYOUT: "
                "a host's layout may show who is signed in, and a cache would show it to everybody."
            )
        if self.is_public and len(self.secret_key) < 16:
            raise ConfigurationError(
                "HELPDESK_SECRET_KEY must hold at least 16 characters when HELPDESK_SITE_URL is set; "
                'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(32))".'
            )

    @property
    def is_public(self) -> bool:
        """Whether the site is served to others than this machine."""
        return bool(self.site_url) and urlsplit(self.site_url).hostname not in (
            "localhost",
            "127.0.0.1",
            "::1",
        )

    @property
    def prefix(self) -> str:
        """The path of the public address, which every address of ours begins with; empty at the top of a host."""
        return urlsplit(self.site_url).path

    @property
    def resolved_database_url(self) -> str:
        """The database's URL, the default made explicit."""
        return self.database_url or f"sqlite:///{self.instance_dir / 'helpdesk.sqlite'}"

    @property
    def index_path(self) -> Path:
        """Folder of the search indexes."""
        return self.index_dir or self.instance_dir / "index"

    @property
    def media_path(self) -> Path:
        """Folder of the images."""
        return self.media_dir or self.instance_dir / "media"

    @property
    def translations_path(self) -> Path:
        """Folder of the site's own catalogs; it need not exist."""
        return self.translations_dir or self.instance_dir / "translations"

    @property
    def hosts(self) -> frozenset[str]:
        """Host names that requests may carry, without port, lower-case."""
        own = [urlsplit(self.site_url).hostname or ""] if self.site_url else []
        loopback = () if self.is_public else LOOPBACK_HOSTS
        return frozenset(host.lower() for host in (*own, *loopback, *self.trusted_hosts) if host)


def registry() -> list[tuple[str, str, str]]:
    """Every setting as (name in the environment, default as written, meaning), in reading order."""
    return [
        (PREFIX + f.name.upper(), f.metadata["default"], f.metadata["help"]) for f in fields(Settings) if f.metadata
    ]


def load(
    instance_dir: Path,
    environ: Mapping[str, str] | None = None,
    host: Mapping[str, Any] | None = None,
    **overrides: Any,
) -> Settings:
    """Settings of the host's configuration, the instance file, the environment, then `overrides`.

    Raises ConfigurationError.
    """
    environ = os.environ if environ is None else environ
    known = {f.name: f for f in fields(Settings) if f.metadata}
    values: dict[str, Any] = {}
    sources = (_from_host(host or {}), _from_file(instance_dir / INSTANCE_FILE), _from_environment(environ))
    for source, name, raw in chain(*sources):
        if name not in known:
            raise ConfigurationError(f"{source} is not a setting; `flask helpdesk doctor` lists them all.")
        try:
            values[name] = known[name].metadata["read"](raw)
        except ValueError as error:
            raise ConfigurationError(f"{source} must be {error}, not {raw!r}.") from None
    for name in overrides.keys() - known.keys():
        raise ConfigurationError(f"{name} is not a setting.")
    return Settings(instance_dir=instance_dir, **values | overrides)


def _from_host(config: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """`HELPDESK_*` of a Flask app's configuration; what signs the host's cookies can sign ours."""
    ours = [(name, value) for name, value in config.items() if name.startswith(PREFIX) and name not in FOREIGN_NAMES]
    key = config.get("SECRET_KEY")
    shared = [(f"{PREFIX}SECRET_KEY", key.hex() if isinstance(key, bytes) else key)] if key else []
    return [
        (f"{name} in the app's configuration", name.removeprefix(PREFIX).lower(), _as_text(value))
        for name, value in [*shared, *ours]
    ]


def _from_environment(environ: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [
        (name, name.removeprefix(PREFIX).lower(), value)
        for name, value in environ.items()
        if name.startswith(PREFIX) and name not in FOREIGN_NAMES
    ]


def _from_file(path: Path) -> list[tuple[str, str, str]]:
    if not path.is_file():
        return []
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not a TOML file: {error}.") from None
    return [(f"{name} in {path}", name.lower(), _as_text(value)) for name, value in table.items()]


def _as_text(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_as_text(item)}" for name, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
