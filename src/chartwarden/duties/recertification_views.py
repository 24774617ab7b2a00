"""The page on which who may is compared with who is here."""
