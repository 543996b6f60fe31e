"""Personal data in what readers write."""

from __future__ import annotations

import pytest

from helpdesk.text.masking import is_masked, masked


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Write to ada.l+x@mail.example.co.uk, please.", "Write to •••@•••, please."),
        ("اكتب إلى sara@example.com من فضلك", "اكتب إلى •••@••• من فضلك"),
        ("用户@例子.公司 没收到", "•••@••• 没收到"),
        ("<ada@example.com>", "<•••@•••>"),
        ("card 4111 1111 1111 1111.", "card •••."),
        ("4111-1111-1111-1111", "•••"),
        ("Call +49 (0)30 1234567 or 06.12.34.56.78!", "Call ••• or •••!"),
        ("رقمي ٠١٢٣٤٥٦٧٨٩", "رقمي •••"),
        ("2026-11-25 4111111111111111", "2026-11-25 •••"),
        ("order 123456789 came", "order ••• came"),
    ],
)
def test_what_is_masked(text: str, kept: str):
    assert masked(text) == kept
    assert is_masked(kept)
    assert masked(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "I waited from 2026-11-25 10:30 to 26.11.2026 12:45",
        "0.12345678 BTC of 1,234,567.89 USDT",
        "Error 50012, step 3 of 4 on page 12345678",
        "version 10.11.12, see @support and a@b",
        "TRC-20 and 2FA",
        "",
    ],
)
def test_what_is_not(text: str):
    assert masked(text) == text
    assert not is_masked(text)
