"""The rows of the console's list of sessions."""


def session_row(console, text=""):
    row = console.locator("#sessions tr").filter(has_text=text)
    row.first.wait_for()
    return row.first
