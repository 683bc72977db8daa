"""How a mail leaves: by a mail server, by GOV.UK Notify, or, in sample mode, as a file in a folder."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import parseaddr

from engine.jobs.meetings import CANCEL, REQUEST, Invitation, calendar
from engine.jobs.outbox import Mail
from engine.people.authorities import OFFICER
from engine.settings import Config, MailServer, NotifyService

#: How long a mail server may take over one mail, in seconds.
SMTP_PATIENCE = 20
#: The port on which a mail server speaks TLS from the first byte (RFC 8314).
TLS_PORT = 465

Sender = Callable[[Mail], None]


def sender(config: Config) -> Sender | None:
    """The way out that is configured; None for none."""
    if config.mail is not None:
        return smtp_sender(config)
    if config.notify is not None:
        return notify_sender(config.notify)
    return folder_sender(config) if config.mail_folder is not None else None


def smtp_sender(config: Config) -> Sender:
    """A sender that hands mails to the configured mail server."""
    server = config.mail
    assert server is not None

    def send(mail: Mail) -> None:
        for address in _recipients(config, mail):
            _deliver(server, compose(server.sender, mail, address))

    return send


def folder_sender(config: Config) -> Sender:
    """A sender that writes each mail into a folder, as a file that mail programs open."""
    folder = config.mail_folder
    assert folder is not None

    def send(mail: Mail) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for address in _recipients(config, mail):
            message = compose(MailServer.sender, mail, address)
            message["Date"], message["X-Pathways-Authority"] = mail.created, mail.authority
            (folder / f"{mail.id:08d}.eml").write_bytes(message.as_bytes())

    return send


def notify_sender(service: NotifyService) -> Sender:
    """A sender that hands mails to GOV.UK Notify: its template has the fields ((subject)) and ((text))."""
    from notifications_python_client import NotificationsAPIClient  # slow to import, and mostly not configured

    client = NotificationsAPIClient(service.key, **({"base_url": service.address} if service.address else {}))

    def send(mail: Mail) -> None:
        said = {name: str(mail.payload[name]) for name in ("subject", "text")}
        client.send_email_notification(
            email_address=mail.payload["to"], template_id=service.template, personalisation=said, reference=mail.key
        )

    return send


def _recipients(config: Config, mail: Mail) -> list[str]:
    """Whom a mail is for; rows that waited when mails began to be written a person each name roles of the authority."""
    to = mail.payload["to"]
    if isinstance(to, str):
        return [to]
    authority = config.authorities.get(mail.authority)
    known = [authority.roles[role] for role in to if authority and role in authority.roles]
    return [role.mailbox for role in known if role.mailbox and role.kind == OFFICER]


def compose(sender: str, mail: Mail, address: str) -> EmailMessage:
    """A mail to one recipient alone."""
    message = EmailMessage()
    # A line break in a subject would be a header of its own.
    message["Subject"] = " ".join(str(mail.payload["subject"]).split())
    message["From"], message["To"] = sender, address
    message["Message-ID"] = f"<pathways-{mail.key}@{sender.rpartition('@')[2]}>"
    message.set_content(str(mail.payload["text"]))
    # Rows that waited when mails began to invite to several meetings name one.
    for stored in mail.payload.get("meetings") or filter(None, [mail.payload.get("meeting")]):
        _enclose(message, Invitation.of(stored), sender, mail, address)
    return message


def _enclose(message: EmailMessage, meeting: Invitation, sender: str, mail: Mail, address: str) -> None:
    """The meeting as a calendar's file, with the method in its type too, by which mail programs know an invitation (RFC 6047)."""
    file = calendar(meeting, mail.created, REQUEST, parseaddr(sender)[1], address)
    method = CANCEL if meeting.called_off else REQUEST
    message.add_attachment(file.decode(), subtype="calendar", filename="meeting.ics", params={"method": method})


def _deliver(server: MailServer, message: EmailMessage) -> None:
    """Hand a mail over; where TLS is spoken, to a server whose certificate is good for its name only."""
    checked = ssl.create_default_context(cafile=server.ca_file or None)
    if server.port == TLS_PORT:
        with smtplib.SMTP_SSL(server.host, server.port, timeout=SMTP_PATIENCE, context=checked) as connection:
            _hand_over(connection, server, message)
    else:
        with smtplib.SMTP(server.host, server.port, timeout=SMTP_PATIENCE) as connection:
            if server.starttls:
                connection.starttls(context=checked)
            _hand_over(connection, server, message)


def _hand_over(connection: smtplib.SMTP, server: MailServer, message: EmailMessage) -> None:
    if server.username:
        connection.login(server.username, server.password)
    connection.send_message(message)
