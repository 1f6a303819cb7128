"""What a deployment has to survive, as scenarios that break it on purpose: `python -m benchmarks.reliability`."""
