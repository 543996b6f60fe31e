"""Paths, names and templates of a host and of ours do not meet."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import jinja2
import pytest

from helpdesk import Helpdesk
from helpdesk.errors import ConfigurationError
from tests.support.mounted import Host, MakeHost, add_jinja_names, mounted
from tests.support.pages import CheckingClient
from tests.web.test_mounting import ROOT, article_of


@pytest.mark.parametrize("prefix", ["support", "/<shop>/support", "//support"])
def test_a_prefix_is_a_plain_path(make_host: MakeHost, prefix: str) -> None:
    with pytest.raises(ConfigurationError, match="url_prefix must be a plain path such as /support"):
        Helpdesk(make_host().app, url_prefix=prefix)


def test_names_that_are_taken(make_host: MakeHost, tmp_path: Path) -> None:
    twice = make_host()
    twice.mount()
    with pytest.raises(ConfigurationError, match="This app has a help center already"):
        twice.mount()
    taken = make_host("taken")

    @taken.app.cli.command("helpdesk")
    def theirs() -> None:
        """A command of the host."""

    with pytest.raises(ConfigurationError, match="a blueprint or a group of commands named `helpdesk`"):
        taken.mount()


def test_commands_stand_in_one_group(host: Host) -> None:
    run = host.app.test_cli_runner().invoke
    assert "database  ready" in run(args=["helpdesk", "doctor"]).output
    assert set(host.app.cli.commands) == {"helpdesk"}


def test_lines_for_the_hosts_robots_txt_and_its_sitemap(host: Host) -> None:
    client = CheckingClient(host.app)
    client.get("/support/de/")
    with host.app.test_request_context():
        lines, files = Helpdesk.robots(), Helpdesk.sitemap_files()
        pages = [url for cluster in Helpdesk.sitemap_urls() for _tag, url, _updated in cluster.urls]
    assert {"Disallow: /support/de/language", "Disallow: /support/de/search"} <= set(lines)
    assert not any(line.startswith("User-agent") for line in lines)
    assert lines[-1] == "Sitemap: http://localhost/support/sitemap.xml"
    assert files == ["http://localhost/support/sitemap-1.xml"]
    assert [client.get(url).status for url in files] == [200]
    assert len(pages) > 100
    assert {url.split("/")[3] for url in pages} == {"support"}


def pages_of(host: Host) -> list[str]:
    """Every kind of page that we have."""
    client = CheckingClient(host.app)
    home = client.get("/support/de/")
    category = home.one("main").find(".//h3/a").get("href")
    paths = ["/support/de/", category, "/support/de/search", "/support/de/search?q=telefon", article_of(host.app)]
    paths += ["/support/de/about/views", "/support/de/nope", f"{article_of(host.app)}?feedback=removed"]
    return [client.get(path).html for path in paths]


@pytest.mark.on("sqlite")
@pytest.mark.usefixtures("noon")
def test_whatever_the_hosts_jinja_is_like_our_pages_are_the_same(
    make_host: MakeHost, host: Host, demo_template: Path
) -> None:
    odd = make_host(
        "odd",
        jinja={
            "undefined": jinja2.StrictUndefined,
            "autoescape": False,
            "lstrip_blocks": True,
            "finalize": lambda value: value or "-",
            "line_statement_prefix": "<",
            "block_start_string": "[%",
        },
    )
    add_jinja_names(odd.app)
    mounted(odd, demo_template)
    assert pages_of(odd) == pages_of(host)
    assert "<script>alert" not in CheckingClient(odd.app).get("/support/de/search?q=<script>alert(1)</script>").html


def test_a_template_of_ours_gives_way_to_the_hosts(make_host: MakeHost, demo_template: Path) -> None:
    host = make_host()
    own = host.folder / "templates" / "helpdesk" / "_search.html"
    own.parent.mkdir(parents=True)
    own.write_text('<p class="search">{{ _("Shop") }}, {{ hd_text("Search") }}</p>')
    host.app.jinja_loader = jinja2.FileSystemLoader(host.folder / "templates")
    mounted(host, demo_template)
    page = CheckingClient(host.app).get("/support/de/")
    assert page.texts("p", class_="search") == ["Boutique, Suchen"]
    tags = [page.response.headers["ETag"]]
    own.write_text("<p>neu</p>")
    again = make_host("again")
    mounted(again, demo_template)
    again.app.extensions["helpdesk_fingerprint"] = "x"
    tags.append(CheckingClient(again.app).get("/support/de/").response.headers["ETag"])
    assert len(set(tags)) == 2, "who has the page with the old template asks in vain whether it is still true"


def test_autogenerate_leaves_our_tables_alone_if_told_to(tmp_path: Path) -> None:
    """A real one, in a process of its own: its env.py sets up logging."""
    (tmp_path / "host.py").write_text(
        textwrap.dedent("""
        import sys
        from flask import Flask
        from flask_migrate import Migrate
        from flask_sqlalchemy import SQLAlchemy
        from helpdesk import Helpdesk, include_object
        from sqlalchemy.orm import Mapped, mapped_column

        app = Flask(__name__)
        app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.sqlite"
        db = SQLAlchemy(app)

        class Product(db.Model):
            id: Mapped[int] = mapped_column(primary_key=True)

        Helpdesk(app, engine=lambda: db.engine)

        def both(*args):
            return include_object(*args) and args[1] != "unrelated"

        def main():
            import flask_migrate
            from alembic.autogenerate import api
            def count(directives):
                print(sorted({f"{type(op).__name__} {op.table_name}" for op in directives[0].upgrade_ops.ops}))
                directives[0] = None
                directives.clear()
            keep = lambda context, revision, directives: count(directives)
            with app.app_context():
                db.create_all()
                app.test_cli_runner().invoke(args=["helpdesk", "db", "upgrade"], catch_exceptions=False)
                for name, options in (("plain", {}), ("ours", {"include_object": include_object}), ("both", {"include_object": both})):
                    Migrate(app, db, directory=name, process_revision_directives=keep, **options)
                    flask_migrate.init(name)
                    flask_migrate.migrate(name)

        main()
        """)
    )
    result = subprocess.run(
        [sys.executable, "host.py"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    found = [line for line in result.stdout.splitlines() if line.startswith("[")]
    assert len(found) == 3, result.stderr
    plain, ours, both = found
    assert "DropTableOp hd_article" in plain
    assert "DropTableOp hd_alembic_version" in plain
    assert (ours, both) == ("[]", "[]")
