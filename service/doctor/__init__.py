"""Is everything in place, and does nothing leave this machine?"""
