"""What makes and checks the pages of docs/ and README.md; it is not shipped."""
