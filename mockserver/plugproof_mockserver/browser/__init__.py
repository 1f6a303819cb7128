"""What a browser is served: the stand-in for Stripe's script, the driver's page, the console."""
