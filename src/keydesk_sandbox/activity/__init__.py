"""Daily activity: usage by person and team, one page of rows or a whole range at a time."""
