"""Random runs for our client."""

from adapter import ScanToPayAdapter
from hypothesis import settings

from plugproof import client_machine

TestScanToPay = client_machine(ScanToPayAdapter).TestCase
TestScanToPay.settings = settings(max_examples=100, deadline=None)
