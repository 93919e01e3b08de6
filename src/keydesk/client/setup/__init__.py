"""Sets up coding tools on this machine for the gateway, and takes it back.

`tools/` knows the files of each tool, `formats/` changes values in them, and `receipts.py` remembers what was before.
"""
