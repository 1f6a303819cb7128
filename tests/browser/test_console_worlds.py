"""The worlds in the console: a fork from here, and another world by its name."""

import re

from playwright.sync_api import expect
from tests.browser.console_rows import session_row


def assert_suggested(console, *names):
    """Wait until the list of worlds is this one."""
    options = console.locator("#worlds option")
    expect(options).to_have_count(len(names))
    for place, name in enumerate(names):
        expect(options.nth(place)).to_have_attribute("value", name)


def test_a_fork_is_what_its_world_is_now(console, world):
    """One click leads to a new world with the chosen session, and neither sees the other from then on."""
    token, _ = world.start()
    session_row(console).get_by_role("button").click()
    console.get_by_role("button", name="Fork from here").click()
    console.wait_for_url(f"**/worlds/{world.name}-fork-1/_plugproof/#*")
    console.locator("[data-event=paid]").click()
    console.get_by_role("button", name="+10 min").click()
    console.locator("#now").filter(has_text="12:10:00").wait_for()
    assert world.get(token)["status"] == "created"
    assert world.control("GET", "/clock")["now"].startswith("2026-01-10T12:00:00")


def test_every_fork_has_a_name_of_its_own(console, world):
    """A second fork of the same world does not meet the first."""
    for number in (1, 2):
        console.goto(f"{world.url}/_plugproof/")
        console.get_by_role("button", name="Fork from here").click()
        console.wait_for_url(f"**/worlds/{world.name}-fork-{number}/_plugproof/")


def test_another_world_opens_by_its_name(console, world):
    """The worlds that there are, are offered; any name opens one, and a name that can't be is told."""
    field = console.get_by_label("world", exact=True)
    field.focus()
    console.locator(f"#worlds option[value={world.name}]").wait_for(state="attached")
    field.fill("no/world")
    field.press("Enter")
    console.locator("#message").filter(has_text="no/world").wait_for()
    field.fill(f"{world.name}-other")
    field.press("Enter")
    console.wait_for_url(f"**/worlds/{world.name}-other/_plugproof/")
    console.locator("#empty:not([hidden])").wait_for()


def test_what_is_typed_finds_a_world(console, world):
    """The list of suggestions is short; a part of a name brings those that have it."""
    world.control("PUT", f"/worlds/zz-{world.name}-last")
    field = console.get_by_label("world", exact=True)
    field.fill(f"zz-{world.name}")
    console.clock.run_for(1000)
    assert_suggested(console, f"zz-{world.name}-last")


def test_a_late_answer_suggests_nothing(console, world):
    """What was asked before the last letter and is answered after it does not take the place of what fits."""
    world.control("PUT", f"/worlds/yy-{world.name}-last")
    held, early = [], re.compile(r"/worlds\?limit=\d+&search=$")
    console.route(early, lambda route: held.append(route))
    field = console.get_by_label("world", exact=True)
    with console.expect_request(early):
        field.focus()
    field.fill(f"yy-{world.name}")
    console.clock.run_for(1000)
    assert_suggested(console, f"yy-{world.name}-last")
    with console.expect_response(early) as late:
        held[0].continue_()
    late.value.finished()
    assert_suggested(console, f"yy-{world.name}-last")


def test_two_consoles_see_one_world(console, context, world):
    """What one does shows in the other; a session that one forgot is told of in the other."""
    console.get_by_role("button", name="Start a session").click()
    console.locator("[data-event=paid]").click()
    other = context.new_page()
    other.on("dialog", lambda dialog: dialog.accept())
    other.goto(f"{world.url}/_plugproof/")
    session_row(other).get_by_role("button").click()
    other.locator("#detail-body").filter(has_text="Stripe: paid").wait_for()
    other.get_by_role("button", name="Reset").click()
    other.locator("#empty:not([hidden])").wait_for()
    other.close()
    console.clock.run_for(3000)
    console.locator("#detail-none").filter(has_text="This session is gone").wait_for()
