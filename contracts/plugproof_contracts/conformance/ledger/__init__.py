"""What answers teach, as notes of a report and as entries of a ledger."""
