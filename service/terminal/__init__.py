"""How the command line shows things: progress, passages, answers, measurements."""
