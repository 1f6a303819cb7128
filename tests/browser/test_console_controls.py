"""What the console lets a person set: faults with a switch each, chargers, the clock, and what is copied."""

from playwright.sync_api import expect
from tests.browser.console_rows import session_row


def test_each_fault_has_a_switch(console, world):
    """Off takes this one away and leaves the others; on brings it back as it was."""
    world.control("POST", "/faults", operation="stop", kind="latency", milliseconds=70, rate=0.5)
    world.control("POST", "/faults", operation="get", kind="500", first=2)
    # A switch shows what it was set to at once, and the fake knows it once it has answered.
    with console.expect_response("**/_plugproof/faults/0"):
        console.get_by_role("switch", name="stop: latency").click()
    console.locator("#faults input:not(:checked)").wait_for()
    assert [one["operation"] for one in world.control("GET", "/faults")["faults"]] == ["get"]
    with console.expect_response(lambda answer: answer.request.method == "POST"):
        console.get_by_role("switch", name="stop: latency").click()
    console.locator("#faults input:not(:checked)").wait_for(state="detached")
    fault = world.control("GET", "/faults")["faults"][1]
    assert (fault["operation"], fault["milliseconds"], fault["rate"]) == ("stop", 70, 0.5)


def test_a_fault_has_its_fields(console, world):
    """Milliseconds are asked for where they are needed, and only there."""
    form = console.locator("#fault")
    expect(form.get_by_label("ms", exact=True)).to_be_hidden()
    form.locator("[name=kind]").select_option("latency")
    form.get_by_label("ms", exact=True).fill("250")
    form.get_by_label("rate").fill("0.25")
    form.get_by_role("button", name="Add").click()
    console.get_by_role("switch", name="confirm: latency, after, rate 0.25, first 1, 250 ms").wait_for()


def test_a_fault_has_the_field_or_rule_that_it_breaks(console, world):
    """Each is asked for where it is needed, and the journal shows what struck and what it broke."""
    form = console.locator("#fault")
    form.locator("[name=operation]").select_option("get")
    form.locator("[name=kind]").select_option("missing-field")
    expect(form.locator("[name=rule]")).to_be_hidden()
    form.locator("[name=field]").select_option("pricing.currency")
    form.get_by_role("textbox", name="charger").fill("happy")
    form.get_by_role("spinbutton", name="for seconds").fill("600")
    form.get_by_role("button", name="Add").click()
    name = "get: missing-field, pricing.currency, after, first 1, charger HAPPY, until 600 s"
    console.get_by_role("switch", name=name).wait_for()
    world.get(world.start()[0])
    console.locator("#journal").get_by_text("missing-field:pricing.currency").wait_for()
    form.locator("[name=kind]").select_option("violation")
    expect(form.locator("[name=field]")).to_be_hidden()
    form.locator("[name=rule]").select_option("values.currency")
    form.get_by_role("button", name="Add").click()
    console.get_by_role("switch", name="get: violation, values.currency").wait_for()


def test_a_maintenance_is_a_switch(console, world):
    """One press begins it and shows it as pressed, another ends it."""
    button = console.get_by_role("button", name="Maintenance")
    button.click()
    console.locator("#maintenance[aria-pressed=true]").wait_for()
    assert world.control("GET", "/maintenance") == {"seconds": 60}
    button.click()
    console.locator("#maintenance[aria-pressed=false]").wait_for()
    assert world.control("GET", "/maintenance") == {"seconds": 0}


