"""`python -m plugproof_mockserver` is `plugproof`."""

from plugproof_mockserver.cli import main

if __name__ == "__main__":
    main(prog_name="plugproof")
