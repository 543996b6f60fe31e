"""What the API takes and gives, as types: they check parameters, write the JSON and are the OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from helpdesk.locales import Direction
from helpdesk.queries.visibility import Kind
from helpdesk.search import backend

PAGES, SIZE = 1000, 20
Tag = Annotated[str, Meta(description="A locale's tag (BCP 47).", examples=["zh-Hant"])]
Url = Annotated[str, Meta(description="Absolute address.", extra_json_schema={"format": "uri"})]
Time = Annotated[datetime, Meta(tz=True)]
Number = Annotated[int, Meta(ge=0)]
Sort = Literal["featured", "updated", "published", "popular", "helpful"]
Key = Annotated[str, Meta(min_length=1, max_length=100)]
Words = Annotated[str, Meta(min_length=1, max_length=256, description="What is searched, as a reader types it.")]


class Asked(Struct, frozen=True, kw_only=True):
    """Parameters that every operation has."""

    locale: Annotated[str, Meta(max_length=35, description="The reader's locale; else by `Accept-Language`.")] = ""


class AskedPage(Asked, frozen=True, kw_only=True):
    """Parameters of lists."""

    category: Annotated[Key, Meta(description="Only this category, by its key.")] = ""
    page: Annotated[int, Meta(ge=1, le=PAGES, description="Which page, from 1.")] = 1
    per_page: Annotated[int, Meta(ge=1, le=100, description="How many on a page.")] = SIZE


class AskedArticles(AskedPage, frozen=True, kw_only=True):
    """Parameters of the list of articles."""

    section: Annotated[Key, Meta(description="Only this section, by its key; with `category` where two share it.")] = ""
    sort: Annotated[Sort, Meta(description="In which order: as arranged, or the latest, most read or best first.")] = (
        "featured"
    )


class AskedSearch(AskedPage, frozen=True, kw_only=True):
    """Parameters of the search."""

    q: Words
    section: Annotated[Key, Meta(description="Only this section of `category`, by its key.")] = ""
    sort: Annotated[backend.Sort, Meta(description="In which order: the best, latest or most read first.")] = (
        "relevance"
    )
    exact: Annotated[Literal["0", "1"], Meta(description="1: search what was typed, whatever its spelling.")] = "0"


class AskedTitles(Asked, frozen=True, kw_only=True):
    """Parameters of the suggestions."""

    q: Words


class Status(Struct, frozen=True):
    """Whether all is well; without a database there is a 503 instead. A degraded search is on its way back."""

    version: str
    database: Literal["ok"]
    search: Literal["ok", "degraded"]


class LocaleItem(Struct, frozen=True):
    """A language that the site speaks; `name` is its own."""

    tag: Tag
    name: str
    direction: Direction
    is_default: bool


class LocaleList(Struct, frozen=True):
    """The site's locales, in the order of its menu."""

    items: tuple[LocaleItem, ...]


class SectionItem(Struct, frozen=True):
    """A section; `lang` is the tag of its title, which may be another locale's."""

    key: str
    title: str
    lang: Tag
    summary: str
    url: Url


class CategoryItem(SectionItem, frozen=True):
    """A category with its sections."""

    sections: tuple[SectionItem, ...]


class CategoryList(Struct, frozen=True):
    """The categories and sections that hold something to read, in order."""

    items: tuple[CategoryItem, ...]


class Card(Struct, frozen=True):
    """An article in a list. Dates and views are those of the translation served, whose tag is `lang`."""

    id: int
    title: str
    title_lang: Tag
    url: Url
    excerpt: str
    excerpt_lang: Tag
    category: Key
    published_at: Time
    updated_at: Time
    views: Number
    lang: Tag
    kind: Kind


class Segment(Struct, frozen=True):
    """A piece of text; `is_match`: words that were searched."""

    text: str
    is_match: bool


class FoundCard(Card, frozen=True):
    """An article found; up to three passages of its text hold the words."""

    marked_title: tuple[Segment, ...]
    passages: tuple[tuple[Segment, ...], ...]


