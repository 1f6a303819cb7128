"""The page of what is known is the one that its generator makes, and claims nothing that was not seen."""

from pathlib import Path

from plugproof_contracts.evidence import fidelity
from plugproof_contracts.evidence.fact_index import FACTS
from plugproof_contracts.evidence.ledger import Ledger
from plugproof_contracts.evidence.ledger_entry import Addition, Sighting, SourceKind
from plugproof_contracts.facts.operations import BASE_URL

DOCS = Path(__file__).parents[3] / "docs" / "explanation"


def test_the_page_is_what_make_fidelity_writes():
    made = fidelity.page(fidelity.read_counts(DOCS / "fidelity.json"))
    assert (DOCS / "fidelity.md").read_text() == made


def test_every_fact_has_a_row_and_unseen_ones_say_so():
    page = fidelity.page({"setting.vat": fidelity.FactCounts(3, 1)})
    assert all(f"| `{name}` |" in page for name in FACTS)
    assert "| `setting.vat` | assumed | `21 %` | 3 | 1 |  |" in page
    assert page.count("| 0 | 0 | never seen |") == len(FACTS) - 1


def test_a_page_is_made_of_the_live_api_alone(tmp_path):
    """What a fake or a staging server showed is no evidence of the live API."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    ledger = Ledger(url)
    seen = (Sighting("setting.vat", 2, 1, 0.0, 0.0),)
    bases = (BASE_URL, "http://127.0.0.1:8000/api")
    ledger.add_all(Addition(base, SourceKind.CHECK, seen) for base in bases)
    ledger.add_all([Addition(BASE_URL, SourceKind.INSPECT, seen)])
    ledger.close()
    fidelity.main(tmp_path, url)
    assert fidelity.read_counts(tmp_path / "fidelity.json") == {"setting.vat": (4, 2, 1, 1)}
    assert (
        "| `setting.vat` | assumed | `21 %` | 4 | 2 | on 1 night, broken on each |"
        in (tmp_path / "fidelity.md").read_text()
    )
