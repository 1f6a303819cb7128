"""Which version of plugproof this is; the build reads it from here."""

VERSION = "0.1.0"
