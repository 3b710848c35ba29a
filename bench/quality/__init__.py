"""How good it is: what is found, answered, kept; and the fits of every weights file."""
