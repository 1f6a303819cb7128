"""The contract as the TypeScript package `@plugproof/contract`, written from the tables that the checker reads."""
