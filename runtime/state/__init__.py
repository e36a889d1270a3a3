"""Containers of state: arrays over dense ids that count their bytes and become Arrow tables."""
