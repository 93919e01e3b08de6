"""Daily activity: what was used by whom, a page of rows or a whole range at a time."""
