"""The client protocol: an adapter in any language, as lines of JSON on standard input and output."""
