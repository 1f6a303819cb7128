"""`python -m plugproof` is `plugproof`."""

from plugproof_cli.main import main

if __name__ == "__main__":
    main(prog_name="plugproof")
