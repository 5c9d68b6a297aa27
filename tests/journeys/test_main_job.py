"""The whole main job in a real browser, with `kinfold run`, its worker and real mail: from an empty installation to
the answer to who can see a client, and why."""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.entrypoints.cli.installation import Installation, new_installation
from tests.mailserver import MailServer, free_port, mail_server, text_of

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

PASSWORD = "seven quiet herons wade at dawn"
LINK = re.compile(r"http://\S+/invitations/\S+")
CLIENTS = """Given;Family;Born;Sex;Nummer;Email;Street address;City;State or region;Emergency contact name
Marisol;Quintero;5/2/1996;F;AC-1;{email};1050 Lindgren Extension, Apartment 38;Fitchburg;Massachusetts;Lupe Quintero
Élodie;Łuksza;11/30/1988;F;AC-2;;;;;
Jae-won;Park;2/14/2001;M;AC-3;;;;;
""".format(email="marisol.quintero.of.the.hill@mail.example")


class Kinfold:
    """A running installation, its mail, and browsers of different people."""

    def __init__(self, base: str, browser: Browser, mail: MailServer) -> None:
        self.base = base
        self.browser = browser
        self.mail = mail

    @contextmanager
    def browsing(self) -> Generator[Page, None, None]:
        """A browser of its own, for one person."""
        context = self.browser.new_context(base_url=self.base, viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.set_default_timeout(20_000)
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("response", lambda answer: faults.append(answer.url) if answer.status >= 500 else None)
        try:
            yield page
            assert faults == []
        finally:
            context.close()

    def sign_in(self, page: Page, email: str) -> None:
        """Type address and password."""
        page.goto("/account/sign-in/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(lambda url: "sign-in" not in url)

    def link_for(self, page: Page, email: str) -> str:
        """The link in the mail that this person got, once the worker has sent it."""
        for _ in range(120):
            for message in self.mail.arrived:
                found = LINK.search(text_of(message))
                if message["To"] and email in message["To"] and found:
                    return found[0]
            page.wait_for_timeout(250)
        raise AssertionError(f"no invitation came for {email}")


@pytest.fixture
def kinfold(django_db_setup: None, tmp_path: Path, browser: Browser) -> Generator[Kinfold, None, None]:
    """An installation that nobody has set up yet, served by `kinfold run`."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with mail_server() as mail, new_installation(tmp_path, migrated=False) as installation:
        running = _start(installation, port, base, mail.url)
        try:
            yield Kinfold(base, browser, mail)
        finally:
            _stop(running)


def _start(installation: Installation, port: int, base: str, mail: str) -> subprocess.Popen[str]:
    running = installation.start("run", "--port", str(port), KINFOLD_PUBLIC_URL=base, KINFOLD_EMAIL_URL=mail)
    assert running.stdout is not None
    for line in running.stdout:
        if "Kinfold runs at" in line:
            return running
    raise AssertionError("kinfold run ended before it served anything")


def _stop(running: subprocess.Popen[str]) -> None:
    running.terminate()
    running.wait(90)
    assert running.stdout is not None
    running.stdout.close()


def _set_up(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Practice name").fill("Alder Creek")
    page.get_by_label("Short name").fill("alder-creek")
    page.get_by_label("Your full name").fill("Olu Adeyemi")
    page.get_by_label("Your email").fill("olu@alder.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("checkbox").check()  # clients may come without email
    page.get_by_role("button", name="Set up").click()
    page.wait_for_url("**/account/sign-in/")


def _invite(page: Page, name: str, email: str, role: str) -> None:
    page.goto("/manage/team/")
    page.get_by_role("button", name="More ways to add team members").click()
    page.get_by_role("link", name="Invite Therapist").click()
    page.get_by_label("Full name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_role("checkbox", name=re.compile(rf"^{role}")).check()
    page.get_by_role("button", name="Send invitation").click()
    page.wait_for_url("**/manage/team/**")


def _accept(kinfold: Kinfold, email: str) -> None:
    with kinfold.browsing() as page:
        page.goto(kinfold.link_for(page, email))
        page.get_by_label("Choose a password").fill(PASSWORD)
        page.get_by_role("button", name="Accept invitation").click()
        page.wait_for_url("**/account/sign-in/")


def _import(page: Page) -> None:
    page.goto("/imports/")
    page.get_by_role("link", name="New import").first.click()
    page.get_by_label("File").set_input_files(
        {"name": "clients.csv", "mimeType": "text/csv", "buffer": CLIENTS.encode()}
    )
    page.get_by_role("button", name="Upload and check").click()
    for column, field in enumerate(
        ("First name", "Last name", "Date of birth", "Sex at birth", "External ID")
    ):
        page.locator(f"select[name=column-{column}]").select_option(label=field)
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_role("button", name="Import 3 clients")).to_be_visible()
    assert not page.evaluate(
        "document.documentElement.scrollWidth > innerWidth"
    )  # the table is wider than the page
    assert page.get_by_role("region", name="Rows of the file").evaluate(
        "it => it.scrollWidth > it.clientWidth"
    )
    page.get_by_role("button", name="Import 3 clients").click()
    expect(page.get_by_role("link", name="See clients")).to_be_visible(timeout=60_000)


def _names(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator("td.c-name a").all_inner_texts()]


@pytest.mark.requirement("O01")
@pytest.mark.requirement("O07")
@pytest.mark.requirement("O33")
def test_from_an_empty_installation_to_who_can_see_a_client_and_why(kinfold: Kinfold) -> None:
    with kinfold.browsing() as owner:
        _set_up(owner)
        kinfold.sign_in(owner, "olu@alder.example")
        _invite(owner, "Theo Park", "theo@alder.example", "Intern")
        _invite(owner, "Sana Malik", "sana@alder.example", "Supervisor")
        _accept(kinfold, "theo@alder.example")
        _accept(kinfold, "sana@alder.example")

        _import(owner)
        owner.get_by_role("link", name="See clients").click()
        expect(owner.locator("td.c-name a")).to_have_count(3)

        owner.get_by_role("link", name="Marisol Quintero", exact=True).click()
        owner.get_by_role("button", name="Assign", exact=True).click()
        dialog = owner.get_by_role("dialog")
        theo = dialog.get_by_role("option", name=re.compile("^Theo Park"))
        dialog.get_by_role("combobox").first.select_option(theo.get_attribute("value"))
        dialog.get_by_role("button", name="Assign", exact=True).click()
        expect(owner.get_by_text("Primary therapist").first).to_be_visible()

        owner.goto("/manage/team/")
        owner.get_by_role("link", name="Theo Park", exact=True).click()
        owner.get_by_label("Add a supervisor").select_option(label="Sana Malik")
        owner.get_by_role("button", name="Start supervision").click()
        if "reauthenticate" in owner.url:
            owner.get_by_label("Password").fill(PASSWORD)
            owner.get_by_role("button", name="Confirm").click()
        expect(owner.get_by_text("Sana Malik").first).to_be_visible()

        for email in ("theo@alder.example", "sana@alder.example"):
            with kinfold.browsing() as page:
                kinfold.sign_in(page, email)
                expect(page.locator("td.c-name a")).to_have_count(1)
                assert _names(page) == ["Marisol Quintero"]
                assert page.goto("/manage/team/").status == 403  # type: ignore[union-attr]

        owner.goto("/manage/clients/")
        owner.get_by_label("Search clients").fill("luks elo")
        expect(owner.locator("td.c-name a")).to_have_count(1)
        assert _names(owner) == ["Élodie Łuksza"]

        owner.goto("/manage/clients/")
        owner.get_by_role("link", name="Marisol Quintero", exact=True).click()
        panel = owner.locator("section", has=owner.locator("#access"))
        expect(panel).to_contain_text("Theo Park")
        expect(panel).to_contain_text("Primary therapist")
        expect(panel).to_contain_text("Supervises Theo Park")
        expect(panel).to_contain_text("Owner role")

        owner.goto("/activity/")
        expect(owner.locator("main")).to_contain_text("opened a client's record")


def test_the_picture_of_the_readme_can_be_taken(
    django_db_setup: None, tmp_path: Path, browser: Browser, pytestconfig: Any
) -> None:
    """The client list of the demo practice; `--picture` keeps it as docs/pictures/clients.png."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with new_installation(tmp_path, migrated=True) as installation, mail_server() as mail:
        answer = installation.kinfold("demo", "--clients", "60")
        assert answer.status == 0, answer.err
        running = _start(installation, port, base, mail.url)
        try:
            context = browser.new_context(base_url=base, viewport={"width": 1440, "height": 900})
            page = context.new_page()
            page.goto("/account/sign-in/")
            login, password = page.locator("dd").first.inner_text().split("\n")
            page.get_by_label("Email").fill(login.strip())
            page.get_by_label("Password", exact=True).fill(password.strip())
            page.get_by_role("button", name="Sign in", exact=True).click()
            expect(page.locator("td.c-name a").first).to_be_visible()
            picture = page.screenshot()
            assert picture.startswith(b"\x89PNG")
            if pytestconfig.getoption("--picture"):
                kept = pytestconfig.rootpath / "docs" / "pictures" / "clients.png"
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(picture)
            context.close()
        finally:
            _stop(running)
