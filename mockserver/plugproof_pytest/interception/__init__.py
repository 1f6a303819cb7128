"""What stands between clients and the API's host: the fake, the guard, and what sees every answer."""
