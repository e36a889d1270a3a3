"""The scalar functions of the language: signature and kernel together."""