def test_a_charger_is_changed_and_made(console, world):
    """Price, name and state of a standard charger, a new one of its own, and its end."""
    console.get_by_role("button", name="Edit HAPPY").click()
    form = console.get_by_role("form", name="Charger")
    form.get_by_label("price per kWh").fill("99")
    form.get_by_label("online").uncheck()
    form.get_by_role("group", name="Connector 1").get_by_label("status").select_option("Faulted")
    form.get_by_role("button", name="Save").click()
    console.locator("#codes dd").filter(has_text="charger HAPPY").filter(has_text="offline").wait_for()
    happy = world.control("GET", "/chargers/HAPPY")
    assert (happy["pricing"]["price_per_kwh"], happy["online"]) == (99, False)
    assert happy["connectors"][0]["status"] == "Faulted"
    console.get_by_role("button", name="New charger").click()
    form.get_by_label("code").fill("mine1")
    form.get_by_label("name").fill("Mine")
    form.get_by_label("lives like").select_option("DECLINED")
    form.get_by_role("button", name="Save").click()
    console.get_by_role("button", name="Edit MINE1").click()
    assert world.control("GET", "/chargers/MINE1")["scenario"] == "DECLINED"
    console.locator("#remove-charger").click()
    console.get_by_role("button", name="Edit MINE1").wait_for(state="detached")


def test_connectors_are_changed_added_and_removed(console, world):
    """Each has its fields; the last one that is left can't be taken away, and a number is there once."""
    console.get_by_role("button", name="Edit HAPPY").click()
    form = console.get_by_role("form", name="Charger")
    form.get_by_role("button", name="Add a connector").click()
    third = form.get_by_role("group", name="Connector 3")
    third.get_by_label("standard").fill("IEC_62196_T2_COMBO")
    third.get_by_label("power").fill("DC")
    form.get_by_role("group", name="Connector 1").get_by_role("button", name="Remove").click()
    form.get_by_role("button", name="Save").click()
    form.wait_for(state="hidden")
    connectors = world.control("GET", "/chargers/HAPPY")["connectors"]
    assert [one["connector_id"] for one in connectors] == [2, 3]
    assert (connectors[1]["standard"], connectors[1]["power_type"]) == ("IEC_62196_T2_COMBO", "DC")
    console.get_by_role("button", name="Edit HAPPY").click()
    form.get_by_role("group", name="Connector 3").get_by_label("number").fill("2")
    form.get_by_role("button", name="Save").click()
    console.locator("#message").filter(has_text="each may be there once").wait_for()
    form.get_by_role("group", name="Connector 2").last.get_by_role("button", name="Remove").click()
    expect(form.get_by_role("group", name="Connector 2").get_by_role("button", name="Remove")).to_be_disabled()


def test_what_a_charger_can_not_be_is_told(console, world):
    """The sentence of the control plane is shown, and the form stays."""
    console.get_by_role("button", name="Edit HAPPY").click()
    form = console.get_by_role("form", name="Charger")
    form.get_by_label("hold").fill("9999999999999")
    form.get_by_role("button", name="Save").click()
    console.locator("#message").filter(has_text="preauth_amount can't be 9999999999999").wait_for()
    expect(form).to_be_visible()


def test_the_clock_is_scrubbed(console, world):
    """The slider goes ahead, with what happens on the way, and back; then it stands in the middle again."""
    world.control("POST", "/sessions", status="created")
    session_row(console, "created")
    slider = console.get_by_label("scrub")
    slider.fill("60")
    console.locator("#now").filter(has_text="13:00:00").wait_for()
    session_row(console, "expired")
    slider.fill("-30")
    console.locator("#now").filter(has_text="12:30:00").wait_for()
    expect(slider).to_have_value("0")


def test_a_request_is_copied_as_curl(console, world, context):
    """The button puts the command on the clipboard; without one the command is selected."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    world.start()
    console.locator("#journal summary").first.click()
    console.get_by_role("button", name="Copy as curl").click()
    console.get_by_role("button", name="Copied").wait_for()
    copied = console.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl -X POST '{world.url}/api/v3/public-charging/sessions'")
    context.clear_permissions()
    console.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    console.get_by_role("button", name="Copied").click()
    console.get_by_role("button", name="Selected").wait_for()
    assert console.evaluate("String(getSelection())") == copied
