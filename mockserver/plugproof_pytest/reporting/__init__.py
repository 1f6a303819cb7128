"""What a run reports: answers that the API can't give, behaviours never met, and no secret."""
