"""Lists with search, filters, sorting, columns and pages, which all pages share."""
