"""The nouns of the fake: what a session, a charger, an event, a scenario and a setting are."""
