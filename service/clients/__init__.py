"""Who else may use the service: what programs and agents are to be told of it."""
