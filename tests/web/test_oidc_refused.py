"""What a provider may answer, and what is not believed."""

# ruff: noqa: F811  fixtures that are imported

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from helpdesk import clock
from helpdesk.models import Session
from tests.conftest import NOON
from tests.support.databases import SQLITE
from tests.support.oidc import (  # noqa: F401
    BACK,
    NAVIGATED,
    START,
    UNVERIFIED,
    WRONG,
    Trip,
    identities,
    make,
    on_both,
    provider,
    refused,
    site_of,
    trip,
)
from tests.support.pages import CheckingClient
from tests.support.provider import CLIENT, SECRET, Provider, key_of, provided, secret_as_key
from tests.support.team import (
    alerts,
    redirect_of,
    rows,
)

# What comes from the provider is the same for both databases; what is stored is tried on each.
pytestmark = pytest.mark.on(SQLITE)


BEGUN = "This sign-in took too long, or was begun in another browser. Try again."


def forged(**claims: Any) -> Callable[[Provider], None]:
    return lambda provider: provider.claims.update(claims)


def without_signature(provider: Provider) -> None:
    provider.algorithm = "none"


def signed_with_the_shared_secret(provider: Provider) -> None:
    provider.algorithm, provider.signing = "HS256", secret_as_key()
    provider.signing.ensure_kid()


def signed_with_a_key_of_the_same_name(provider: Provider) -> None:
    provider.signing = key_of("a forger's", "one")


def signed_with_a_published_secret(provider: Provider) -> None:
    signed_with_the_shared_secret(provider)
    provider.published = [key_of("ES256", "one"), provider.signing]
    provider.answers["/keys"] = (
        200,
        {"keys": [key.as_dict(private=key.key_type == "oct") for key in provider.published]},
    )


def without_a_token(provider: Provider) -> None:
    provider.answers["/token"] = (200, {"access_token": "x", "token_type": "Bearer"})


def repeating_what_it_was_sent(provider: Provider) -> None:
    provider.answers["/token"] = (400, {"error": "invalid_grant", "error_description": f"{SECRET} {provider.codes()}"})


