"""Who may do what: the table of roles and actions, and the tokens by which a caller is known. Default deny."""
