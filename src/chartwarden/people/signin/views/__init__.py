"""The pages of signing in that the library does not bring."""
