"""Rewrite logical plans into cheaper ones that mean the same."""