LONG_AGO = int((NOON - timedelta(days=99_999 // 1440 + 1)).timestamp())


FORGED = {
    "alg none": without_signature,
    "the client's secret as key": signed_with_the_shared_secret,
    "a key of the same name": signed_with_a_key_of_the_same_name,
    "a symmetric key": signed_with_a_published_secret,
    "no token": without_a_token,
    "an error": repeating_what_it_was_sent,
    "aud": forged(aud="another-client"),
    "many aud without azp": forged(aud=[CLIENT, "another-client"]),
    "another's aud with our azp": forged(aud="another-client", azp=CLIENT),
    "azp": forged(azp="another-client"),
    "no aud": forged(aud=None),
    "iss": forged(iss="https://evil.example"),
    "no iss": forged(iss=None),
    "expired": forged(exp=LONG_AGO),
    "no exp": forged(exp=None),
    "exp is text": forged(exp="tomorrow"),
    "of tomorrow": forged(iat=int((NOON + timedelta(days=99_999)).timestamp())),
    "no iat": forged(iat=None),
    "nonce": forged(nonce="of another sign-in"),
    "no nonce": forged(nonce=None),
    "no sub": forged(sub=None),
    "empty sub": forged(sub=""),
    "sub with a line": forged(sub="a\nb"),
    "long sub": forged(sub="x" * 256),
    "wrong at_hash": forged(at_hash="x"),
}


def test_a_token_that_is_not_right_lets_nobody_in(
    trip: Trip, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    for name, forge in FORGED.items():
        caplog.clear()
        provider.start_again()
        back = trip.visit(trip.start())
        forge(provider)
        with caplog.at_level(logging.DEBUG, logger="helpdesk"):
            assert refused(trip.client.get(back), 503, WRONG), name
        (record,) = caplog.records
        assert record.getMessage().startswith(f"{provider.issuer}: "), name
        code = dict(parse_qsl(urlsplit(back).query))["code"]
        assert [word for word in (SECRET, code, *provider.tokens) if word in caplog.text] == [], name
    assert (identities(site_of(trip)), rows(site_of(trip), Session.user_id)) == ([None], [])


def test_azp_and_several_audiences_are_taken_when_they_are_ours(trip: Trip, provider: Provider) -> None:
    provider.claims |= {"aud": ["another-client", CLIENT], "azp": CLIENT}
    assert redirect_of(trip.come_in()) == (303, "/en/team/")


NASTY = [
    (500, {}),
    (200, b"\xff{"),
    (200, []),
    (200, {"keys": ["x"]}),
    (200, {"error": 1}),
    (302, "http://localhost/en/"),
]


NASTY += [
    (200, {"keys": [{"kty": "EC", "kid": "one"}]}),
    (200, {"keys": []}),
    (200, {"id_token": 1, "expires_in": "x"}),
]


NASTY += [(200, b'{"keys": ' + b"[" * 100_000)]


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token", "/userinfo"])
def test_whatever_the_provider_answers_is_a_page(trip: Trip, provider: Provider, path: str) -> None:
    provider.is_userinfo_only = path == "/userinfo"
    known = trip.client.flask.application.extensions["helpdesk_provider"]
    for answer in NASTY:
        provider.answers = {}
        known._known = None
        back = trip.visit(trip.start())
        provider.answers = {path: answer}
        known._known = None
        if path in ("/.well-known/openid-configuration", "/keys"):
            assert refused(trip.client.get(START, headers=NAVIGATED), 503, WRONG)
        page = trip.client.get(back)
        if path == "/userinfo" and alerts(page) == [UNVERIFIED]:
            continue
        assert refused(page, 503, WRONG), answer
        assert page.response.headers["Retry-After"] == "60"


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://login.example.com/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"userinfo_endpoint": "http://[::1"},
        {"token_endpoint": None},
    ],
)
def test_a_description_that_cannot_be_trusted_begins_nothing(
    trip: Trip, provider: Provider, described: dict[str, Any]
) -> None:
    provider.described = described
    page = trip.client.get(START, headers=NAVIGATED)
    assert refused(page, 503, WRONG)
    assert page.response.headers.getlist("Set-Cookie") == []


def test_a_provider_that_is_down(trip: Trip, provider: Provider) -> None:
    back = trip.visit(trip.begin())
    provided_by = trip.client.flask.application.extensions["helpdesk_provider"]
    with provided() as gone:
        provider.described["token_endpoint"] = f"{gone.issuer}/token"
    provided_by._known = None
    assert refused(trip.client.get(back), 503, WRONG)


@on_both
def test_a_state_is_taken_once_in_time_and_from_its_own_browser(
    trip: Trip, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [NOON]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    app = trip.client.flask.application
    back = trip.visit(trip.begin())
    begun = trip.client.flask.get_cookie("hd_oidc").value
    for other in (CheckingClient(app), stranger := CheckingClient(app)):  # with no cookie, or with its own
        assert refused(other.get(back), 403, BEGUN)
        Trip(stranger, provider).begin()
    for address in (BACK, re.sub("state=[^&]*", "state=x", back), re.sub("state=[^&]*", "state=%FF%C3%BC", back)):
        trip.client.flask.set_cookie("hd_oidc", begun)
        assert refused(trip.client.get(address), 403, BEGUN)
        assert trip.client.flask.get_cookie("hd_oidc") is None
    trip.client.flask.set_cookie("hd_oidc", begun)
    assert redirect_of(trip.client.get(back)) == (303, "/en/team/")
    trip.client.flask.set_cookie("hd_oidc", begun)  # kept by somebody
    now[0] += timedelta(minutes=1)
    assert refused(trip.client.get(back), 403, BEGUN)
    assert provider.paths.count("/token") == 1
    back = trip.visit(trip.begin())
    now[0] += timedelta(minutes=10, seconds=1)
    assert refused(trip.client.get(back), 403, BEGUN)
    trip.client.flask.set_cookie("hd_oidc", begun[:-1])
    assert refused(trip.client.get(back), 403, BEGUN)


def test_somebody_elses_code_is_worth_nothing(trip: Trip, provider: Provider) -> None:
    """Stolen out of an address and brought back with a sign-in of one's own: PKCE and the nonce are another's."""
    stolen = dict(parse_qsl(urlsplit(trip.visit(trip.begin())).query))["code"]
    thief = Trip(CheckingClient(trip.client.flask.application), provider)
    state = dict(parse_qsl(urlsplit(thief.begin()).query))["state"]
    assert refused(thief.client.get(f"{BACK}?{urlencode({'state': state, 'code': stolen})}"), 503, WRONG)


@pytest.mark.parametrize(
    "told", [{"error": "access_denied", "error_description": "<b>"}, {}, {"error": "\u202e" * 999}]
)
def test_a_provider_that_refuses(trip: Trip, provider: Provider, told: dict[str, str]) -> None:
    provider.redirect = told
    page = trip.come_in()
    assert refused(page, 403, "The sign-in service did not let you in.")
    assert "access_denied" not in page.html
    assert provider.paths.count("/token") == 0
