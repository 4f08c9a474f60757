"""What the tests' SMTP server does with a message: keep it, or answer what the file `answer` says."""

from pathlib import Path

from aiosmtpd.handlers import Mailbox


class Answering(Mailbox):
    async def handle_DATA(self, server, session, envelope):
        answer = Path(self.mail_dir).parent / "answer"
        if answer.exists():
            return answer.read_text().strip()
        return await super().handle_DATA(server, session, envelope)
