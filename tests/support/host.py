"""A shop with a help center in it."""

from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from jinja2 import DictLoader

from helpdesk import Helpdesk

LAYOUT = """<!doctype html>
<html lang="fr">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{% block helpdesk_title %}Boutique{% endblock %}</title>
{% block helpdesk_head %}{% endblock %}
<header><a href="/">Boutique</a> <a href="{{ url_for('helpdesk.root') }}">Aide</a></header>
<main>{% block helpdesk_content %}Bienvenue.{% endblock %}</main>
"""

app = Flask(__name__)
app.config.update(
    SECRET_KEY="change this to 32 random characters",
    SQLALCHEMY_DATABASE_URI="sqlite:///shop.sqlite",
    HELPDESK_LAYOUT="shop.html",
    HELPDESK_SITE_NAME="Boutique",
)
app.jinja_loader = DictLoader({"shop.html": LAYOUT})
db = SQLAlchemy(app)
csrf = CSRFProtect(app)
helpdesk = Helpdesk(app, url_prefix="/support", engine=lambda: db.engine)


@app.get("/")
def home():
    return render_template("shop.html")


@app.get("/robots.txt")
def robots():
    return "\n".join(["User-agent: *", "Disallow: /cart", *helpdesk.robots(), ""]), {"Content-Type": "text/plain"}
