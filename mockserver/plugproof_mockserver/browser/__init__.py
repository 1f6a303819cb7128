"""What a browser is served: the stand-in for Stripe's script, the driver's page, the console."""

PAGE_PATHS = ("/", "/_plugproof/", "/pay/", "/pay", "/browser", "/stripe")
"""The paths that this plane takes: what is below each, or, where one ends in a slash, exactly that one."""
