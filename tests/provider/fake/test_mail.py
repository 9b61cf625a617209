"""A mail that a target sends is told whole, and goes nowhere."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

from harness.provider.marks import mark
from tests.provider.fake.conftest import Fake


def test_a_mail_is_told_with_envelope_headers_and_parts(fake: Fake) -> None:
    """Claim: who sends to whom, what stands in it, unpacked, and with whose password; what is drawn anew is not."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = "shop@x.example", "ann@x.example", "Grüße", "<1@x>"
    mail.set_content("Your balance is 7.\n.\nBye\n")
    mail.add_alternative("<p>7 €</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", fake.mail, timeout=10) as client:
        client.login("shop", "sk-1")
        client.send_message(mail, "bounce@x.example", ["ann@x.example", "bcc@x.example"])
    (call,) = fake.report().calls
    assert (call.provider, call.scheme, call.port, call.status, call.disposition) == (
        "smtp",
        "smtp",
        fake.mail,
        250,
        "played",
    )
    assert call.headers == {"authorization": f"Basic shop {mark(fake.control.key, 'sk-1')}"}
    assert call.request == {
        "from": "bounce@x.example",
        "to": ["ann@x.example", "bcc@x.example"],
        "headers": {
            "From": "shop@x.example",
            "To": "ann@x.example",
            "Subject": "Grüße",
            "Content-Type": "multipart/alternative",
        },
        "parts": [
            {"type": "text/plain", "body": "Your balance is 7.\r\n.\r\nBye\r\n"},
            {"type": "text/html", "body": "<p>7 €</p>\r\n"},
        ],
    }


def test_a_mail_that_is_broken_off_is_none(fake: Fake) -> None:
    """Claim: what a client does not end is not told; the next client is served."""
    client = smtplib.SMTP("127.0.0.1", fake.mail, timeout=10)
    client.ehlo()
    assert client.docmd("WHAT")[0] == 502
    client.docmd("MAIL", "FROM:<a@x>")
    client.close()
    with smtplib.SMTP("127.0.0.1", fake.mail, timeout=10) as other:
        assert other.noop()[0] == 250
    assert fake.report().calls == ()
