"""The pages of virtual keys: the list, and a page for each thing that can be done with one."""
