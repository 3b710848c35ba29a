"""How is a generation handed on? Packs: parts of one archive, and what they hold."""
