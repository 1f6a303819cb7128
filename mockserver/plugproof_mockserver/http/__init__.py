"""The words of the wire: requests, responses, routes and limits as plain data."""
