"""Tables of the ledger, and the triggers that keep them."""
