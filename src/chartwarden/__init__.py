"""Chartwarden keeps every medical coder's access assigned, logged, reviewed and revocable, and proves it."""
