"""The reader's site."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint

from helpdesk.web import caching, errors, frames, localization, security
from helpdesk.web.site import (
    about,
    articles,
    contacts,
    feeds,
    home,
    lists,
    machines,
    searching,
    sitemap,
    suggesting,
    switching,
    twins,
    views,
    votes,
)


def build_blueprint() -> Blueprint:
    """The blueprint of all reader pages; a fresh one for each application."""
    web = Path(__file__).parent.parent
    blueprint = Blueprint(
        "helpdesk",
        __name__,
        template_folder=str(web / "templates"),
        static_folder=str(web / "static"),
        static_url_path="/static",
    )
    blueprint.url_value_preprocessor(localization.pull_locale)
    blueprint.before_request(security.check_host)
    blueprint.before_request(frames.answer_if_unchanged)
    blueprint.after_request(frames.add_validator)
    blueprint.after_request(security.add_headers)
    blueprint.after_request(caching.finish_static)
    blueprint.teardown_request(localization.leave)
    blueprint.register_error_handler(Exception, errors.handle)
    blueprint.record_once(
        lambda state: state.app.url_default_functions.setdefault("helpdesk", []).append(
            lambda endpoint, values: localization.push_locale(state.app, endpoint, values)
        )
    )
    _add_routes(blueprint)
    return blueprint


def _add_routes(blueprint: Blueprint) -> None:
    route = blueprint.add_url_rule
    # Below a prefix /support is /support/, without a redirect that repeats whatever host was asked for.
    route("/", "root", home.root, strict_slashes=False)
    route("/articles/<int(max=999999999):article_id>", "article_by_id", articles.by_id)
    route("/healthz", "healthz", machines.healthz)
    route("/readyz", "readyz", machines.readyz)
    route("/robots.txt", "robots", machines.robots)
    route("/sitemap.xml", "sitemap", sitemap.sitemap)
    route("/sitemap-<int(min=1, max=99999):number>.xml", "sitemap_part", sitemap.sitemap_part)
    route("/llms.txt", "llms_of_default", twins.llms_of_default)
    route("/media/<name>", "media", machines.media)
    route("/static/hosted.css", "hosted_style", machines.hosted_style)
    route("/<tag>", "home_without_slash", home.without_slash)
    route("/<tag>/", "home", home.home)
    route("/<tag>/categories/<slug>", "category", lists.category)
    route("/<tag>/categories/<slug>/<section_slug>", "section", lists.section)
    route("/<tag>/categories/<slug>/feed.xml", "category_feed", feeds.category_feed)
    route("/<tag>/articles/<ref>", "article", articles.article)
    route("/<tag>/articles/<int(min=1, max=999999999):article_id>.md", "markdown", twins.markdown)
    route("/<tag>/articles/<ref>/vote", "vote", votes.vote, methods=["POST"])
    route("/<tag>/articles/<ref>/vote", "vote_page", votes.vote_page, methods=["GET"])
    route("/<tag>/articles/<ref>/view", "view", views.view, methods=["POST"])
    route("/<tag>/articles/<ref>/view", "view_page", views.view_page, methods=["GET"])
    route("/<tag>/search", "search", searching.search)
    route("/<tag>/suggest", "suggest", suggesting.suggest)
    route("/<tag>/feed.xml", "feed", feeds.feed)
    route("/<tag>/opensearch.xml", "opensearch", feeds.opensearch)
    route("/<tag>/llms.txt", "llms", twins.llms)
    route("/<tag>/language", "language", switching.switch)
    route("/<tag>/contact", "contact", contacts.contact)
    route("/<tag>/about/views", "about_views", about.views)
    route("/<path:rest>", "not_found", machines.not_found)