class Paging(Struct, frozen=True):
    """Which page this is of how many; `total` counts the whole list, of which 1,000 pages can be asked for."""

    page: int
    per_page: int
    pages: int
    total: Number


class Links(Struct, frozen=True):
    """Addresses of other pages, null where there is none; the header `Link` (RFC 8288) has the same."""

    first: Url
    prev: Url | None
    next: Url | None
    last: Url

    def header(self) -> str:
        """The links as a header says them."""
        found = {name: getattr(self, name) for name in self.__struct_fields__}
        return ", ".join(f'<{url}>; rel="{name}"' for name, url in found.items() if url)


class ArticleList(Struct, frozen=True):
    """One page of a list; past its end it is empty."""

    items: tuple[Card, ...]
    meta: Paging
    links: Links


class SearchResult(Struct, frozen=True):
    """One page of what was found, best first; fallbacks in other languages follow what is in the reader's.

    `counts` are those of every category and `sections` of every section in the one asked for, by key; `local` of them
    all are in the reader's language. `searched` is what was searched and `mending` why that is not `q`; `also` are
    synonyms that were searched beside it. `missing` are words that no article has; `is_partial`: no article has all
    the others. `is_plain`: the index is being prepared, and a simpler search answered.
    """

    items: tuple[FoundCard, ...]
    meta: Paging
    links: Links
    counts: dict[str, int]
    sections: dict[str, int]
    local: Number
    searched: str
    mending: backend.Mending | None
    also: tuple[str, ...]
    missing: tuple[str, ...]
    is_partial: bool
    is_plain: bool


class TitleItem(Struct, frozen=True):
    """An article by its title."""

    id: int
    title: str
    lang: Tag
    url: Url


class TitleList(Struct, frozen=True):
    """Articles by their titles, at most ten."""

    items: tuple[TitleItem, ...]


class HeadingItem(Struct, frozen=True):
    """A heading of the text; `id` is its anchor in the HTML."""

    level: int
    id: str
    text: str


class AlternateItem(Struct, frozen=True):
    """Where a translation lives."""

    lang: Tag
    url: Url


class GroupItem(Struct, frozen=True):
    """A category or section that an article is in."""

    title: str
    lang: Tag
    url: Url


class Article(Struct, frozen=True):
    """An article as readers of a locale get it.

    `lang` is the tag of the translation served, whose text, dates and views these are, and `kind` whether it is the
    locale's own, inherited (the same language) or a fallback. The title may come from a translation that has no text
    yet. `regions` are those that the article is limited to, null for all; `is_elsewhere` says that the locale's is not
    among them.
    """

    id: int
    title: str
    title_lang: Tag
    summary: str
    lang: Tag
    kind: Kind
    outdated_since: Time | None
    url: Url
    canonical: Url
    published_at: Time
    updated_at: Time
    views: Number
    minutes: Number
    regions: tuple[str, ...] | None
    is_elsewhere: bool
    category: GroupItem
    section: GroupItem
    headings: tuple[HeadingItem, ...]
    html: Annotated[str, Meta(description="Safe HTML; links and images are absolute.")]
    text: Annotated[str, Meta(description="The same text without markup.")]
    alternates: tuple[AlternateItem, ...]
    related: tuple[TitleItem, ...]


class TranslationItem(Struct, frozen=True):
    """A translation; `has_body` false: title and summary only. `url` is null in a locale that the site gave up."""

    lang: Tag
    title: str
    slug: str
    url: Url | None
    has_body: bool
    published_at: Time
    updated_at: Time
    outdated_since: Time | None


class TranslationList(Struct, frozen=True):
    """Every translation of an article that readers see somewhere."""

    items: tuple[TranslationItem, ...]


class ParameterError(Struct, frozen=True):
    """What is expected of a parameter."""

    parameter: str
    detail: str


class Problem(Struct, frozen=True, omit_defaults=True):
    """What went wrong (RFC 9457), in the language of the request; `errors` names the parameters that are wrong."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[ParameterError, ...] = ()
