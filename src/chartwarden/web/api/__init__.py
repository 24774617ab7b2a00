"""The API: what the pages do, for programs. Tokens, scopes, pages of rows, exports, and faults that say what to mend.

Every operation says what its caller must be allowed, as every page does; what says nothing is refused.
"""
