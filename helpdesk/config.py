"""The registry of settings: read from `HELPDESK_*` and an instance file, checked once, frozen."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from helpdesk import values
from helpdesk.errors import ConfigurationError
from helpdesk.locales import Locales

PREFIX = "HELPDESK_"
INSTANCE_FILE = "helpdesk.toml"
# No settings: read before there are any (the folder that holds the instance file), or by the test suite.
FOREIGN_NAMES = frozenset({"HELPDESK_REQUIRE", "HELPDESK_TEST_DOSE", "HELPDESK_INSTANCE_DIR"})
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
EUROPEAN_UNION = (
    "AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI, FR, GR, HR, HU, IE, IT, LT, LU, LV, MT, NL, PL, PT, RO, SE, SI, SK"
)
REASONS = ("hard", "incomplete", "outdated", "wrong", "unsolved")
ROLES = ("admin", "editor", "author", "translator", "analyst")


def _setting(default: str, read: Callable[[str], Any], meaning: str, *, is_secret: bool = False) -> Any:
    metadata = {"default": default, "read": read, "help": meaning, "is_secret": is_secret}
    return field(default_factory=lambda: read(default), metadata=metadata, repr=not is_secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one instance; `locale_set` is made of the three that speak of locales."""

    instance_dir: Path
    database_url: str = _setting(
        "", values.text, "Database; empty: SQLite file `helpdesk.sqlite` in the instance folder", is_secret=True
    )
    index_dir: Path | None = _setting(
        "", values.folder, "Search index; empty: `index` in the instance folder; never a shared disk"
    )
    media_dir: Path | None = _setting(
        "", values.folder, "Images by content hash; empty: `media` in the instance folder"
    )
    translations_dir: Path | None = _setting(
        "",
        values.folder,
        "Your own catalogs, looked up before the shipped ones; empty: `translations` in the instance folder",
    )
    secret_key: str = _setting(
        "", values.text, "Signs cookies, seals the secrets of apps; needed as soon as SITE_URL is set", is_secret=True
    )
    site_url: str = _setting("", values.url, "Public address of the site; empty: served to this machine only")
    trusted_hosts: tuple[str, ...] = _setting("", values.words, "Further host names to answer to, comma separated")
    site_name: str = _setting("Acme Exchange", values.text, "The company's name, in the header and in titles")
    contact_url: str = _setting(
        "mailto:support@example.com", values.contact, "Where a reader is sent whom no article helped"
    )
    locales: tuple[str, ...] = _setting(
        "en, en-SG, de, es, fr, pt-BR, ru, ar, he, hi, ja, ko, zh-Hans, zh-Hant, tr, vi, th, id",
        values.words,
        "Locales of the site, in the switcher's order",
    )
    default_locale: str = _setting("en", values.text, "Where negotiation and fallback end")
    fallbacks: Mapping[str, tuple[str, ...]] = _setting(
        "", values.fallbacks, "Chains beside CLDR's: `pt-BR: es, en; zh-Hant-HK: zh-Hant`"
    )
    regions: Mapping[str, tuple[str, ...]] = _setting(
        "", values.regions, "Where a locale's readers live, beside the region in its tag: `de: DE, AT, CH`"
    )
    region_groups: Mapping[str, tuple[str, ...]] = _setting(
        f"EU: {EUROPEAN_UNION}", values.regions, "Names for several regions, for articles limited to them"
    )
    digits: Mapping[str, str] = _setting(
        "", values.digits, "Digits of a locale other than 0-9: `ar: arab; fa: arabext; hi: deva`"
    )
    layout: str = _setting("", values.text, "Template of a host that our pages stand in: `host/base.html`")
    trusted_proxies: int = _setting(
        "0", values.count, "Number of proxies in front whose X-Forwarded headers are believed"
    )
    cdn_seconds: int = _setting(
        "0",
        values.count,
        "Seconds that a shared cache in front may keep pages; above 0, views are counted by the script",
    )
    bootstrap: str = _setting(
        "",
        values.bootstrap,
        "What an empty database gets: `demo`, `empty` or `off`; empty: `demo` under `flask run`, else `empty`",
    )
    page_size: int = _setting("15", values.integer, "Cards on a page of a list")
    query_length: int = _setting("256", values.integer, "Characters of a search that are read")
    comment_length: int = _setting("1000", values.integer, "Characters of a comment")
    news_category: str = _setting(
        "announcements", values.text, "Key of the category whose latest articles stand on the front page"
    )
    vote_reasons: tuple[str, ...] = _setting(
        ", ".join(REASONS), values.words, "Reasons offered after a no, in this order"
    )
    votes_per_minute: int = _setting("60", values.integer, "Feedback requests a minute and voter before 429")
    new_voters_per_minute: int = _setting(
        "600", values.integer, "First votes, and views told by the script, a minute and network before they are refused"
    )
    new_voters_per_hour: int = _setting("30", values.integer, "First votes an hour and network before votes are held")
    helpful_width: float = _setting(
        "0.4",
        values.share,
        "How wide the interval of a share of votes may be; before it is narrower, votes are not enough",
    )
    api_origins: tuple[str, ...] = _setting(
        "", values.origins, "Sites whose scripts may read the API, comma separated; `*`: all"
    )
    api_per_minute: int = _setting("120", values.integer, "API requests a minute and network before 429")
    search_weights: Mapping[str, float] = _setting(
        "title: 3; keywords: 3; headings: 2; summary: 1.5; body: 1",
        values.weights,
        "What a word counts for in each part of an article",
    )
    segmenters: Mapping[str, str] = _setting(
        "",
        values.segmenters,
        "Functions that divide text without spaces into words, instead of pairs of letters: "
        "`ja: package.module:function; ko: package.module:other`",
    )
    suggestions_per_minute: int = _setting(
        "600", values.integer, "Suggestions while typing, a minute and network, before 429"
    )
    password_length: int = _setting("12", values.integer, "Characters that a password of the team has at least")
    totp_roles: tuple[str, ...] = _setting(
        "", values.words, "Roles that must enter a code from an app besides the password: `admin, editor`"
    )
    session_idle_minutes: int = _setting(
        "120", values.integer, "Minutes without a request after which a member is signed out"
    )
    session_hours: int = _setting(
        "24", values.integer, "Hours after which a member signs in again, whatever happened meanwhile"
    )
    link_hours: int = _setting("24", values.integer, "Hours in which a link that sets a password can be used")
    sign_ins_per_account: int = _setting("30", values.integer, "Failed sign-ins an hour and account before 429")
    sign_ins_per_network: int = _setting("100", values.integer, "Failed sign-ins an hour and network before 429")
    oidc_issuer: str = _setting("", values.text, "OpenID Connect provider of the team: `https://login.example.com`")
    oidc_client_id: str = _setting("", values.text, "What that provider calls this site")
    oidc_client_secret: str = _setting(
        "", values.text, "What the provider knows this site by; empty for a public client", is_secret=True
    )
    oidc_name: str = _setting("", values.text, "Name of the provider, on the button; empty: its host")
    oidc_role: str = _setting(
        "", values.text, "Role of people of the provider's without an account; empty: they stay out"
    )
    oidc_only: bool = _setting(
        "", values.truth, "`true`: the team signs in with the provider only, and passwords are off"
    )
    smtp_url: str = _setting(
        "",
        values.smtp,
        "Where mail is handed in: `smtp://user:password@mail.example.com:587` (STARTTLS), `smtps://` (all in TLS) "
        "or `smtp+plain://` (without both, and without a password); empty: no mail is sent",
        is_secret=True,
    )
    smtp_seconds: int = _setting("10", values.integer, "Seconds that the mail server may be silent")
    mail_from: str = _setting("", values.mail_address, "Address that mail of the site comes from")
    alert_to: tuple[str, ...] = _setting(
        "", values.words, "Members of the team who get alerts by mail: their addresses, comma separated"
    )
    alert_url: str = _setting(
        "", values.hook, "Address that alerts are posted to, as JSON signed with ALERT_SECRET", is_secret=True
    )
    alert_secret: str = _setting("", values.text, "Signs what is posted to ALERT_URL", is_secret=True)
    alert_days: int = _setting("7", values.integer, "Days whose votes and searches are compared with those before")
    alert_hours: int = _setting("48", values.integer, "Hours that feedback may stay unread before an alert")
    alert_searches: int = _setting(
        "5", values.integer, "So many searches without a result make an alert of a query that was found before"
    )
    view_repeat_minutes: int = _setting(
        "30", values.integer, "How long a second reading by the same reader is a repeat"
    )
    masked_searches: int = _setting(
        "5", values.integer, "How often a query with a masked address or number was searched before a report shows it"
    )
    searches_days: int = _setting("400", values.count, "Days that `data forget` keeps searches and clicks; 0: for ever")
    comments_days: int = _setting(
        "730", values.count, "Days that `data forget` keeps the words of a vote, which stays without them; 0: for ever"
    )
    switches_days: int = _setting(
        "400", values.count, "Days that `data forget` keeps switches of language; 0: for ever"
    )
    import_files: int = _setting(
        "50000", values.integer, "At most so many files in a folder or ZIP archive that is imported"
    )
    import_bytes: int = _setting("500000000", values.integer, "At most so many bytes that a ZIP archive may unpack to")
    form_bytes: int = _setting("65536", values.integer, "Largest request body")
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
        self._check_mail()
        if self.is_public and len(self.secret_key) < 16:
            raise ConfigurationError(
                "HELPDESK_SECRET_KEY must hold at least 16 characters when HELPDESK_SITE_URL is set; "
                'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(32))".'
            )

    def _check_mail(self) -> None:
        if self.smtp_url and not (self.mail_from and self.site_url):
            raise ConfigurationError("HELPDESK_SMTP_URL needs HELPDESK_MAIL_FROM, and HELPDESK_SITE_URL for the links.")
        if self.alert_to and not self.smtp_url:
            raise ConfigurationError("HELPDESK_ALERT_TO needs HELPDESK_SMTP_URL.")
        if self.alert_url and len(self.alert_secret) < 16:
            raise ConfigurationError("HELPDESK_ALERT_SECRET must hold at least 16 characters with HELPDESK_ALERT_URL.")

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


def secrets() -> frozenset[str]:
    """Names of the settings whose values are shown to nobody."""
    return frozenset(PREFIX + f.name.upper() for f in fields(Settings) if f.metadata.get("is_secret"))


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
    found: dict[str, Any] = {}
    sources = (_from_host(host or {}), _from_file(instance_dir / INSTANCE_FILE), _from_environment(environ))
    for source, name, raw in chain(*sources):
        if name not in known:
            raise ConfigurationError(f"{source} is not a setting; `flask helpdesk doctor` lists them all.")
        try:
            found[name] = known[name].metadata["read"](raw)
        except ValueError as error:
            shown = "" if known[name].metadata["is_secret"] else f", not {raw!r}"
            raise ConfigurationError(f"{source} must be {error}{shown}.") from None
    for name in overrides.keys() - known.keys():
        raise ConfigurationError(f"{name} is not a setting.")
    return Settings(instance_dir=instance_dir, **found | overrides)


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
