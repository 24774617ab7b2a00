"""What the API offers of the rooms that lie below people, and so can't say who may do what: clinics and ledger."""
