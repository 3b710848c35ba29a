"""Which words answer, whether any do, and what sources support: models, behind protocols"""
